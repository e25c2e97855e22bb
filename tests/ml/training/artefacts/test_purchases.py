"""Histories as arrays, and back as what the services know."""

import dataclasses

import numpy as np
import pandas as pd

from ml.training.artefacts.purchases import (
    LAST_PSEUDO_DAY_SECONDS,
    NOBODY,
    PSEUDO_GAP_SECONDS,
    SECONDS_PER_DAY,
    purchases_of,
)
from tests.ml.shopping import START, dataset_of

BASKETS = {
    "bob": [(3, ["coffee"])],
    "ann": [(0, ["milk", "tea"]), (7, ["tea"])],
}
START_SECONDS = int(START.timestamp())


def test_counts_are_baskets_of_a_customer_with_an_item() -> None:
    purchases = purchases_of(dataset_of(BASKETS))

    assert purchases.customer_ids == ("ann", "bob")
    assert purchases.item_ids == ("coffee", "milk", "tea")
    assert purchases.customer_counts().toarray().tolist() == [[0, 1, 2], [1, 0, 0]]
    assert purchases.basket_items().toarray().tolist() == [[0, 1, 1], [0, 0, 1], [1, 0, 0]]


def test_a_history_is_what_the_services_would_know() -> None:
    history = purchases_of(dataset_of(BASKETS)).history("ann")

    assert list(history.item_ids) == ["tea", "milk"]
    assert history.basket_counts.tolist() == [2, 1]
    assert history.last_seconds.tolist() == [START_SECONDS + 7 * SECONDS_PER_DAY, START_SECONDS]
    assert history.basket_count == 2


def test_baskets_are_told_in_order_the_latest_alone_where_asked() -> None:
    purchases = purchases_of(dataset_of(BASKETS))
    week_later = START_SECONDS + 7 * SECONDS_PER_DAY

    assert purchases.baskets("ann") == [(START_SECONDS, ["milk", "tea"]), (week_later, ["tea"])]
    assert purchases.baskets("ann", last=1) == [(week_later, ["tea"])]
    assert purchases.baskets("ann", last=0) == purchases.baskets("zoe") == []


def test_a_newcomer_has_an_empty_history_and_no_store() -> None:
    purchases = purchases_of(dataset_of(BASKETS, stores={"ann": "north"}))

    assert purchases.customer_row("zoe") == NOBODY
    assert purchases.history("zoe").basket_count == 0
    assert purchases.last_store("zoe") == ""


def test_the_store_is_that_of_the_latest_basket() -> None:
    purchases = purchases_of(dataset_of(BASKETS, stores={"ann": "north"}))

    assert (purchases.last_store("ann"), purchases.last_store("bob")) == ("north", "")


def test_the_store_is_that_of_the_latest_basket_until_a_moment() -> None:
    dataset = dataset_of(BASKETS, stores={"ann": "north"})
    later = dataset.interactions["sequence"] == 1
    moved = dataset.interactions.assign(
        store=dataset.interactions["store"].mask(later, "south").astype("str")
    )
    purchases = purchases_of(dataclasses.replace(dataset, interactions=moved))
    week_later = START_SECONDS + 7 * SECONDS_PER_DAY

    assert purchases.last_store("ann") == "south"
    assert purchases.last_store("ann", until_seconds=week_later) == "south"
    assert purchases.last_store("ann", until_seconds=week_later - 1) == "north"
    assert purchases.last_store("ann", until_seconds=START_SECONDS - 1) == ""


def test_undated_baskets_lie_a_week_apart_and_end_together() -> None:
    purchases = purchases_of(dataset_of(BASKETS, dated=False))

    days = (purchases.basket_seconds - LAST_PSEUDO_DAY_SECONDS) / SECONDS_PER_DAY
    np.testing.assert_array_equal(days, [-7, 0, 0])
    assert purchases.as_of_seconds == LAST_PSEUDO_DAY_SECONDS


def test_a_known_target_lies_a_week_after_everybodys_last_basket() -> None:
    undated = dataset_of({"ann": [(0, ["tea"]), (1, ["milk"])], "bob": [(0, ["tea"])]}, dated=False)
    targets = pd.DataFrame({"customer_id": ["bob"], "item_id": ["soap"]})

    purchases = purchases_of(dataclasses.replace(undated, targets=targets))

    weeks = (purchases.basket_seconds - LAST_PSEUDO_DAY_SECONDS) / PSEUDO_GAP_SECONDS
    assert weeks.tolist() == [-1, 0, 0, 1]  # two baskets of ann, two of bob
