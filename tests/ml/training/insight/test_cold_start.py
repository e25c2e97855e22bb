"""New items find those who will buy them, in a town where it is plain who that is."""

import dataclasses
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ml.__main__ import app
from ml.dataset.folder import write_dataset
from ml.training.artefacts.factors import FactorConfig
from ml.training.insight.cold_start import METRICS, ColdStart, Draw, cold_start
from ml.training.insight.cold_start_report import document, page
from ml.training.learning import LearningConfig
from ml.training.lessons.ranker_training import RankerConfig
from tests.ml.shopping import checkered
from tests.ml.training.lessons.test_launches import described

TOWN = checkered(customers=120, items=60)
DESCRIBED = dataclasses.replace(TOWN, items=described(TOWN))
SMALL = LearningConfig(
    factors=FactorConfig(factors=8, iterations=3),
    ranker=RankerConfig(trees=20),
    windows=2,
    show_progress=False,
)


@pytest.fixture(scope="module")
def found() -> ColdStart:
    return cold_start(DESCRIBED, SMALL, Draw(share=0.3, seed=0))


def test_new_items_find_those_who_buy_such_things(found: ColdStart) -> None:
    (asked,) = found.asked
    assert len(asked.items) == 18
    means = found.among_new.estimates()

    # a new item is a tea or a soap: by chance ten of eighteen places hold ten of eighteen hits
    assert means["popular category, then chance"]["recall@10"].mean < 0.7
    assert means["ofone"]["recall@10"].mean > 0.9
    assert means["popular"]["recall@100"].mean == 0  # what nobody bought is popular nowhere
    assert found.among_new.leads()["popular"]["recall@10"].is_above_zero


def test_in_the_list_of_everything_new_items_are_found_too(found: ColdStart) -> None:
    model = found.among_all.estimates()["ofone"]

    assert 0 < model["recall@10"].mean <= model["recall@20"].mean <= model["recall@100"].mean
    assert model["recall@100"].mean <= sum(found.candidate_recalls) / len(found.candidate_recalls)
    assert len(found.candidate_recalls) == len(found.asked[0].question.truth)
    assert found.happened > 100
    assert found.said == pytest.approx(found.happened, rel=0.5)  # of new items alone


def test_whole_baskets_hold_what_is_not_new_too(found: ColdStart) -> None:
    whole, new = found.whole.estimates(), found.among_all.estimates()

    assert whole["popular"]["recall@10"].mean > 0.1
    assert new["popular"]["recall@10"].mean == 0
    # more is asked for than what is new, so less of it fits in twenty places
    assert 0.5 < whole["ofone"]["recall@20"].mean < new["ofone"]["recall@20"].mean - 0.05


def test_who_is_compared_with_is_asked_the_same(found: ColdStart) -> None:
    for scores in (found.among_all, found.among_new, found.whole):
        assert next(iter(scores.by_name)) == "ofone"
        assert len(scores.by_name) == 6
        customers = [each[0].index.tolist() for each in scores.by_name.values()]
        assert all(each == customers[0] for each in customers)


def test_programs_and_people_are_told_the_same(found: ColdStart) -> None:
    told = json.loads(json.dumps(document(found, name="town")))
    shown = page(found, DESCRIBED)

    assert (told["dataset"], told["protocol"], told["new_items"]) == ("town", "calendar", [18])
    for part in ("among_all", "among_new", "whole_baskets"):
        mean, low, high = told[part]["mean"]["ofone"]["recall@10"]
        assert low <= mean <= high
        assert f"| ofone | {mean:.4f} [{low:.4f}, {high:.4f}]" in shown
        assert set(told[part]["difference"]) == set(told[part]["mean"]) - {"ofone"}
        assert set(told[part]["mean"]["ofone"]) == set(METRICS)
    assert f"{told['candidate_recall']:.4f}" in shown


def test_the_command_writes_both_and_refuses_what_has_no_catalogue(tmp_path: Path) -> None:
    write_dataset(DESCRIBED, tmp_path / "town")
    write_dataset(TOWN, tmp_path / "bare")
    config = tmp_path / "small.toml"
    config.write_text(
        "[learning]\nwindows = 1\n[learning.factors]\nfactors = 4\niterations = 2\n"
        "[learning.ranker]\ntrees = 5\n"
    )
    settings = ["--config", str(config), "--out", str(tmp_path / "out"), "--seed", "3"]

    done = CliRunner().invoke(app, ["cold-start", str(tmp_path / "town"), *settings])
    refused = CliRunner().invoke(app, ["cold-start", str(tmp_path / "bare"), *settings])

    assert done.exit_code == 0, done.output
    assert "New items of shopping" in done.output
    written = json.loads((tmp_path / "out" / "town-cold-start.json").read_text())
    assert written["draw"] == {"share": 0.1, "seed": 3}
    assert (tmp_path / "out" / "town-cold-start.md").read_text() in done.output
    assert refused.exit_code == 3
    assert "items.parquet: item_id: describes none of the 60 items" in refused.output
