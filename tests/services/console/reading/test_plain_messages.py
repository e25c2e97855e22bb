from datetime import date

import pytest
from ofone.profile.v1 import event_pb2
from ofone.profile.v1.event_pb2 import Event
from ofone.recommendation.v1.offer_pb2 import Offer

from services.console.reading.moments import read_moment
from services.console.reading.plain_messages import read_message
from services.serving.failures import Failure


def mistakes(kind: type[Event] | type[Offer], value: object) -> dict[str, str]:
    with pytest.raises(Failure) as caught:
        read_message(kind, value)
    return {each.field: each.rule for each in caught.value.violations}


@pytest.mark.parametrize("word", ["purchase", "PURCHASE", "EVENT_TYPE_PURCHASE"])
def test_a_value_of_an_enumeration_may_be_short_or_whole(word: str) -> None:
    assert read_message(Event, {"type": word}).type == event_pb2.EVENT_TYPE_PURCHASE


def test_bare_ids_become_names_where_a_resource_is_meant() -> None:
    event = read_message(
        Event, {"customer": "anna", "offer": "tea", "store": "harbour", "lines": [{"item": "a/b"}]}
    )
    assert (event.customer, event.offer) == ("customers/anna", "offers/tea")
    assert event.store == "harbour"
    assert event.lines[0].item == "a/b"  # it has a slash; the service says what is wrong with it


def test_a_price_of_nothing_is_not_the_same_as_no_price() -> None:
    event = read_message(Event, {"lines": [{"unit_price": 0}, {"unit_price": None}]})
    assert [line.HasField("unit_price") for line in event.lines] == [True, False]


def test_every_mistake_is_named_at_once() -> None:
    assert mistakes(
        Event,
        {
            "tipe": 1,
            "type": "bought",
            "source": 3,
            "occurred_at": "soon",
            "rating": True,
            "lines": [{"quantity": 1}, {"quantity": "2"}, {"quantity": float("nan")}, 4],
            "identifiers": {},
            "text": "\ud800",
        },
    ) == {
        "tipe": "UNKNOWN_FIELD",
        "type": "UNKNOWN_VALUE",
        "source": "NOT_TEXT",
        "occurred_at": "NOT_A_TIME",
        "rating": "NOT_A_NUMBER",
        "lines[1].quantity": "NOT_A_NUMBER",
        "lines[2].quantity": "NOT_FINITE",
        "lines[3]": "NOT_AN_OBJECT",
        "identifiers": "NOT_A_LIST",
        "text": "NOT_UTF8",
    }


def test_of_alternatives_only_one_may_be_given() -> None:
    variant = {"benefit": {"percent_off": 10, "points": 5}}
    assert mistakes(Offer, {"variants": [variant]}) == {
        "variants[0].benefit.points": "TWO_ALTERNATIVES"
    }


def test_whole_numbers_stay_within_their_field() -> None:
    assert read_message(Offer, {"cool_down_days": 365}).cool_down_days == 365
    assert mistakes(Offer, {"cool_down_days": -1}) == {"cool_down_days": "NEGATIVE"}
    assert mistakes(Offer, {"cool_down_days": 2**32}) == {"cool_down_days": "TOO_LARGE"}
    assert mistakes(Offer, {"cool_down_days": 1.5}) == {"cool_down_days": "NOT_A_WHOLE_NUMBER"}


@pytest.mark.parametrize("value", [None, [], "text", 3])
def test_what_is_not_an_object_is_no_message(value: object) -> None:
    assert mistakes(Event, value) == {"": "NOT_AN_OBJECT"}


def test_a_time_without_a_zone_is_utc_and_a_date_its_first_moment() -> None:
    noon = 1_774_958_400
    assert read_moment("2026-03-31T12:00").seconds == noon
    assert read_moment("2026-03-31T14:00:00+02:00").seconds == noon
    assert read_moment(date(2026, 3, 31)).seconds == noon - 12 * 3_600


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:00:00-14:00"])
def test_a_time_beyond_the_calendar_is_a_mistake_of_its_field(text: str) -> None:
    assert mistakes(Event, {"occurred_at": text}) == {"occurred_at": "NOT_A_TIME"}


def test_half_a_character_is_a_mistake_wherever_it_stands() -> None:
    assert mistakes(Event, {"type": "\ud800"}) == {"type": "NOT_UTF8"}
    assert mistakes(Event, {"lines": [{"\ud800": 1}]}) == {"lines[0]": "NOT_UTF8"}
