"""An evaluation's figures agree with each other, and beginners are told by themselves."""

import json
from typing import Any

import pandas as pd
import pytest

from ml.dataset.dataset import Dataset, Description, make_dataset
from ml.dataset.rules import Fold
from ml.training.artefacts.factors import FactorConfig
from ml.training.judging.evaluate import Evaluation, evaluate
from ml.training.judging.evaluation_document import document
from ml.training.judging.report import report
from ml.training.learning import LearningConfig
from ml.training.lessons.ranker_training import RankerConfig
from tests.ml.shopping import checkered

SMALL = LearningConfig(
    factors=FactorConfig(factors=8, iterations=5),
    ranker=RankerConfig(trees=20, leaves=7),
    windows=2,
    show_progress=False,
)

BASELINES = {"popular", "personal", "personal_popular", "upcf", "als", "tifuknn"}


def with_newcomers() -> Dataset:
    """Return the checkered town whose last ten customers come for the first time at its end."""
    town = checkered()
    bought = town.interactions
    late = bought["customer_id"] >= "customer-050"
    kept = bought[~late | (bought["occurred_at"] >= pd.Timestamp("2026-06-20", tz="UTC"))]
    renumbered = kept.groupby("customer_id")["sequence"].transform("min")
    return make_dataset(
        Description("town", dated=True), kept.assign(sequence=kept["sequence"] - renumbered)
    )


def folded() -> Dataset:
    """Return the checkered town without dates, in two folds of different size."""
    town = checkered()
    bought = town.interactions
    last = bought.groupby("customer_id")["sequence"].transform("max") == bought["sequence"]
    hidden = pd.Series(pd.NaT, index=bought.index, dtype="datetime64[us, UTC]")
    names = sorted(bought["customer_id"].unique())
    folds = (
        Fold(tuple(names[:20]), tuple(names[20:30]), tuple(names[30:])),
        Fold(tuple(names[30:]), tuple(names[10:30]), tuple(names[:10])),
    )
    return make_dataset(
        Description("town", dated=False),
        bought.assign(occurred_at=hidden)[~last],
        targets=bought.loc[last, ["customer_id", "item_id"]],
        folds=folds,
    )


@pytest.fixture(scope="module")
def dated() -> Evaluation:
    return evaluate(with_newcomers(), SMALL)


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    dataset = folded()
    written = json.dumps(document(evaluate(dataset, SMALL), dataset, name="town"))
    found: dict[str, Any] = json.loads(written)
    return found


def test_beginners_are_told_by_themselves_and_count_nowhere_else(dated: Evaluation) -> None:
    newcomers = {f"customer-{number:03d}" for number in range(50, 60)}

    bands = dated.by_known_baskets()["ofone"]

    assert set(bands["0"].scores.index) == newcomers
    assert not newcomers & set(dated.model.scores.index)
    assert len(dated.observation.milliseconds) == len(dated.model.scores)
    assert "| 0 baskets (10) |" in report(dated, with_newcomers())


def test_the_document_has_the_promised_shape(told: dict[str, Any]) -> None:
    assert (told["dataset"], told["protocol"]) == ("town", "last-basket")
    assert len(told["folds"]) == 2
    for fold in told["folds"]:
        assert set(fold) == {"ofone"} | BASELINES
        assert set(fold["ofone"]) >= {"recall@10", "ndcg@10", "phr@10", "recall@20", "ndcg@20"}
    assert set(told["difference"]) == BASELINES
    assert set(told["latency_ms"]) == {"p50", "p95", "p99"}


def test_the_mean_is_that_of_the_folds_whatever_their_size(told: dict[str, Any]) -> None:
    for name, mean in told["mean"].items():
        folds = [fold[name]["recall@10"] for fold in told["folds"]]
        assert mean["recall@10"] == pytest.approx(sum(folds) / 2), name


def test_the_difference_is_that_of_the_means_and_lies_within_its_interval(
    told: dict[str, Any],
) -> None:
    for name, metrics in told["difference"].items():
        for metric, (mean, low, high) in metrics.items():
            gap = told["mean"]["ofone"][metric] - told["mean"][name][metric]
            assert mean == pytest.approx(gap), (name, metric)
            assert low <= mean <= high
            assert low < high or mean == 0


def test_what_was_bought_before_and_what_is_new_are_told_apart(told: dict[str, Any]) -> None:
    assert told["new_to_customer"]["mean"]["personal"]["recall@10"] == 0
    before = told["bought_before"]["mean"]
    assert before["personal"]["recall@10"] > told["mean"]["personal"]["recall@10"]
    assert set(before) == {"ofone"} | BASELINES
