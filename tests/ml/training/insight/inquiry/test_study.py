"""The whole study on a small town: who is asked, what is written, and what the command says."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ml.__main__ import app
from ml.simulation.questioning import Manners
from ml.training.artefacts.factors import FactorConfig
from ml.training.insight.inquiry.cases import BANDS
from ml.training.insight.inquiry.report import RULES, document, page, write_inquiry
from ml.training.insight.inquiry.rules import FIXED, HITS, RANDOM
from ml.training.insight.inquiry.study import Inquiry, InquiryConfig, inquire
from ml.training.learning import LearningConfig
from ml.training.lessons.ranker_training import RankerConfig

SMALL = LearningConfig(
    factors=FactorConfig(factors=8, iterations=3),
    ranker=RankerConfig(trees=20),
    windows=1,
    show_progress=False,
)


@pytest.fixture(scope="module")
def found() -> Inquiry:
    honest = Manners(waved_away_share=0.0, hasty_share=0.0, doubt=0.0)
    return inquire(InquiryConfig(220, tuned=6, asked=36, manners=honest, learning=SMALL))


def test_everybody_is_asked_in_every_band_by_every_rule_from_the_same_start(
    found: Inquiry,
) -> None:
    people = found.recalls["0"][HITS].index.tolist()

    assert len(people) >= 30
    for band in BANDS:
        for rule in RULES:
            scores = found.recalls[band][rule]
            assert scores.index.tolist() == people
            assert scores["0"].tolist() == found.recalls[band][HITS]["0"].tolist()
            assert ((scores >= 0) & (scores <= 1)).all(axis=None)


def test_newcomers_gain_from_being_asked_what_is_expected_to_tell_most(found: Inquiry) -> None:
    gains = {rule: found.gains("0", rule)["5"].mean for rule in (HITS, RANDOM, FIXED)}

    assert gains[HITS] > max(gains[RANDOM], 0)
    assert found.gains("0", HITS)["0"].mean == 0
    assert found.gains_per_question("0", HITS)["5"].mean == pytest.approx(gains[HITS] / 5)


def test_programs_and_people_are_told_the_same(found: Inquiry, tmp_path: Path) -> None:
    told = json.loads(json.dumps(document(found)))
    shown = page(found)
    files = write_inquiry(found, tmp_path)

    for band in BANDS:
        mean, low, high = told["bands"][band]["gain"][HITS]["5"]
        assert low <= mean <= high
        assert f"{mean:+.4f} [{low:+.4f}, {high:+.4f}]" in shown
        usual, wide = told["bands"][band]["candidate_recall"]
        assert 0 < usual <= wide <= 1
    assert [each.name for each in files.pictures] == ["questions.png"]
    assert files.pictures[0].read_bytes().startswith(b"\x89PNG")
    assert json.loads(files.document.read_text()) == told


def test_a_town_that_cannot_be_is_refused_in_a_sentence(tmp_path: Path) -> None:
    done = CliRunner().invoke(
        app, ["questions", "--customers", "1000001", "--out", str(tmp_path / "out")]
    )

    assert done.exit_code == 3
    assert "customers" in done.output
    assert not (tmp_path / "out").exists()
