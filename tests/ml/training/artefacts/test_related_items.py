"""Transitions, complements and what a store sells, counted by hand."""

import numpy as np
import pytest
from scipy import sparse

from ml.model.lists import RelatedLists
from ml.training.artefacts.purchases import Purchases, purchases_of
from ml.training.artefacts.related_items import (
    TRANSITION_PRIOR,
    complements,
    lists_of,
    store_popularity,
    transitions,
)
from tests.ml.shopping import dataset_of


def partners(lists: RelatedLists, purchases: Purchases, entry: int) -> dict[str, float]:
    present = lists.rows[entry] >= 0
    rows = lists.rows[entry][present].tolist()
    scores = lists.scores[entry][present].tolist()
    return {purchases.item_ids[row]: score for row, score in zip(rows, scores, strict=True)}


def test_a_transition_is_the_shrunk_share_of_next_baskets() -> None:
    # tea has a next basket three times; coffee is in two of them
    purchases = purchases_of(
        dataset_of(
            {
                "ann": [(0, ["tea"]), (1, ["coffee", "tea"]), (2, ["coffee"])],
                "bob": [(0, ["tea"]), (1, ["soap"])],
            }
        )
    )

    found = partners(transitions(purchases), purchases, purchases.item_ids.index("tea"))

    assert found == pytest.approx(
        {
            "coffee": 2 / (3 + TRANSITION_PRIOR),
            "soap": 1 / (3 + TRANSITION_PRIOR),
            "tea": 1 / (3 + TRANSITION_PRIOR),
        }
    )
    assert next(iter(found)) == "coffee"


def test_the_basket_of_another_customer_follows_nothing() -> None:
    purchases = purchases_of(dataset_of({"ann": [(0, ["tea"])], "bob": [(1, ["soap"])]}))

    assert not transitions(purchases).scores.any()


def test_complements_share_a_basket_often_enough() -> None:
    purchases = purchases_of(
        dataset_of(
            {
                "ann": [(day, ["bread", "butter"]) for day in range(4)],
                "bob": [(0, ["bread", "soap"]), (1, ["soap"])],
            }
        )
    )

    lists = complements(purchases)

    found = partners(lists, purchases, purchases.item_ids.index("bread"))
    assert found == pytest.approx({"butter": 4 / np.sqrt(5 * 4)})  # soap lay there but once


def test_a_store_counts_its_own_recent_baskets() -> None:
    purchases = purchases_of(
        dataset_of(
            {
                "ann": [(0, ["soap"]), (200, ["tea"]), (201, ["milk", "tea"])],
                "bob": [(200, ["coffee"])],
                "eve": [(201, ["bread"])],
            },
            stores={"ann": "north", "bob": "south"},
        )
    )

    lists = store_popularity(purchases, purchases.as_of_seconds)

    assert purchases.store_ids == ("north", "south")
    assert partners(lists, purchases, 0) == {"tea": 1.0, "milk": 0.5}
    assert partners(lists, purchases, 1) == {"coffee": 1.0}


def test_without_stores_there_are_no_lists() -> None:
    nobody = purchases_of(dataset_of({"ann": [(0, ["tea"])]}))
    assert store_popularity(nobody, nobody.as_of_seconds).rows.shape[0] == 0


def test_an_item_is_not_its_own_neighbour() -> None:
    similarity = sparse.csr_matrix(np.array([[1.0, 0.2, 0.6], [0.2, 1.0, 0], [0.6, 0, 1.0]]))

    lists = lists_of(similarity, 2)

    assert lists.rows.tolist() == [[2, 1], [0, -1], [0, -1]]
    np.testing.assert_allclose(lists.scores[0], [0.6, 0.2])
