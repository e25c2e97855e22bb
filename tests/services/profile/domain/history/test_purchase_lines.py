"""What lines add up to, in figures that a child can check."""

import math

import pytest

from services.profile.domain.history.events import MICROS, Event, EventLine, EventType, ItemId
from services.profile.domain.history.moments import day_count, day_gaps, hour_of_week, month_of
from services.profile.domain.history.purchase_lines import (
    CATEGORY_MONTHS,
    CategoryHistory,
    LineSums,
)
from services.profile.domain.history.state import fold
from tests.services.profile.told import DAY, NOW


def receipt(event_id: str, *lines: EventLine, day: int = 0) -> Event:
    return Event("till", event_id, EventType.PURCHASE, NOW - day * DAY, lines=lines)


def tea(quantity: float = 1, *, price: float | None = 2.0, off: float | None = None) -> EventLine:
    return EventLine(ItemId("tea"), quantity, price, off, "Tea", "Harbour")


def test_discounts_count_up_to_what_the_line_costs_and_only_where_there_is_a_price() -> None:
    state = fold([receipt("1", tea(2, off=1.0), tea(off=9.0), tea(), tea(price=None, off=1.0))])
    assert state.lines == LineSums(
        line_count=4,
        unit_micros=5 * MICROS,
        priced_count=3,
        discounted_count=2,
        discounted_list_micros=6 * MICROS,
        discount_micros=3 * MICROS,
        discount_told_count=2,
    )
    assert state.spend_micros == 5 * MICROS


def test_a_category_counts_baskets_lines_months_and_brands() -> None:
    hill = tea()._replace(brand="Hill", unit_price=8.0)
    plain = tea()._replace(category="")
    state = fold([receipt("1", tea(), hill, day=40), receipt("2", tea(), plain)])
    now, then = NOW // MICROS, NOW // MICROS - 40 * 86_400
    assert state.categories == {
        "Tea": CategoryHistory(
            basket_count=2,
            line_count=3,
            first_seconds=then,
            last_seconds=now,
            priced_count=3,
            log_price_micros=2 * round(math.log(2) * MICROS) + round(math.log(8) * MICROS),
            months={month_of(then): 2, month_of(now): 1},
            brands={"Harbour": 2, "Hill": 1},
        )
    }
    assert state.category_months == {"Tea": {month_of(then): 2, month_of(now): 1}}


def test_months_of_a_category_are_kept_for_two_years() -> None:
    state = fold(receipt(str(month), tea(), day=31 * month) for month in range(40))
    months = state.category_months["Tea"]
    assert max(months) == month_of(NOW // MICROS)
    assert max(months) - min(months) == CATEGORY_MONTHS - 1
    assert state.categories["Tea"].line_count == 40


def test_every_day_with_a_purchase_is_kept_once() -> None:
    days = (0, 0, 1, 45, 4_000)
    state = fold(receipt(str(number), tea(), day=day) for number, day in enumerate(days))
    assert day_gaps(state.days) == [4_000 - 45, 45 - 1, 1]
    assert day_count(state.days) == 4


@pytest.mark.parametrize(
    ("seconds", "hour", "month"),
    [
        (0, 3 * 24, 0),  # Thursday, 1 January 1970
        (4 * 86_400, 0, 0),  # the Monday after
        (4 * 86_400 - 1, 167, 0),
        (31 * 86_400, 6 * 24, 1),  # Sunday, 1 February
        (1_760_000_000, 4 * 24 - 16, 669),  # Thursday, 9 October 2025, 08:53
    ],
)
def test_a_moment_has_an_hour_of_the_week_and_a_month(seconds: int, hour: int, month: int) -> None:
    assert (hour_of_week(seconds), month_of(seconds)) == (hour, month)
