"""What is past its time goes, and with it everything that was computed from it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from services.profile.__main__ import main, read_retention
from services.profile.adapters.sql_privacy import SqlPrivacyStore
from services.profile.adapters.sql_store import SqlProfileStore
from services.profile.adapters.writing.retaining import retain
from services.profile.domain.history.events import EventType
from services.profile.domain.ingestion import Outcome
from services.profile.domain.privacy.erasure import Access
from services.profile.domain.privacy.retention import ACCESSES, USUAL, RetentionError, with_bounds
from services.profile.ports.customers import Period
from services.serving.settings import SettingsError
from tests.services.profile.told import DAY, IDENTITY, NOW, about_offer, bought, card, told

ANNA, BERT = card("1"), card("2")
BOUNDS = with_bounds({"PURCHASE": 100, "OFFER_IMPRESSION": 10, ACCESSES: 7})


@pytest.fixture
def engine(migrated: Callable[[str], Engine], database_url: str) -> Engine:
    return migrated(database_url)


def test_every_type_of_event_has_a_bound() -> None:
    assert set(USUAL.event_days) == set(EventType)
    assert USUAL.event_days[EventType.PURCHASE] > USUAL.event_days[EventType.VIEW]


def test_what_is_past_its_time_is_gone_as_if_it_had_never_been(engine: Engine) -> None:
    store = SqlProfileStore(engine)
    shown = EventType.OFFER_IMPRESSION
    kept = [
        told(bought("new", "tea", day=99), ANNA),
        told(about_offer("seen", shown, "coffee", day=9), ANNA),
    ]
    old = [
        told(bought("old", "milk", day=101), ANNA),
        told(about_offer("seen-long-ago", shown, "coffee", day=11), ANNA),
        told(bought("his", "rice", day=400), BERT),
    ]
    store.ingest([*kept, *old], now_micros=NOW)
    privacy = SqlPrivacyStore(engine, IDENTITY.tombstone, holders=())
    for number, day in enumerate((6, 8)):
        access = Access("GetCustomer", "a colleague", NOW - day * DAY)
        privacy.note_access(ANNA.customer_id, access, str(number))
    removed = retain(engine, BOUNDS, now_micros=NOW)
    assert removed == Counter({"PURCHASE": 2, "OFFER_IMPRESSION": 1, ACCESSES: 1})
    found = store.snapshot_behind(ANNA)
    assert found is not None
    assert list(found.columns.item_ids) == ["tea"]
    assert found.columns.traits.basket_count == 1
    assert found.columns.exposures[0].impression_count == 1
    assert found.version == 2
    events = store.timeline(ANNA.customer_id, types=[], period=Period(), before=None, most=9)
    assert events is not None
    assert len(events) == 2
    assert store.snapshot_behind(BERT) is None
    assert len(privacy.accesses(ANNA.customer_id, skipped=0, most=9) or ()) == 1
    again = store.ingest(old, now_micros=NOW).results
    assert {each.outcome for each in again} == {Outcome.DUPLICATE}
    assert not retain(engine, BOUNDS, now_micros=NOW)


def test_more_customers_than_a_page_are_all_looked_at(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.profile.adapters.writing.retaining.CUSTOMERS_A_PAGE", 2)
    store = SqlProfileStore(engine)
    cards = [card(str(number)) for number in range(7)]
    store.ingest(
        [told(bought(each.customer_id, "tea", day=200), each) for each in cards], now_micros=NOW
    )
    assert retain(engine, BOUNDS, now_micros=NOW) == Counter({"PURCHASE": 7})


def test_bounds_are_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "retention.toml"
    path.write_text("VIEW = 30\nACCESSES = 5\n", encoding="utf-8")
    read = read_retention(path)
    assert read == replace(
        USUAL, event_days={**USUAL.event_days, EventType.VIEW: 30}, access_days=5
    )
    assert read_retention(None) == USUAL


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ("LOOK = 3", "LOOK is no type of event"),
        ("VIEW = 0", "VIEW must be a whole number of days from 1"),
        ("VIEW = true", "VIEW must be a whole number"),
        ("VIEW = 'long'", "VIEW must be a whole number"),
        ("VIEW", "retention.toml"),
    ],
)
def test_bounds_that_cannot_be_meant_are_refused(
    tmp_path: Path, written: str, complaint: str
) -> None:
    path = tmp_path / "retention.toml"
    path.write_text(written, encoding="utf-8")
    with pytest.raises(SettingsError, match=complaint):
        read_retention(path)


def test_the_job_says_what_it_removed(
    engine: Engine,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    store = SqlProfileStore(engine)
    store.ingest([told(bought("old", "tea", day=9_000), ANNA)], now_micros=NOW)
    monkeypatch.setenv("OFONE_PROFILE_DATABASE_URL", database_url)
    monkeypatch.setattr("sys.argv", ["profile", "retain"])
    assert main() == 0
    assert "PURCHASE: 1" in capsys.readouterr().out


def test_no_bound_is_meant_by_nothing() -> None:
    assert with_bounds({}) == USUAL
    with pytest.raises(RetentionError):
        with_bounds({"": 1})
