"""The state is a commutative monoid: order, grouping and cuts never show."""

import random
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from services.profile.domain.history.events import (
    Event,
    EventLine,
    EventType,
    ItemId,
    OfferId,
    QuestionId,
)
from services.profile.domain.history.state import (
    RECENT_BASKETS,
    RECENT_IMPRESSIONS,
    CustomerState,
    fold,
    merge,
)
from services.profile.domain.history.sums import CEILING
from tests.services.profile.told import DAY, NOW, about_offer, bought, returned

lines = st.lists(
    st.builds(
        EventLine,
        st.sampled_from([ItemId("tea"), ItemId("milk"), ItemId("rice")]),
        st.floats(1e-6, 1e6),
        st.none() | st.floats(0, 1e9),
        st.none() | st.floats(0, 1e9),
        st.sampled_from(["", "Tea", "Milk"]),
        st.sampled_from(["", "Harbour", "Hill"]),
    ),
    min_size=1,
    max_size=4,
).map(tuple)
events = st.builds(
    Event,
    source=st.sampled_from(["till", "web"]),
    event_id=st.uuids().map(str),
    type=st.sampled_from(EventType),
    occurred_micros=st.integers(1, 30).map(lambda step: step * 3 * DAY // 2)
    | st.integers(1, 60).map(lambda month: month * 30 * DAY),
    store=st.sampled_from(["", "mitte", "nord"]),
    channel=st.sampled_from(["", "web"]),
    lines=lines,
    offer_id=st.sampled_from([OfferId("coffee"), OfferId("cake")]),
    question_id=st.sampled_from([QuestionId(""), QuestionId("hot-drinks")]),
    answer_id=st.sampled_from(["tea", "coffee"]),
)
histories = st.lists(events, max_size=60)


@given(histories, st.randoms())
def test_any_order_gives_the_same_state(history: list[Event], chance: random.Random) -> None:
    shuffled = history.copy()
    chance.shuffle(shuffled)
    assert fold(shuffled) == fold(history)


@given(histories, histories, histories)
def test_states_join_in_any_grouping(
    one: list[Event], two: list[Event], three: list[Event]
) -> None:
    a, b, c = fold(one), fold(two), fold(three)
    assert merge(merge(a, b), c) == merge(a, merge(b, c)) == fold(one + two + three)
    assert merge(a, b) == merge(b, a)
    assert merge(a, CustomerState()) == merge(CustomerState(), a) == a


def test_only_the_latest_baskets_are_kept_whole_but_all_count() -> None:
    state = fold(bought(f"{day:02}", "tea", day=day) for day in range(RECENT_BASKETS + 5))
    assert [basket.event_id for basket in state.baskets] == [
        f"{day:02}" for day in range(RECENT_BASKETS)
    ]
    assert state.basket_count == state.items[ItemId("tea")].basket_count == RECENT_BASKETS + 5


def test_only_the_latest_impressions_keep_their_time_but_all_count() -> None:
    shown = [
        about_offer(f"{day:02}", EventType.OFFER_IMPRESSION, "coffee", day=day)
        for day in range(RECENT_IMPRESSIONS + 5)
    ]
    offer = fold(shown).offers[OfferId("coffee")]
    assert [each.occurred_micros for each in offer.impressions] == [
        NOW - day * DAY for day in range(RECENT_IMPRESSIONS)
    ]
    assert offer.impression_count == RECENT_IMPRESSIONS + 5


def test_baskets_of_one_moment_have_one_order() -> None:
    two = [bought("b", "tea", source="till"), bought("a", "tea", source="web")]
    assert [basket.event_id for basket in fold(two).baskets] == ["a", "b"]
    assert [basket.event_id for basket in fold(reversed(two)).baskets] == ["a", "b"]


def test_a_discount_is_taken_off_but_nothing_is_paid_back() -> None:
    event = Event(
        *("till", "1", EventType.PURCHASE, NOW),
        lines=(
            EventLine(ItemId("tea"), 3, 2.5, 0.5),
            EventLine(ItemId("milk"), 1, 1.0, 9.0),
            EventLine(ItemId("rice"), 1, None, None),
        ),
    )
    state = fold([event])
    assert state.spend_micros == 7_000_000
    assert state.discounted_basket_count == 1


def test_amounts_are_whole_millionths_in_any_order() -> None:
    parts = [(0.1234567, 123_457), (0.7654321, 765_432), (1 / 3, 333_333)]
    events = [
        Event(
            *("till", str(n), EventType.PURCHASE, NOW),
            lines=(EventLine(ItemId("tea"), quantity, 1.0, None),),
        )
        for n, (quantity, _) in enumerate(parts)
    ]
    whole = sum(micros for _, micros in parts)
    for order in permutations(events):
        state = fold(order)
        for amount in (state.items[ItemId("tea")].bought_micros, state.spend_micros):
            assert amount == whole
            assert isinstance(amount, int)


def test_a_return_touches_quantity_alone() -> None:
    state = fold([bought("1", "tea", "tea", day=1), returned("2", "tea")])
    assert state.items[ItemId("tea")] == (
        *(1, 2_000_000, 1_000_000),
        *((NOW - DAY) // 1_000_000, (NOW - DAY) // 1_000_000),
    )
    assert (state.basket_count, state.event_count) == (1, 2)


def test_sums_stop_before_they_outgrow_a_stored_integer() -> None:
    rich = CustomerState(spend_micros=CEILING - 1)
    assert merge(rich, rich).spend_micros == CEILING
