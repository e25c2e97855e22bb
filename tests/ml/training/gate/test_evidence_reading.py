"""What a run kept is read whole, or a sentence names the file and what is wrong with it."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from ml.training.gate.evidence import (
    CHAMPION_ROWS,
    IS_NEWCOMER,
    Evidence,
    EvidenceError,
    scores_of,
    write_measured,
    write_scores,
)
from ml.training.gate.evidence_reading import read_evidence
from ml.training.gate.subgroups import KINDS, KNOWN_BASKETS
from tests.ml.training.conftest import SOUND

OURS, BASELINE = "ofone", "personal-then-popular"
CUSTOMERS = ["ann", "bob", "eve"]

Spoil = Callable[[pd.DataFrame], pd.DataFrame]
Document = dict[str, Any]


def part(*recalls: float) -> pd.DataFrame:
    groups = pd.DataFrame(dict.fromkeys(KINDS), index=CUSTOMERS, dtype="object")
    groups[KNOWN_BASKETS] = "3-10"
    scores = pd.DataFrame({"recall@10": recalls}, index=CUSTOMERS)
    codes = {customer: f"code of {customer}" for customer in CUSTOMERS}
    return scores_of(scores, groups, codes=codes, is_newcomer=False)


def write(folder: Path) -> None:
    write_scores({OURS: [part(0.5, 0.4, 0.3)], BASELINE: [part(0.3, 0.4, 0.5)]}, folder)
    write_measured(SOUND, folder)


def read(folder: Path) -> Evidence:
    return read_evidence(folder / "scores.parquet", folder / "gate.json")


def changed(folder: Path, change: Callable[[Document], object]) -> None:
    document = json.loads((folder / "gate.json").read_text())
    change(document)
    (folder / "gate.json").write_text(json.dumps(document))


def test_what_was_written_is_read(tmp_path: Path) -> None:
    write(tmp_path)

    found = read(tmp_path)

    assert found.measured == SOUND
    assert found.scores[OURS]["recall@10"].tolist() == [0.5, 0.4, 0.3]
    assert found.scores[BASELINE].index.tolist() == [f"code of {each}" for each in CUSTOMERS]


def test_the_champions_time_may_be_missing_or_a_number(tmp_path: Path) -> None:
    write(tmp_path)
    changed(tmp_path, lambda found: found.update(champion_answer_ms_p95=3))

    assert read(tmp_path).measured.champion_answer_ms_p95 == 3.0


def without_rows(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["model"] != BASELINE]


def in_another_order(frame: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([frame[frame["model"] == OURS], frame[frame["model"] == BASELINE][::-1]])


def of_one_less(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[:-1]


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda frame: frame.drop(columns=IS_NEWCOMER), "has no column is_newcomer"),
        (
            lambda frame: frame.drop(columns=["model", KNOWN_BASKETS]),
            "has no column model, known baskets",
        ),
        (without_rows, "has no rows of personal-then-popular"),
        (lambda frame: frame[:0], "has no rows of ofone, personal-then-popular"),
        (in_another_order, "personal-then-popular was not asked what ofone was asked"),
        (of_one_less, "personal-then-popular was not asked what ofone was asked"),
        (lambda frame: frame.assign(is_newcomer=True), "tells of newcomers only"),
        (lambda frame: frame.assign(is_newcomer="no"), "is_newcomer must be true or false"),
        (
            lambda frame: frame.assign(is_newcomer=[None, *[True] * 5]),
            "is_newcomer must be true or false",
        ),
        (
            lambda frame: frame.assign(**{KNOWN_BASKETS: None}),
            "known baskets is null in 6 of 6 rows",
        ),
        (lambda frame: frame.assign(**{"price tier": 2}), "price tier must be texts"),
        (
            lambda frame: frame.assign(customer=[None, *"abcde"]),
            "customer is null in 1 of 6 rows",
        ),
        (lambda frame: frame.assign(**{"recall@10": "much"}), "recall@10 must be numbers"),
        (
            lambda frame: frame.assign(**{"recall@10": [math.nan, math.inf, *[0.5] * 4]}),
            "recall@10 is not finite in 2 of 6 rows",
        ),
        (
            lambda frame: frame.assign(is_newcomer=pd.array([None, *[False] * 5], "boolean")),
            "is_newcomer must be true or false",
        ),
        (
            lambda frame: frame.assign(**{"recall@10": pd.array([None, *[0.5] * 5], "Float64")}),
            "recall@10 is not finite in 1 of 6 rows",
        ),
    ],
)
def test_scores_that_do_not_suffice_are_refused_in_a_sentence(
    tmp_path: Path, spoil: Spoil, sentence: str
) -> None:
    write(tmp_path)
    path = tmp_path / "scores.parquet"
    spoil(pd.read_parquet(path)).to_parquet(path, index=False)

    with pytest.raises(EvidenceError) as error:
        read(tmp_path)

    assert str(error.value) == f"scores.parquet: {sentence}"


def test_a_champion_that_is_said_to_have_answered_must_have_rows(tmp_path: Path) -> None:
    write(tmp_path)
    changed(tmp_path, lambda found: found["comparison"].update(answered=True))

    with pytest.raises(EvidenceError, match=f"has no rows of {CHAMPION_ROWS}"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda found: found.update(answer_ms_p95=None), "answer_ms_p95 must be a finite number"),
        (
            lambda found: found.update(fold_in_difference=math.nan),
            "fold_in_difference must be a finite number, is nan",
        ),
        (
            lambda found: found.update(champion_answer_ms_p95=True),
            "champion_answer_ms_p95 must be a finite number, is True",
        ),
        (
            lambda found: found.pop("answer_ms_p95"),
            "the document must have these fields: answer_ms",
        ),
        (lambda found: found.update(comparison=[]), "comparison must have these fields: answered"),
        (lambda found: found["comparison"].update(answered="no"), "answered is 'no'"),
        (lambda found: found["comparison"].update(champion=None), "champion is None"),
        (
            lambda found: found["reliability"].update(error="large"),
            "error must be a finite number, is 'large'",
        ),
        (
            lambda found: found["reliability"].update(said=[0.1, None]),
            "said must be a finite number, is None",
        ),
        (
            lambda found: found["reliability"].update(said=[], happened=[]),
            "said and happened must be lists of the same bins",
        ),
        (
            lambda found: found["reliability"].update(said=[0.1]),
            "said and happened must be lists of the same bins",
        ),
        (lambda found: found["reliability"].pop("said"), "reliability must have these fields"),
    ],
)
def test_figures_that_do_not_suffice_are_refused_in_a_sentence(
    tmp_path: Path, spoil: Callable[[Document], object], sentence: str
) -> None:
    write(tmp_path)
    changed(tmp_path, spoil)

    with pytest.raises(EvidenceError) as error:
        read(tmp_path)

    assert str(error.value).startswith(f"gate.json: {sentence}")


@pytest.mark.parametrize("text", ["[]", "7", "null", '"all is well"'])
def test_a_document_of_another_form_is_refused(tmp_path: Path, text: str) -> None:
    write(tmp_path)
    (tmp_path / "gate.json").write_text(text)

    with pytest.raises(EvidenceError, match=r"gate\.json: the document must have these fields"):
        read(tmp_path)


@pytest.mark.parametrize("file", ["scores.parquet", "gate.json"])
def test_a_file_that_was_cut_off_is_damaged(tmp_path: Path, file: str) -> None:
    write(tmp_path)
    path = tmp_path / file
    path.write_bytes(path.read_bytes()[:-9])

    with pytest.raises(EvidenceError, match=f"{file} is damaged"):
        read(tmp_path)
