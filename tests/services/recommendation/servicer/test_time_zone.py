"""Clocks on the wall go by the deployment's time zone, spans of time by none."""

from datetime import UTC, datetime

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from ofone.recommendation.v1 import decision_pb2

from tests.services.recommendation.conftest import Build, House, offered

DAY_SECONDS = 86_400


@pytest.fixture
def berlin(build: Build) -> House:
    house = build(time_zone="Europe/Berlin")
    house.profile.put("customers/ada")
    house.create("tea-week", categories=["tea"])
    return house


def at(time: datetime) -> Timestamp:
    return Timestamp(seconds=int(time.timestamp()))


@pytest.mark.parametrize("month_and_day", [(3, 28), (10, 24), (1, 15)])
def test_a_day_of_validity_has_24_hours_also_when_clocks_change(
    berlin: House, month_and_day: tuple[int, int]
) -> None:
    noon = datetime(2026, *month_and_day, 12, tzinfo=UTC)  # in the night clocks may change
    [made] = berlin.decide(time=at(noon)).offers
    assert made.expire_time.seconds == noon.timestamp() + DAY_SECONDS


def test_an_offer_that_ends_sooner_expires_with_it(berlin: House) -> None:
    noon = datetime(2026, 3, 28, 12, tzinfo=UTC)
    end = datetime(2026, 3, 29, 11, tzinfo=UTC)
    berlin.create("bread-week", categories=["bread"], end_time=at(end))
    expiry = {each.offer: each.expire_time for each in berlin.decide(time=at(noon)).offers}
    assert expiry["offers/bread-week"] == at(end)


def test_hours_and_weekdays_of_conditions_are_local(berlin: House) -> None:
    berlin.create("early", categories=["bread"], audience="context.hour == 0")
    berlin.create("sunday", categories=["coffee"], audience="context.weekday == 7")
    late_on_saturday = at(datetime(2026, 6, 13, 22, 30, tzinfo=UTC))  # 00:30 on Sunday
    decision = berlin.decide(time=late_on_saturday)
    assert set(offered(decision)) == {"early", "sunday", "tea-week"}
    assert decision.context == decision_pb2.Context(time=late_on_saturday)


def test_the_first_day_of_all_is_not_taken_for_today(build: Build) -> None:
    house = build(time_zone="America/New_York")
    house.profile.put("customers/ada")
    house.create("over", end_time=at(datetime(1990, 1, 1, tzinfo=UTC)))
    decision = house.decide(time=Timestamp(seconds=-62_135_596_800))
    assert offered(decision) == ["over"]
    assert decision.context.time.seconds == -62_135_596_800
