"""Drift is told by name where there is some, and only there."""

import dataclasses

import lightgbm
import numpy as np
import pandas as pd
import pytest

from ml.dataset.dataset import Dataset
from ml.model.bundle import Bundle
from ml.training.drift.observation import Observed
from ml.training.drift.reference import drift_reference
from ml.training.drift.report import DriftError, DriftReport, Verdict, compared, drift_report
from ml.training.lessons.windows import end_of
from tests.ml.shopping import dataset_of
from tests.ml.training.tea_shop import favourites, tea_shop
from tests.models import item_ids, sealed, small_bundle

DAYS = 150
INPUT = {"basket_popularity", "history_length", "unknown_items"}


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    """A model that was made after 150 days of a shop in which nothing changes."""
    shop = tea_shop(customers=300, days=DAYS)
    reference = drift_reference(small_bundle(), shop, end_of(shop), horizon_days=45)
    return sealed(dataclasses.replace(small_bundle(), drift=reference))


def drifting(report: DriftReport) -> set[str]:
    return {each.statistic for each in report.lines if each.verdict is Verdict.DRIFTS}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_another_shop_of_the_same_kind_does_not_drift(bundle: Bundle, seed: int) -> None:
    report = drift_report(bundle, tea_shop(customers=300, days=DAYS, seed=seed), days=28)
    assert report.visits > 300
    assert {each.verdict for each in report.lines} == {Verdict.STEADY}


def with_new_names(shop: Dataset) -> Dataset:
    """Return the shop after it gave a third of its items another id."""
    renamed = {item: f"new-{item}" for item in item_ids()[:12]}
    bought = shop.interactions
    ids = bought["item_id"].replace(renamed)
    return dataclasses.replace(shop, interactions=bought.assign(item_id=ids))


def least_popular(generator: np.random.Generator, items: list[str]) -> list[str]:
    """Return two items, the last ones much more often."""
    return favourites(generator, items[::-1])


@pytest.mark.parametrize(
    ("shop", "named"),
    [
        (tea_shop(customers=300, days=DAYS, choose=least_popular), "basket_popularity"),
        (tea_shop(customers=300, days=DAYS, choose=least_popular), "list_popularity"),
        (tea_shop(customers=100, days=DAYS, every=3), "history_length"),
        (with_new_names(tea_shop(customers=300, days=DAYS)), "unknown_items"),
        (tea_shop(customers=300, days=DAYS, categories=1), "vector_axis_1"),
    ],
    ids=["turned round", "turned round in lists", "long histories", "new items", "all drink tea"],
)
def test_a_planted_drift_is_named(bundle: Bundle, shop: Dataset, named: str) -> None:
    assert named in drifting(drift_report(bundle, shop, days=28))


def test_scores_that_shift_are_named_and_nothing_else(bundle: Bundle) -> None:
    # half of the trees: every probability moves towards the middle
    text = lightgbm.Booster(model_str=bundle.ranker).model_to_string(num_iteration=5)
    halved = dataclasses.replace(bundle, ranker=text)
    shop = tea_shop(customers=300, days=DAYS, seed=1)
    found = drifting(drift_report(halved, shop, days=28))
    assert "best_score" in found
    assert not found & INPUT


def test_a_small_window_is_not_judged(bundle: Bundle) -> None:
    report = drift_report(bundle, tea_shop(customers=20, days=DAYS, every=2), days=3)
    assert {each.verdict for each in report.lines} == {Verdict.TOO_FEW}
    assert not report.drifts


def test_a_statistic_that_nobody_has_is_not_judged(bundle: Bundle) -> None:
    assert bundle.drift is not None
    lines = compared(bundle.drift, {})
    assert {each.verdict for each in lines} == {Verdict.TOO_FEW}
    assert len(lines) == len(bundle.drift.statistics)


def test_what_moved_most_is_told(bundle: Bundle) -> None:
    assert bundle.drift is not None
    nobody = np.zeros(500, np.int64)
    known = Observed(np.zeros(500), nobody, nobody)
    (line,) = [
        each
        for each in compared(bundle.drift, {"history_length": known})
        if each.statistic == "history_length"
    ]
    assert line.verdict is Verdict.DRIFTS
    assert "up to" in line.moved
    assert line.moved.endswith("100.0% found")


def test_without_a_reference_or_dates_or_visits_the_reason_is_told(bundle: Bundle) -> None:
    shop = tea_shop(customers=20)
    with pytest.raises(DriftError, match="has no reference of drift"):
        drift_report(small_bundle(), shop, days=7)
    undated = dataclasses.replace(
        shop,
        description=dataclasses.replace(shop.description, dated=False),
        interactions=shop.interactions.assign(
            occurred_at=pd.Series(pd.NaT, index=shop.interactions.index)
        ),
    )
    with pytest.raises(DriftError, match="has no dates"):
        drift_report(bundle, undated, days=7)
    newcomers = dataset_of({"ada": [(0, ["tea-0"])]})
    with pytest.raises(DriftError, match="nobody with a history came in the 7 days"):
        drift_report(bundle, newcomers, days=7)
