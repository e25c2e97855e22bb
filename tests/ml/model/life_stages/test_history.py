"""What months are looked at, where a customer is used to shop, and at what times."""

from datetime import UTC, timedelta, timezone
from zoneinfo import ZoneInfo

from ml.model.life_stages.finding import life_stages
from ml.model.life_stages.history import (
    ANOTHER_STORE,
    OTHER_HOURS,
    USUAL_STORE,
    WORKING_HOURS,
    Kind,
    daypart_counts,
    store_changes,
    usual_store,
)
from ml.model.life_stages.signs import Sign, SignTable, Usual
from tests.ml.model.life_stages.households import MARCH, household, stage


def visits(*months: int, count: int = 4) -> dict[int, int]:
    return dict.fromkeys(months, count)


def test_the_usual_store_is_the_one_of_the_first_half_year() -> None:
    """Who moved goes to the new store more often by now; it is the other one all the same."""
    first, then = range(MARCH - 20, MARCH - 14), range(MARCH - 14, MARCH + 1)

    assert usual_store({"old": visits(*first), "new": visits(*then, count=9)}) == "old"
    assert usual_store({}) is None


def test_what_lies_more_than_two_years_back_decides_nothing() -> None:
    long_ago, lately = range(MARCH - 40, MARCH - 30), range(MARCH - 10, MARCH + 1)

    assert usual_store({"old": visits(*long_ago), "new": visits(*lately)}) == "new"


def test_visits_are_to_the_usual_store_or_to_another() -> None:
    found = store_changes({"mitte": {1: 4, 2: 4}, "nord": {2: 1}, "sued": {2: 2}})

    assert found == {USUAL_STORE: {1: 4, 2: 4}, ANOTHER_STORE: {2: 3}}
    assert store_changes({}) == {}


def test_another_store_from_a_month_on_is_a_sign_of_a_move() -> None:
    sign = Sign(Kind.STORE, ANOTHER_STORE, 8.0, Usual(0.1, 1.0))
    before, after = range(MARCH - 11, MARCH - 2), range(MARCH - 2, MARCH + 1)
    plain = household()
    stores = store_changes({"mitte": visits(*before), "nord": visits(*after)})
    moved = type(plain)(plain.lines, plain.dayparts, stores)

    (found,) = life_stages(moved, SignTable((stage(sign),)), now_month=MARCH)

    assert found.probability > 0.9
    assert found.since_month == MARCH - 2


JANUARY, JULY = MARCH - 2, MARCH + 4
MONDAY_SEVEN, MONDAY_EIGHT = 7, 8


def test_parts_of_the_week_follow_the_clocks_of_each_month() -> None:
    """In Berlin eight o'clock UTC is nine in winter, and seven o'clock UTC nine in summer."""
    hours = {MONDAY_SEVEN: {JANUARY: 1, JULY: 2}, MONDAY_EIGHT: {JANUARY: 4, JULY: 8}}

    assert daypart_counts(hours, ZoneInfo("Europe/Berlin")) == {
        OTHER_HOURS: {JANUARY: 1},
        WORKING_HOURS: {JANUARY: 4, JULY: 10},
    }
    assert daypart_counts(hours, UTC) == {OTHER_HOURS: {JANUARY: 5, JULY: 10}}


def test_a_week_goes_round() -> None:
    """What is late on a Sunday here is early on a Monday elsewhere, and the other way round."""
    sunday_night, monday = 6 * 24 + 23, 0

    east, west = timezone(timedelta(hours=12)), timezone(timedelta(hours=-12))
    assert daypart_counts({sunday_night: {MARCH: 1}}, east) == {WORKING_HOURS: {MARCH: 1}}
    assert daypart_counts({monday: {MARCH: 1}}, west) == {OTHER_HOURS: {MARCH: 1}}
