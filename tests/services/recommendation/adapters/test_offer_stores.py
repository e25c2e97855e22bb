"""One contract for every store of offers: memory, SQLite, PostgreSQL."""

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest

from services.recommendation.adapters.sql_offers import SqlOfferStore
from services.recommendation.adapters.tables import MIGRATIONS
from services.recommendation.domain.offer import (
    Benefit,
    BenefitKind,
    ExposureCap,
    Offer,
    OfferId,
    OfferState,
    Targets,
    Variant,
)
from services.recommendation.ports.offers import OfferStore
from services.serving.failures import Failure, Kind
from services.storage.engine import open_engine
from services.storage.migrations import migrate
from tests.services.recommendation.builders import NOON, offer
from tests.services.recommendation.memory_stores import MemoryOfferStore

FULL = Offer(
    OfferId("tea-week"),
    display_name="Tea week, thé",
    variants=(
        Variant("points", Benefit(BenefitKind.POINTS, amount=50), "traits.basket_count > 3"),
        Variant("advice", Benefit(BenefitKind.ADVICE, words="How to brew")),
    ),
    description="All teas",
    targets=Targets(("green-tea",), ("tea",), ("leaf",)),
    audience="marketing.email",
    start_time=NOON,
    end_time=NOON + timedelta(days=7, microseconds=5),
    stores=("north", "south"),
    channels=("web",),
    exposure_cap=ExposureCap(3, 7),
    cool_down_days=2,
    weight=1.5,
)


class Clock:
    """Goes on by a second whenever it is read."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> Iterator[OfferStore]:
    if request.param == "memory":
        yield MemoryOfferStore(Clock())
        return
    name = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    engine = open_engine(str(request.getfixturevalue(name)))
    migrate(engine, MIGRATIONS)
    yield SqlOfferStore(engine, Clock())
    engine.dispose()


def test_an_offer_comes_back_as_it_was_written(store: OfferStore) -> None:
    written = store.create(FULL)
    assert store.get(FULL.offer_id) == written
    assert written.offer == FULL
    assert written.create_time == written.update_time
    plain = store.create(offer("plain"))
    assert store.get(OfferId("plain")) == plain


def test_an_id_is_taken_once(store: OfferStore) -> None:
    store.create(FULL)
    with pytest.raises(Failure) as refusal:
        store.create(FULL)
    assert (refusal.value.kind, refusal.value.reason) == (Kind.ALREADY_EXISTS, "OFFER_EXISTS")


def test_an_unknown_offer_is_not_found(store: OfferStore) -> None:
    with pytest.raises(Failure) as refusal:
        store.get(OfferId("nothing"))
    assert refusal.value.reason == "OFFER_NOT_FOUND"
    with pytest.raises(Failure) as refusal:
        store.replace(offer("nothing"), revision=1)
    assert refusal.value.reason == "OFFER_NOT_FOUND"


def test_a_change_keeps_when_the_offer_was_created_and_gives_another_etag(
    store: OfferStore,
) -> None:
    before = store.create(FULL)
    after = store.replace(
        dataclasses.replace(FULL, display_name="Tea month"), revision=before.revision
    )
    assert store.get(FULL.offer_id) == after
    assert after.offer.display_name == "Tea month"
    assert after.create_time == before.create_time
    assert after.update_time > before.update_time
    assert after.etag != before.etag


def test_of_two_changes_to_the_same_revision_the_second_is_stale(store: OfferStore) -> None:
    before = store.create(FULL)
    first = store.replace(dataclasses.replace(FULL, weight=2), revision=before.revision)
    with pytest.raises(Failure) as refusal:
        store.replace(dataclasses.replace(FULL, weight=3), revision=before.revision)
    assert refusal.value.kind is Kind.STALE
    assert store.get(FULL.offer_id) == first


def test_offers_are_listed_by_id_page_by_page(store: OfferStore) -> None:
    for name in ("c", "a", "d", "b"):
        store.create(offer(name))
    first = store.page(after="", count=3, archived=False)
    rest = store.page(after="c", count=3, archived=False)
    assert [each.offer.offer_id for each in first] == ["a", "b", "c"]
    assert [each.offer.offer_id for each in rest] == ["d"]
    assert store.page(after="d", count=3, archived=False) == []


def test_archived_offers_are_listed_on_demand_only(store: OfferStore) -> None:
    kept, gone = store.create(offer("kept")), store.create(offer("gone"))
    archived = dataclasses.replace(gone.offer, state=OfferState.ARCHIVED)
    gone = store.replace(archived, revision=gone.revision)
    assert store.page(after="", count=9, archived=False) == [kept]
    assert store.page(after="", count=9, archived=True) == [gone, kept]


def test_changes_are_told_in_their_order_each_offer_once(store: OfferStore) -> None:
    first, second = store.create(offer("b")), store.create(offer("a"))
    assert store.changed_since(0) == [first, second]
    again = store.replace(dataclasses.replace(first.offer, weight=2), revision=first.revision)
    assert store.changed_since(0) == [second, again]
    assert store.changed_since(second.revision) == [again]
    assert store.changed_since(again.revision) == []


def test_writers_at_the_same_time_get_different_revisions(database_url: str) -> None:
    engine = open_engine(database_url)
    migrate(engine, MIGRATIONS)
    store = SqlOfferStore(engine, Clock())

    def write(name: str) -> None:
        for number in range(5):
            store.create(offer(f"{name}-{number}"))

    threads = [Thread(target=write, args=(name,)) for name in ("a", "b", "c", "d")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    revisions = [each.revision for each in store.changed_since(0)]
    assert revisions == list(range(1, 21))
    engine.dispose()
