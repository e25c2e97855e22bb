"""Who is one person, after any history: as the slow and obvious store says, to the byte.

``HISTORIES=100000`` in the environment lets so many be lived through, ``FIRST`` says from which.
"""

import os
import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from services.profile.adapters.rows.customer_rows import row_of
from services.profile.adapters.sql_identities import SqlIdentityStore
from services.profile.adapters.sql_privacy import SqlPrivacyStore
from services.profile.adapters.sql_store import SqlProfileStore
from services.profile.adapters.tables import customers, shelved_items
from services.profile.domain.history import shelf
from services.profile.domain.history.events import Handle
from services.profile.domain.history.item_histories import ItemHistory
from tests.services.profile.adapters.lives import RULES, Life
from tests.services.profile.memory_store import MemoryProfileStore
from tests.services.profile.told import IDENTITY

HISTORIES = int(os.environ.get("HISTORIES", "150"))
FIRST = int(os.environ.get("FIRST", "0"))
DEEDS = 10


@pytest.mark.parametrize("near_items", [shelf.NEAR_ITEMS, 1])
def test_every_history_ends_as_the_obvious_store_says(
    migrated: Callable[[str], Engine],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    near_items: int,
) -> None:
    monkeypatch.setattr(shelf, "NEAR_ITEMS", near_items)
    engine = migrated(f"sqlite:///{tmp_path}/lives.sqlite")
    store, people = SqlProfileStore(engine, RULES), SqlIdentityStore(engine, RULES)
    privacy = SqlPrivacyStore(engine, IDENTITY.tombstone, holders=(), rules=RULES)
    joined = parted = facts = shelved = 0
    for number in range(FIRST, FIRST + HISTORIES):
        life = Life(number, random.Random(number))
        plain = MemoryProfileStore(RULES)
        for step in range(DEEDS):
            deed = life.deed(step)
            answer, expected = deed(store, people, privacy), deed(plain, plain, plain)
            assert answer == expected, (number, step)
        records = plain.records()
        assert kept(engine, life.handles) == {
            name: row_of(each) for name, each in records.items()
        }, number
        apart = {name: dict(shelf.near(each.state)[1]) for name, each in records.items()}
        assert on_shelves(engine, life.handles) == {n: each for n, each in apart.items() if each}
        for handle in life.handles:
            assert store.customer_behind(handle) == plain.customer_behind(handle), number
            seen, expected_view = store.view(handle.customer_id), plain.view(handle.customer_id)
            assert (seen and seen.facts) == (expected_view and expected_view.facts), number
            assert (seen and seen.record) == (expected_view and expected_view.record), number
            facts += len(seen.facts) if seen else 0
        joined += len(plain.log)
        parted += len(plain.apart)
        shelved += sum(map(len, apart.values()))
    print(
        f"{HISTORIES} histories, {joined} names joined to others,"
        f" {parted} pairs taken apart: 0 differences"
    )
    assert joined > HISTORIES / 20
    assert facts > HISTORIES / 20
    assert parted > HISTORIES / 20
    assert (shelved > HISTORIES / 20) == (near_items == 1)


def kept(engine: Engine, handles: Sequence[Handle]) -> dict[str, dict[str, object]]:
    """Return the rows of these customers."""
    query = select(customers).where(customers.c.customer_id.in_(_names(handles)))
    with engine.connect() as connection:
        return {row.customer_id: dict(row._mapping) for row in connection.execute(query)}


def on_shelves(engine: Engine, handles: Sequence[Handle]) -> dict[str, dict[str, ItemHistory]]:
    """Return what lies apart of these customers."""
    query = select(shelved_items).where(shelved_items.c.customer_id.in_(_names(handles)))
    found: dict[str, dict[str, ItemHistory]] = {}
    with engine.connect() as connection:
        for name, item_id, *values in connection.execute(query):
            found.setdefault(name, {})[item_id] = ItemHistory(*values)
    return found


def _names(handles: Sequence[Handle]) -> list[str]:
    return [each.customer_id for each in handles]
