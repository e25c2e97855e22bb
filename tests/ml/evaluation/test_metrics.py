"""Metrics against figures worked out by hand."""

from math import log2
from random import Random

import numpy as np
import pandas as pd
import pytest

from ml.dataset.dataset import Ideal
from ml.evaluation.metrics import baskets_of, coverage, score_customers

TRUTH = {"ann": frozenset({"tea", "milk", "soap"}), "bob": frozenset({"coffee"})}


def test_recall_counts_the_share_of_the_basket_that_was_found() -> None:
    scores = score_customers(
        {"ann": ["tea", "bread", "milk"], "bob": ["tea"]}, TRUTH, ideal="full", cutoffs=(1, 3)
    )

    assert scores.loc["ann", "recall@1"] == pytest.approx(1 / 3)
    assert scores.loc["ann", "recall@3"] == pytest.approx(2 / 3)
    assert scores.loc["bob", "recall@3"] == 0


def test_one_hit_is_enough_for_phr() -> None:
    scores = score_customers(
        {"ann": ["bread", "tea"], "bob": ["tea"]}, TRUTH, ideal="full", cutoffs=(1, 2)
    )

    assert scores["phr@1"].to_list() == [0, 0]
    assert scores["phr@2"].to_list() == [1, 0]


@pytest.mark.parametrize(("ideal", "places"), [("full", 3), ("truncated", 2)])
def test_the_ideal_of_ndcg_runs_over_the_basket_or_stops_at_k(ideal: str, places: int) -> None:
    scores = score_customers(
        {"ann": ["bread", "tea"]},
        {"ann": TRUTH["ann"]},
        ideal="full" if ideal == "full" else "truncated",
        cutoffs=(2,),
    )

    gain = 1 / np.log2(3)
    best = sum(1 / np.log2(place + 2) for place in range(places))
    assert scores.loc["ann", "ndcg@2"] == pytest.approx(gain / best)


@pytest.mark.parametrize("ideal", ["full", "truncated"])
def test_every_metric_agrees_with_the_plainest_way_to_count_it(ideal: Ideal) -> None:
    random = Random(7)
    items = [f"item-{number}" for number in range(40)]
    truth = {f"c-{n}": frozenset(random.sample(items, random.randint(1, 30))) for n in range(60)}
    lists = {each: random.sample(items, random.randint(0, 25)) for each in list(truth)[5:]}

    scores = score_customers(lists, truth, ideal=ideal, cutoffs=(3, 20))

    for customer, basket in truth.items():
        for k in (3, 20):
            hits = [item in basket for item in lists.get(customer, [])[:k]]
            gain = sum(1 / log2(place + 2) for place, is_hit in enumerate(hits) if is_hit)
            length = len(basket) if ideal == "full" else min(len(basket), k)
            best = sum(1 / log2(place + 2) for place in range(length))
            found = scores.loc[[customer], [f"recall@{k}", f"ndcg@{k}", f"phr@{k}"]].to_numpy()[0]
            expected = [sum(hits) / len(basket), gain / best, float(any(hits))]
            assert found == pytest.approx(expected)


def test_a_perfect_list_has_ndcg_one() -> None:
    scores = score_customers({"bob": ["coffee", "tea"]}, {"bob": TRUTH["bob"]}, ideal="full")

    assert scores[["ndcg@10", "recall@10", "phr@10"]].to_numpy().tolist() == [[1, 1, 1]]


def test_a_customer_without_a_list_scores_nothing_but_counts() -> None:
    scores = score_customers({}, TRUTH, ideal="full")

    assert scores.index.tolist() == ["ann", "bob"]
    assert scores.to_numpy().sum() == 0


def test_coverage_is_the_share_of_items_that_anybody_sees() -> None:
    lists = {"ann": ["tea", "milk"], "bob": ["tea", "soap"]}

    assert coverage(lists, 4, 1) == 0.25
    assert coverage(lists, 4, 2) == 0.75


def test_baskets_are_read_from_a_frame() -> None:
    frame = pd.DataFrame({"customer_id": ["ann", "bob", "ann"], "item_id": ["tea", "tea", "soap"]})

    assert baskets_of(frame) == {"ann": frozenset({"tea", "soap"}), "bob": frozenset({"tea"})}
