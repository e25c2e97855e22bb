"""Both engines count the same: every array of a bundle, on small data of every kind."""

import dataclasses
from typing import Any

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("pyspark", reason="pyspark is in the environment of make setup-spark alone")

from ml.dataset.dataset import Dataset, make_dataset
from ml.dataset.rules import Fold
from ml.evaluation.question import questions
from ml.model.attributes import ItemAttributes
from ml.model.bundle import COLUMNS, LISTS, MATRICES, TEXTS, Bundle
from ml.model.lists import RelatedLists
from ml.spark.artefacts import fit_artefacts as fit_in_spark
from ml.spark.known import Everybody
from ml.training.artefacts.bundle_arrays import fit_artefacts
from ml.training.artefacts.factors import FactorConfig
from ml.training.artefacts.purchases import purchases_of
from ml.training.learning import LearningConfig
from ml.training.lessons.windows import end_of, moment_seconds, windows
from tests.ml.shopping import checkered, dataset_of
from tests.ml.spark.conftest import Read

CONFIG = LearningConfig(factors=FactorConfig(factors=6, iterations=6, alpha=4.0))
LEARNED = {"item_factors", "attribute_weights"}
"""Arrays that are learned, not counted: the engines begin elsewhere and end with equal worth."""


def random_town(*, dated: bool, seed: int) -> Dataset:
    """Return 80 customers, 60 items of all degrees of popularity, four stores and none."""
    random = np.random.default_rng(seed)
    stores = {f"c{number:02d}": f"store-{number % 5}" for number in range(80) if number % 5}
    baskets = {}
    for number in range(80):
        days = np.cumsum(random.integers(0, 40, random.integers(1, 12))).tolist()
        baskets[f"c{number:02d}"] = [
            (day, [f"i{row:02d}" for row in sorted(set(random.geometric(0.06, 6) % 60))])
            for day in days
        ]
    return dataset_of(baskets, dated=dated, stores=stores)


def assert_same_lists(found: RelatedLists, expected: RelatedLists) -> None:
    """Equal scores at every rank, and equal partners but among those that tie with the last."""
    assert found.item_count == expected.item_count
    assert found.rows.dtype == expected.rows.dtype
    np.testing.assert_allclose(found.scores, expected.scores, rtol=1e-6)
    last = expected.scores[:, -1:] * (1 + 1e-6)
    for entry, (mine, theirs) in enumerate(zip(found.rows, expected.rows, strict=True)):
        sure = expected.scores[entry] > last[entry]
        assert set(mine[sure]) == set(theirs[sure])


def assert_same(found: Bundle, expected: Bundle) -> None:
    assert found.vocabulary.item_ids == expected.vocabulary.item_ids
    for name in (*TEXTS[1:], *COLUMNS, *MATRICES):
        mine, theirs = getattr(found, name), getattr(expected, name)
        if name in LEARNED:
            assert mine.shape == theirs.shape
            assert np.isfinite(mine).all()
        elif name in TEXTS:
            assert mine == theirs
        else:
            np.testing.assert_allclose(mine, theirs, rtol=1e-5, err_msg=name)
    for name in LISTS:
        assert_same_lists(getattr(found, name), getattr(expected, name))
    for name in ("as_of_seconds", "gap_log_mean", "gap_log_std", "alpha", "regularization"):
        assert getattr(found.facts, name) == pytest.approx(getattr(expected.facts, name))


def on_one_machine(dataset: Dataset, attributes: dict[str, ItemAttributes]) -> Bundle:
    return fit_artefacts(purchases_of(dataset), attributes, CONFIG.factors)


@pytest.mark.parametrize("dated", [True, False])
def test_every_array_is_the_same_on_both_engines(
    histories: Read, settings: Any, *, dated: bool
) -> None:
    dataset = random_town(dated=dated, seed=3)
    attributes = {f"i{row:02d}": ItemAttributes(f"thing {row % 7}") for row in range(60)}

    everybody = Everybody.of(histories(dataset), dataset)
    known = everybody.known(dataset, moment_seconds(end_of(dataset)))

    found = fit_in_spark(known, attributes, CONFIG, settings)

    assert_same(found, on_one_machine(dataset, attributes))


def with_held_out(dataset: Dataset, seed: int) -> Dataset:
    """Return the data set with a next basket of everybody, and of two in three in ``train``."""
    random = np.random.default_rng(seed)
    customers = sorted(set(dataset.interactions["customer_id"]))
    rows = [
        (customer, f"i{row:02d}")
        for customer in customers
        for row in sorted(set(random.integers(0, 62, 4)))  # two items that nobody has bought yet
    ]
    return make_dataset(
        dataset.description,
        dataset.interactions,
        targets=pd.DataFrame(rows, columns=["customer_id", "item_id"]),
        folds=(Fold(tuple(customers[::3]), tuple(customers[1::3]), tuple(customers[2::3])),),
    )


def test_every_array_is_the_same_where_next_baskets_of_others_are_known(
    histories: Read, settings: Any
) -> None:
    dataset = with_held_out(random_town(dated=False, seed=3), seed=4)
    (question,) = questions(dataset, "last-basket")
    moment = moment_seconds(None)
    first, *_ = windows(question.history, None, count=1)
    everybody = Everybody.of(histories(dataset), dataset, dataset.folds)

    for shown in (question.history, first.history):
        found = fit_in_spark(everybody.known(shown, moment), {}, CONFIG, settings)
        expected = on_one_machine(shown, {})
        assert expected.basket_counts.sum() == len(shown.interactions) + len(shown.targets)
        assert_same(found, expected)


def test_a_list_that_differs_in_one_partner_is_seen() -> None:
    lists = fit_artefacts(purchases_of(checkered()), {}, CONFIG.factors).transitions
    other = lists.rows.copy()
    other[3, 0], other[3, 1] = other[3, 1], (other[3, 0] + 2) % 20
    assert_same_lists(lists, lists)
    with pytest.raises(AssertionError):
        assert_same_lists(dataclasses.replace(lists, rows=other), lists)


def test_the_factors_keep_two_kinds_of_people_apart(histories: Read, settings: Any) -> None:
    # even customers buy even items, odd ones odd items
    bundle = fit_in_spark(histories(checkered()), {}, CONFIG, settings)

    factors = bundle.item_factors / np.linalg.norm(bundle.item_factors, axis=1, keepdims=True)
    alike = factors @ factors.T
    same = np.arange(20)[:, None] % 2 == np.arange(20) % 2
    assert alike[same].min() > alike[~same].max()
