"""Stages of life are looked for where the customer allows it, and nowhere else."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from ml.model.life_stages.history import WORKING_HOURS, Kind
from ml.model.life_stages.signs import Sign, SignTable, Stage, Usual
from services.profile.adapters.files.catalogue_file import load_catalogue
from services.profile.domain.customer import CustomerRecord
from services.profile.domain.defaults import Defaults
from services.profile.domain.history.events import (
    MICROS,
    CustomerId,
    Event,
    EventLine,
    EventType,
    ItemId,
)
from services.profile.domain.history.moments import month_of, seconds_of_month
from services.profile.domain.history.state import CustomerState, fold
from services.profile.domain.life import stages_of
from services.profile.domain.privacy.consent import ConsentPolicy, Consents, Purpose, Statement
from tests.services.profile.told import DAY, NOW

OPEN = ConsentPolicy(personalisation_default=True)
ASKED_PURPOSES = (Purpose.PROFILING, Purpose.SENSITIVE_INFERENCE)


def stage(name: str, category: str, *, is_sensitive: bool) -> Stage:
    sign = Sign(Kind.CATEGORY, category, 10.0, Usual(0.01, 0.5))
    return Stage(
        name,
        name,
        is_sensitive=is_sensitive,
        per_year=0.05,
        lasts_months=9,
        half_life_months=float("inf"),
        trust=1.0,
        signs=(sign,),
    )


SIGNS = SignTable(
    (
        stage("new_home", "Lamps", is_sensitive=False),
        stage("expecting", "Nappies", is_sensitive=True),
    )
)


WEDNESDAY = (NOW // DAY - 1) * DAY
"""Its midnight: now is a Thursday."""

BY_DAY = replace(
    stage("leaving_work", "Lunch", is_sensitive=False),
    signs=(Sign(Kind.DAYPART, WORKING_HOURS, 10.0, Usual(0.1, 0.5)),),
)


def at(hour: int, *, weeks_ago: int) -> Event:
    """Return a basket at half past an hour (UTC) of a Wednesday."""
    occurred = WEDNESDAY - weeks_ago * 7 * DAY + (60 * hour + 30) * 60 * MICROS
    lines = (EventLine(ItemId("bread"), 1.0, 2.0, None, "Bread"),)
    return Event("till", f"w-{weeks_ago}", EventType.PURCHASE, occurred, lines=lines)


def basket(number: int, *categories: str, day: int) -> Event:
    lines = tuple(
        EventLine(ItemId(category.lower()), 1.0, 2.0, None, category) for category in categories
    )
    occurred = NOW - day * DAY
    return Event("till", f"b-{number}", EventType.PURCHASE, occurred, store="mitte", lines=lines)


def mover() -> CustomerState:
    """Somebody who bought bread and milk for a year, and lamps and nappies since two months."""
    weekly = [basket(day, "Bread", "Milk", day=day) for day in range(0, 360, 7)]
    lately = [basket(1_000 + day, "Lamps", "Nappies", day=day) for day in range(1, 60, 7)]
    return fold([*weekly, *lately])


def said(*purposes: Purpose, denied: bool = False) -> dict[Purpose, Statement]:
    return {purpose: Statement(1, denied, "app") for purpose in purposes}


def found(consents: Consents, *, policy: ConsentPolicy = OPEN) -> dict[str, float]:
    record = CustomerRecord(CustomerId("anna"), mover(), consents)
    stages = stages_of(
        record,
        Defaults(policy, load_catalogue(), signs=SIGNS),
        now=datetime.fromtimestamp(NOW // MICROS, UTC),
    )
    return {each.name: each.probability for each in stages}


def test_who_allows_both_is_told_both() -> None:
    stages = found(said(*ASKED_PURPOSES))

    assert stages["new_home"] > 0.9
    assert stages["expecting"] > 0.9


def test_a_sensitive_stage_is_not_there_without_consent_to_it() -> None:
    assert set(found(said(Purpose.PROFILING))) == {"new_home"}


def test_a_withdrawal_takes_it_away() -> None:
    withdrawn = said(Purpose.PROFILING) | said(Purpose.SENSITIVE_INFERENCE, denied=True)

    assert set(found(withdrawn)) == {"new_home"}


@pytest.mark.parametrize(
    "consents",
    [
        {},
        said(Purpose.SENSITIVE_INFERENCE),
        said(Purpose.PROFILING, Purpose.PERSONALISATION, denied=True),
        said(*ASKED_PURPOSES) | said(Purpose.PERSONALISATION, denied=True),
    ],
)
def test_without_profiling_or_personalisation_there_is_nothing(consents: Consents) -> None:
    assert found(consents) == {}


def test_parts_of_the_week_are_told_on_the_clocks_of_the_shop() -> None:
    """Somebody came at half past eight in the morning for a year, and at one since two months."""
    early = [at(8, weeks_ago=week) for week in range(9, 52)]
    lately = [at(13, weeks_ago=week) for week in range(9)]
    record = CustomerRecord(CustomerId("anna"), fold([*early, *lately]), said(Purpose.PROFILING))
    defaults = Defaults(OPEN, load_catalogue(), signs=SignTable((BY_DAY,)))

    def told(zone: str) -> float:
        now = datetime.fromtimestamp(NOW // MICROS, ZoneInfo(zone))
        return stages_of(record, defaults, now=now)[0].probability

    assert told("UTC") > 0.9  # from before the working hours into them
    assert told("Europe/Moscow") < 0.1  # in the working hours all the time: at eleven, at four


def test_the_state_counts_baskets_by_hour_of_the_week_and_month() -> None:
    months = mover().hour_months
    counted = sum(sum(each.values()) for each in months.values())

    assert counted == mover().basket_count
    assert sum(mover().store_months["mitte"].values()) == mover().basket_count


def test_a_month_begins_where_its_number_says() -> None:
    start = seconds_of_month(month_of(NOW // MICROS))

    assert month_of(start) == month_of(NOW // MICROS)
    assert month_of(start - 1) == month_of(NOW // MICROS) - 1
