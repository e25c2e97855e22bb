"""Items that lie apart: found by events and by those who look, forgotten with all the rest."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest
from sqlalchemy import Engine, func, select

from services.profile.adapters.rows import shelf as shelf_rows
from services.profile.adapters.rows.customer_rows import row_of
from services.profile.adapters.sql_linkage import SqlLinkageStore
from services.profile.adapters.sql_privacy import SqlPrivacyStore
from services.profile.adapters.sql_store import SqlProfileStore
from services.profile.adapters.tables import customers, shelved_items
from services.profile.domain.history import shelf
from services.profile.domain.history.events import CustomerId, Event, ItemId
from services.profile.domain.history.state import fold
from tests.services.profile.told import IDENTITY, NOW, bought, card, email, returned, told

ANNA, BERT = card("anna"), card("bert")
ITEMS = [f"item{number}" for number in range(8)]
HISTORY = [bought(str(number), item, day=number) for number, item in enumerate(ITEMS)]


@dataclass
class Shop:
    """A database whose customers have two items near."""

    engine: Engine
    store: SqlProfileStore

    def live(self, *events: Event) -> None:
        for event in events:
            self.store.ingest([told(event, ANNA)], now_micros=NOW)

    def apart(self, name: CustomerId = ANNA.customer_id) -> list[str]:
        query = select(shelved_items.c.item_id).where(shelved_items.c.customer_id == name)
        with self.engine.connect() as connection:
            return sorted(connection.execute(query).scalars())

    def is_as_computed_at_once(self, events: Sequence[Event]) -> bool:
        """Return whether Anna's row is byte for byte what these events give."""
        seen = self.store.view(ANNA.customer_id)
        assert seen is not None
        assert seen.record.state == fold(events)
        with self.engine.connect() as connection:
            row = connection.execute(select(customers)).one()
        return dict(row._mapping) == row_of(seen.record)


@pytest.fixture
def shop(
    migrated: Callable[[str], Engine], database_url: str, monkeypatch: pytest.MonkeyPatch
) -> Shop:
    monkeypatch.setattr(shelf, "NEAR_ITEMS", 2)
    engine = migrated(database_url)
    return Shop(engine, SqlProfileStore(engine))


def test_what_lies_apart_is_whole_to_those_who_look(shop: Shop) -> None:
    shop.live(*HISTORY)
    assert shop.apart() == ITEMS[2:]
    snapshot = shop.store.snapshot_of(ANNA.customer_id)
    assert snapshot is not None
    assert list(snapshot.columns.item_ids) == ITEMS[:2]
    assert snapshot.columns.traits.item_count == len(ITEMS)
    assert shop.is_as_computed_at_once(HISTORY)
    glanced = shop.store.view(ANNA.customer_id, with_shelf=False)
    assert glanced is not None
    assert sorted(glanced.record.state.items) == ITEMS[:2]
    assert glanced.record.state.shelf.item_count == len(ITEMS) - 2
    (source,) = SqlLinkageStore(shop.engine).sources(after=CustomerId(""), most=9)
    assert set(source.customer.state.items) == set(ITEMS)


def test_an_event_takes_what_it_speaks_of_off_the_shelf(shop: Shop) -> None:
    again = bought("again", ITEMS[5], "new", day=-1)
    shop.live(*HISTORY, again)
    assert shop.apart() == sorted({*ITEMS} - {ITEMS[5]})
    assert shop.is_as_computed_at_once([*HISTORY, again])


@pytest.mark.parametrize("most", [0, 500])
def test_what_is_returned_leaves_its_place_to_what_lies_apart(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(shelf_rows, "MOST_SOUGHT", most)
    back = [returned("r0", ITEMS[0]), bought("more", ITEMS[7], day=3)]
    shop.live(*HISTORY, *back)
    assert shop.apart() == sorted({*ITEMS} - {ITEMS[1], ITEMS[2]})
    assert shop.is_as_computed_at_once([*HISTORY, *back])


def test_a_row_that_was_written_whole_is_parted_by_the_next_event(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as before:
        before.setattr(shelf, "NEAR_ITEMS", 1_000)
        shop.live(*HISTORY)
    assert shop.apart() == []
    shop.live(bought("next", "new"))
    assert len(shop.apart()) == len(ITEMS) + 1 - 2
    assert shop.is_as_computed_at_once([*HISTORY, bought("next", "new")])


def test_shelves_are_joined_with_their_customers(shop: Shop) -> None:
    hers = email("anna@home.example")
    shop.live(*HISTORY[:5])
    for event in HISTORY[3:]:
        other = bought(f"other {event.event_id}", event.lines[0].item_id, day=2)
        shop.store.ingest([told(other, hers)], now_micros=NOW)
    assert len(shop.apart(hers.customer_id)) == 3
    shop.store.ingest([told(bought("both", "tea"), ANNA, hers)], now_micros=NOW)
    seen = shop.store.view(hers.customer_id)
    assert seen is not None
    assert seen.record.customer_id == ANNA.customer_id
    assert seen.record.state.items[ItemId("item3")].basket_count == 2
    assert shop.apart(hers.customer_id) == []
    assert len(shop.apart()) == len(ITEMS) + 1 - 2


def test_what_lies_apart_is_forgotten_with_its_customer(shop: Shop) -> None:
    shop.live(*HISTORY)
    shop.store.ingest([told(bought("b", *ITEMS), BERT)], now_micros=NOW)
    privacy = SqlPrivacyStore(shop.engine, IDENTITY.tombstone, holders=())
    receipt = privacy.erase(
        ANNA.customer_id, str(uuid.UUID(int=7)), is_rehearsal=False, now_micros=NOW
    )
    assert receipt is not None
    counts = {each.place: each.removed_count for each in receipt.removals}
    assert counts["shelved_items"] == len(ITEMS) - 2
    assert shop.apart() == []
    with shop.engine.connect() as connection:
        left = connection.execute(select(func.count()).select_from(shelved_items)).scalar_one()
    assert left == len(ITEMS) - 2
