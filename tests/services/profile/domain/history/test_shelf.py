"""What lies near follows from the items alone, however they came together."""

import random
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.profile.domain.history import shelf
from services.profile.domain.history.events import Event, ItemId
from services.profile.domain.history.item_histories import ItemHistory
from services.profile.domain.history.shelf import brought_back, near, sought
from services.profile.domain.history.state import CustomerState, Shelf, fold, merge
from services.profile.domain.snapshot import columns_of
from tests.services.profile.told import bought, returned

FEW = 3


@pytest.fixture(autouse=True, scope="module")
def few_items_near() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shelf, "NEAR_ITEMS", FEW)
        yield


def events(numbers: list[tuple[int, int, int]]) -> list[Event]:
    return [
        returned(str(place), f"item{item}", day=day)
        if kind == 0
        else bought(str(place), f"item{item}", day=day)
        for place, (kind, item, day) in enumerate(numbers)
    ]


histories = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 9), st.integers(0, 9))).map(events)


@given(histories, st.randoms(use_true_random=False))
def test_a_state_cut_bit_by_bit_is_cut_as_one_computed_at_once(
    history: list[Event], chance: random.Random
) -> None:
    chance.shuffle(history)
    state, apart = CustomerState(), dict[ItemId, ItemHistory]()
    for event in history:
        news = fold([event])
        wanted = sought(state, [news])
        names = set(apart) if wanted is None else wanted & set(apart)
        back = {name: apart.pop(name) for name in names}
        state, shelved = near(merge(brought_back(state, back), news))
        assert not set(shelved) & set(apart)
        apart |= shelved
    at_once, all_apart = near(fold(history))
    assert state == at_once
    assert list(state.items) == list(at_once.items)
    assert apart == all_apart
    assert columns_of(state) == columns_of(fold(history))


def test_near_lies_what_is_held_and_of_it_what_was_bought_last() -> None:
    state, apart = near(
        fold(
            [
                *(bought(f"b{day}", f"day{day}", day=day) for day in range(5)),
                returned("r0", "day0"),
                returned("r1", "never bought"),
            ]
        )
    )
    assert list(state.items) == ["day1", "day2", "day3"]
    assert set(apart) == {"day0", "day4", "never bought"}
    assert state.shelf == Shelf(item_count=3, bought_count=2)
    assert columns_of(state).traits.item_count == 5


def test_what_was_returned_lies_near_only_where_there_is_room() -> None:
    state, apart = near(
        fold(
            [
                bought("1", "tea", "milk", day=9),
                *(bought(f"b{day}", f"day{day}", day=day) for day in range(2)),
                *(returned(f"r{day}", f"day{day}") for day in range(2)),
            ]
        )
    )
    assert list(state.items) == ["day0", "milk", "tea"]
    assert list(apart) == ["day1"]
    assert columns_of(state).item_ids == ["milk", "tea"]


def test_a_purchase_seeks_its_own_items_and_a_return_all() -> None:
    state, _ = near(fold([bought("1", "tea", "milk", "rice", "salt")]))
    assert list(state.items) == ["milk", "rice", "salt"]
    assert sought(state, [fold([bought("2", "milk", "tea")])]) == frozenset({ItemId("tea")})
    assert sought(state, [fold([bought("2", "milk")]), fold([returned("3", "milk")])]) is None
