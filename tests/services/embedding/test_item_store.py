"""What every catalogue store promises; the dictionary first, the databases must agree."""

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest

from ml.model.attributes import ItemAttributes
from services.embedding.adapters.sql_item_store import MIGRATIONS, SqlItemStore
from services.embedding.domain.item import ItemDraft
from services.embedding.ports import ItemListing, ItemStore
from services.serving.failures import Failure, Kind
from services.storage.startup import open_database
from tests.services.embedding.memory_item_store import MemoryItemStore

MONDAY = datetime(2026, 1, 5, 9, 30, 0, 123_456, tzinfo=UTC)
TUESDAY = MONDAY + timedelta(days=1)
TEA = ItemDraft("tea", ItemAttributes("Green tea", "tea", "Leaf", 3.25), 12.0)
MUG = ItemDraft("mug", ItemAttributes("Mug"))


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> Iterator[ItemStore]:
    if request.param == "memory":
        yield MemoryItemStore()
        return
    name = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    engine = open_database(request.getfixturevalue(name), MIGRATIONS, migrate_first=True)
    yield SqlItemStore(engine)
    engine.dispose()


def test_what_was_written_is_read_back(store: ItemStore) -> None:
    written = store.upsert([TEA, MUG], MONDAY)
    found = store.items(["mug", "tea", "nothing"])
    assert [found["tea"], found["mug"]] == written
    tea = found["tea"]
    assert (tea.attributes, tea.stock_quantity) == (TEA.attributes, 12.0)
    assert (tea.created, tea.updated) == (MONDAY, MONDAY)
    assert found["mug"].attributes.price is None
    assert found["mug"].stock_quantity is None


def test_a_second_write_replaces_and_keeps_the_time_of_birth(store: ItemStore) -> None:
    first = store.upsert([TEA], MONDAY)[0]
    second = store.upsert([dataclasses.replace(TEA, stock_quantity=0.0)], TUESDAY)[0]
    assert (second.created, second.updated) == (MONDAY, TUESDAY)
    assert second.change > first.change
    assert second.etag != first.etag
    assert store.items(["tea"])["tea"] == second


def test_writing_what_is_there_changes_nothing(store: ItemStore) -> None:
    first = store.upsert([TEA], MONDAY)
    assert store.upsert([TEA], TUESDAY) == first
    assert store.changed_since(first[0].change) == []


def test_a_write_with_the_current_etag_passes(store: ItemStore) -> None:
    etag = store.upsert([TEA], MONDAY)[0].etag
    changed = dataclasses.replace(TEA, stock_quantity=1.0, etag=etag)
    assert store.upsert([changed], TUESDAY)[0].stock_quantity == 1.0


@pytest.mark.parametrize("draft", [TEA, MUG], ids=["of another state", "of no item"])
def test_a_stale_etag_refuses_the_whole_write(store: ItemStore, draft: ItemDraft) -> None:
    store.upsert([TEA], MONDAY)
    new = ItemDraft("new", ItemAttributes("New"))
    for attempt in (store.upsert, store.check):
        with pytest.raises(Failure) as refusal:
            attempt([new, dataclasses.replace(draft, etag="0123")], TUESDAY)
        assert refusal.value.kind is Kind.STALE
        assert refusal.value.metadata == {"name": f"items/{draft.item_id}"}
    assert store.items(["new"]) == {}


def test_a_check_says_what_would_be_and_writes_nothing(store: ItemStore) -> None:
    assert store.check([TEA], MONDAY)[0].attributes == TEA.attributes
    assert store.items(["tea"]) == {}


def test_listings_are_by_code_point_and_go_on_behind_an_id(store: ItemStore) -> None:
    ids = ["b", "B", "a-2", "a2", "ä", "a 2", "Z"]
    store.upsert([ItemDraft(each, ItemAttributes(each)) for each in ids], MONDAY)
    first = store.listed(ItemListing(4))
    rest = store.listed(ItemListing(4, after_id=first[-1].item_id))
    assert [each.item_id for each in first + rest] == sorted(ids)


def test_listings_are_narrowed_by_category_and_brand(store: ItemStore) -> None:
    kinds = [("1", "tea", "Leaf"), ("2", "tea", "Root"), ("3", "soap", "Leaf")]
    store.upsert([ItemDraft(i, ItemAttributes(i, c, b)) for i, c, b in kinds], MONDAY)

    def ids(category: str, brand: str) -> list[str]:
        found = store.listed(ItemListing(9, category=category, brand=brand))
        return [each.item_id for each in found]

    assert ids("tea", "") == ["1", "2"]
    assert ids("", "Leaf") == ["1", "3"]
    assert ids("tea", "Leaf") == ["1"]
    assert ids("bread", "") == []


def test_a_reader_who_goes_on_from_the_last_change_sees_each_once(store: ItemStore) -> None:
    store.upsert([TEA, MUG], MONDAY)
    seen = store.changed_since(0)
    assert [each.item_id for each in seen] == ["mug", "tea"]
    store.upsert([dataclasses.replace(MUG, stock_quantity=0.0)], TUESDAY)
    news = store.changed_since(seen[-1].change)
    assert [each.item_id for each in news] == ["mug"]


@pytest.mark.parametrize("engine_name", ["sqlite_url", "postgres_url"])
def test_writers_at_once_lose_nothing_and_get_distinct_numbers(
    engine_name: str, request: pytest.FixtureRequest
) -> None:
    engine = open_database(request.getfixturevalue(engine_name), MIGRATIONS, migrate_first=True)
    store = SqlItemStore(engine)
    store.upsert([TEA], MONDAY)

    def write(writer: int) -> None:
        for stock in range(5):
            mine = ItemDraft(f"item {writer}", ItemAttributes("x"), float(stock))
            shared = dataclasses.replace(TEA, stock_quantity=float(10 * writer + stock))
            store.upsert([mine, shared], TUESDAY)

    threads = [Thread(target=write, args=(writer,)) for writer in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    items = store.changed_since(1)
    engine.dispose()
    assert len(items) == 5
    own = [each for each in items if each.item_id != "tea"]
    assert {each.stock_quantity for each in own} == {4.0}
    assert len({each.change for each in own}) == 4
