"""The catalogue in SQL, on SQLite and PostgreSQL alike.

Every write takes the next number from a counter row and holds that row until it is committed: so
writes become visible in the order of their numbers, and whoever polls by number misses none.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Row, bindparam, column, insert, select, table, update

from ml.model.attributes import ItemAttributes
from services.embedding.domain.item import Item, ItemDraft, written
from services.embedding.ports import ItemListing
from services.storage.migrations import Migrations
from services.storage.transactions import reading, transaction

MIGRATIONS = Migrations(Path(__file__).parents[1] / "migrations", "embedding_version")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

_CONTENT = (
    "display_name",
    "category",
    "brand",
    "price",
    "stock_quantity",
    "created_us",
    "updated_us",
    "change",
)
_ITEMS = table("items", column("item_id"), *(column(name) for name in _CONTENT))
_COUNTER = table("catalogue_changes", column("latest"))

_NEXT_CHANGE = update(_COUNTER).values(latest=_COUNTER.c.latest + 1).returning(_COUNTER.c.latest)
_INSERT = insert(_ITEMS)
_UPDATE = (
    update(_ITEMS)
    .where(_ITEMS.c.item_id == bindparam("its_id"))
    .values({name: bindparam(name) for name in _CONTENT})
)


class SqlItemStore:
    """Implements ``ItemStore``."""

    def __init__(self, engine: Engine) -> None:
        """Take the engine of a migrated database."""
        self._engine = engine

    def upsert(self, drafts: Sequence[ItemDraft], now: datetime) -> list[Item]:
        """See ``ItemStore.upsert``."""

        def work(connection: Connection) -> list[Item]:
            change = int(connection.execute(_NEXT_CHANGE).scalar_one())
            stored = _found(connection, [draft.item_id for draft in drafts])
            items = written(drafts, stored, change=change, now=now)
            _write(connection, [item for item in items if item.change == change], stored)
            return items

        return transaction(self._engine, work)

    def check(self, drafts: Sequence[ItemDraft], now: datetime) -> list[Item]:
        """See ``ItemStore.check``."""
        stored = self.items([draft.item_id for draft in drafts])
        return written(drafts, stored, change=0, now=now)

    def items(self, item_ids: Sequence[str]) -> dict[str, Item]:
        """See ``ItemStore.items``."""
        with reading(self._engine) as connection:
            return _found(connection, item_ids)

    def listed(self, listing: ItemListing) -> list[Item]:
        """See ``ItemStore.listed``."""
        query = select(_ITEMS).where(_ITEMS.c.item_id > listing.after_id)
        if listing.category:
            query = query.where(_ITEMS.c.category == listing.category)
        if listing.brand:
            query = query.where(_ITEMS.c.brand == listing.brand)
        query = query.order_by(_ITEMS.c.item_id).limit(listing.size)
        with reading(self._engine) as connection:
            return [_item(row) for row in connection.execute(query)]

    def changed_since(self, change: int) -> list[Item]:
        """See ``ItemStore.changed_since``."""
        query = select(_ITEMS).where(_ITEMS.c.change > change)
        query = query.order_by(_ITEMS.c.change, _ITEMS.c.item_id)
        with reading(self._engine) as connection:
            return [_item(row) for row in connection.execute(query)]


def _found(connection: Connection, item_ids: Sequence[str]) -> dict[str, Item]:
    rows = connection.execute(select(_ITEMS).where(_ITEMS.c.item_id.in_(item_ids)))
    return {row.item_id: _item(row) for row in rows}


def _write(connection: Connection, items: list[Item], stored: dict[str, Item]) -> None:
    new = [_values(item) for item in items if item.item_id not in stored]
    changed = [_values(item) for item in items if item.item_id in stored]
    if new:
        connection.execute(_INSERT, new)
    if changed:
        connection.execute(_UPDATE, [{**each, "its_id": each.pop("item_id")} for each in changed])


def _values(item: Item) -> dict[str, object]:
    return {
        "item_id": item.item_id,
        "display_name": item.attributes.name,
        "category": item.attributes.category,
        "brand": item.attributes.brand,
        "price": item.attributes.price,
        "stock_quantity": item.stock_quantity,
        "created_us": (item.created - _EPOCH) // _MICROSECOND,
        "updated_us": (item.updated - _EPOCH) // _MICROSECOND,
        "change": item.change,
    }


def _item(row: Row[Any]) -> Item:  # a row's types are the table's
    return Item(
        item_id=row.item_id,
        attributes=ItemAttributes(row.display_name, row.category, row.brand, row.price),
        stock_quantity=row.stock_quantity,
        created=_EPOCH + row.created_us * _MICROSECOND,
        updated=_EPOCH + row.updated_us * _MICROSECOND,
        change=row.change,
    )
