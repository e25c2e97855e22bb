"""Challenger and champion are asked the same, strangers too; who fails them is refused for it."""

import dataclasses
import hashlib
from functools import cache
from pathlib import Path

from ml.dataset.dataset import Dataset
from ml.evaluation.comparison import judge
from ml.evaluation.question import with_history
from ml.model.bundle import Bundle
from ml.training.gate.champion import Champion, FixedModel
from ml.training.gate.evidence import (
    CHAMPION_ROWS,
    IS_NEWCOMER,
    Evidence,
    write_measured,
    write_scores,
)
from ml.training.gate.evidence_reading import read_evidence
from ml.training.gate.quality_lines import quality_lines
from ml.training.judging.evaluate import Evaluation, evaluate
from ml.training.runs.kept_steps import Evaluated
from ml.training.runs.measuring import Compared, compared, measured
from ml.training.versions.registry import RegisteredVersion, Registry
from tests.ml.training.bread_shop import SMALL, STRANGERS, bread_shop
from tests.ml.training.conftest import MLFLOW_WARNS

pytestmark = MLFLOW_WARNS

CHAMPION = RegisteredVersion("ofone", "1", "run", "v1")
CHALLENGER = RegisteredVersion("ofone", "2", "other run", "v2")


@cache
def shop() -> Dataset:
    return bread_shop()


@cache
def evaluated() -> Evaluation:
    return evaluate(shop(), SMALL)


def found(evaluation: Evaluation, consents: dict[str, bool] | None = None) -> Compared:
    """Compare with a champion that is the honest model of the shop."""
    champion = Champion(CHAMPION, served=evaluated().bundle, evaluated=None)
    return compared(evaluation, champion, shop(), consents)


def kept(comparison: Compared, folder: Path) -> Evidence:
    """Return the evidence as the gate reads it."""
    result = Evaluated({}, "", comparison.comparison, comparison.reliability)
    history = evaluated().question.history
    write_scores(comparison.scores, folder)
    write_measured(measured(result, evaluated().bundle, None, history), folder)
    return read_evidence(folder / "scores.parquet", folder / "gate.json")


def spoiled_for_strangers(bundle: Bundle) -> Bundle:
    """Return a bundle that thinks nobody buys bread, and knows all else as well as before."""
    popularity, shares = bundle.popularity.copy(), bundle.present_shares.copy()
    bread = bundle.vocabulary.item_ids.index("bread")
    popularity[bread] = shares[bread] = 0
    return dataclasses.replace(bundle, popularity=popularity, present_shares=shares)


def answered_by(bundle: Bundle) -> Evaluation:
    """Return the evaluation of a model that answers newcomers with this bundle, others as well."""
    spoiled = FixedModel("ofone", bundle)
    asked = [each.question for each in evaluated().beginners["ofone"].answered]
    beginners = evaluated().beginners | {"ofone": judge(spoiled, asked)}
    return dataclasses.replace(evaluated(), bundle=bundle, beginners=beginners)


def test_an_equal_champion_gets_the_same_scores(tmp_path: Path) -> None:
    evidence = kept(found(evaluated()), tmp_path)

    ours, theirs = evidence.scores["ofone"], evidence.scores[CHAMPION_ROWS]
    assert ours.equals(theirs)
    assert ours[IS_NEWCOMER].sum() == STRANGERS
    assert evidence.measured.comparison.answered
    assert evidence.measured.fold_in_difference < 1e-3


def test_the_lead_over_the_champion_is_told_where_it_answered() -> None:
    assert found(evaluated()).figures() == {
        "lead_over_champion/recall_at_10": 0.0,
        "lead_over_champion/recall_at_10_low": 0.0,
        "lead_over_champion/recall_at_10_high": 0.0,
    }
    assert compared(evaluated(), None, shop(), None).figures() == {}


def test_nobody_is_named_in_what_is_kept(tmp_path: Path) -> None:
    evidence = kept(found(evaluated()), tmp_path)

    assert b"stranger-" not in (tmp_path / "scores.parquet").read_bytes()
    everybody = shop().interactions["customer_id"].unique()
    digests = {hashlib.sha256(each.encode()).hexdigest() for each in everybody}
    assert not any(
        each.startswith(code) for each in digests for code in evidence.scores["ofone"].index
    )


def test_two_runs_that_were_asked_the_same_can_be_paired(tmp_path: Path) -> None:
    first = kept(found(evaluated()), tmp_path)
    second = kept(found(evaluate(shop(), SMALL)), tmp_path)

    assert first.scores["ofone"].index.equals(second.scores["ofone"].index)


def test_a_challenger_spoiled_for_new_customers_only_is_refused_for_them(
    registry: Registry, tmp_path: Path
) -> None:
    spoiled = answered_by(spoiled_for_strangers(evaluated().bundle))

    lines = quality_lines(registry, CHALLENGER, CHAMPION, kept(found(spoiled), tmp_path))

    refused = [each for each in lines if not each.passed]
    assert [each.name for each in refused] == ["known baskets 0-2"]
    assert "they lose, by at least" in refused[0].sentence


def test_an_equal_challenger_is_refused_by_no_subgroup(registry: Registry, tmp_path: Path) -> None:
    consents = {name: place % 2 == 0 for place, name in enumerate(evaluated().question.truth)}

    evidence = kept(found(evaluated(), consents), tmp_path)
    lines = quality_lines(registry, CHALLENGER, CHAMPION, evidence)

    assert all(each.passed for each in lines)
    assert {each.name for each in lines} >= {
        "overall", "known baskets 0-2", "known baskets 11 or more", "profiling allowed",
        "profiling not allowed",
    }  # fmt: skip


def test_a_challenger_without_a_champion_stands_beside_the_baseline(
    registry: Registry, tmp_path: Path
) -> None:
    alone = compared(evaluated(), None, shop(), None)
    assert alone.comparison.note == "there is no champion"

    lines = quality_lines(registry, CHALLENGER, None, kept(alone, tmp_path))

    assert "personal-then-popular" in lines[0].sentence


def test_what_serves_is_measured_beside_what_served() -> None:
    result = Evaluated({}, "", found(evaluated()).comparison, found(evaluated()).reliability)
    history = with_history(shop(), shop().interactions)

    figures = measured(result, evaluated().bundle, evaluated().bundle, history)

    assert figures.answer_ms_p95 > 0
    assert figures.champion_answer_ms_p95 is not None
