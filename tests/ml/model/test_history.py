"""A history in columns, from baskets in any order."""

import numpy as np

from ml.model.history import MAX_RECENT_BASKETS, empty_history, history_of_baskets

BASKETS = [(300, ["tea"]), (100, ["milk", "tea"]), (200, ["soap"])]


def test_items_come_latest_first_with_counts_and_times() -> None:
    history = history_of_baskets(BASKETS)

    assert list(history.item_ids) == ["tea", "soap", "milk"]
    assert history.basket_counts.tolist() == [2, 1, 1]
    assert history.first_seconds.tolist() == [100, 200, 100]
    assert history.last_seconds.tolist() == [300, 200, 100]
    assert (history.basket_count, history.first_basket_seconds) == (3, 100)


def test_the_order_of_telling_makes_no_difference() -> None:
    one, other = history_of_baskets(BASKETS), history_of_baskets(BASKETS[::-1])

    assert list(one.item_ids) == list(other.item_ids)
    np.testing.assert_array_equal(one.recent_basket_items, other.recent_basket_items)


def test_recent_baskets_are_kept_apart_latest_first() -> None:
    history = history_of_baskets(BASKETS)

    assert history.recent_basket_seconds.tolist() == [300, 200, 100]
    assert history.recent_basket_sizes.tolist() == [1, 1, 2]
    assert history.recent_basket_items.tolist() == [0, 1, 2, 0]


def test_recency_halves_with_every_basket() -> None:
    history = history_of_baskets(BASKETS)

    np.testing.assert_allclose(history.recency_sums(0.5), [1 + 0.25, 0.5, 0.25])
    assert history.baskets_since().tolist() == [0, 1, 2]


def test_what_lies_further_back_shows_in_the_counts_alone() -> None:
    baskets = [(day, ["tea"]) for day in range(MAX_RECENT_BASKETS + 10)] + [(-1, ["old"])]

    history = history_of_baskets(baskets)

    assert len(history.recent_basket_sizes) == MAX_RECENT_BASKETS
    assert history.basket_counts.tolist() == [MAX_RECENT_BASKETS + 10, 1]
    assert history.baskets_since().tolist() == [0, MAX_RECENT_BASKETS]
    assert history.recency_sums(0.5)[1] == 0


def test_nothing_bought_is_an_empty_history() -> None:
    assert history_of_baskets([]).basket_count == empty_history().basket_count == 0
    assert len(empty_history().recency_sums(0.5)) == 0
