"""Who is one person, after any history: as the slow and obvious store says, to the byte.

``HISTORIES=100000`` in the environment lets so many be lived through, ``FIRST`` says from which.
"""

import os
import random
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine, select

from services.profile.adapters.rows.customer_rows import row_of
from services.profile.adapters.sql_identities import SqlIdentityStore
from services.profile.adapters.sql_privacy import SqlPrivacyStore
from services.profile.adapters.sql_store import SqlProfileStore
from services.profile.adapters.tables import customers
from tests.services.profile.adapters.lives import RULES, Life
from tests.services.profile.memory_store import MemoryProfileStore
from tests.services.profile.told import IDENTITY

HISTORIES = int(os.environ.get("HISTORIES", "150"))
FIRST = int(os.environ.get("FIRST", "0"))
DEEDS = 10


def test_every_history_ends_as_the_obvious_store_says(
    migrated: Callable[[str], Engine], tmp_path: Path
) -> None:
    engine = migrated(f"sqlite:///{tmp_path}/lives.sqlite")
    store, people = SqlProfileStore(engine, RULES), SqlIdentityStore(engine, RULES)
    privacy = SqlPrivacyStore(engine, IDENTITY.tombstone, holders=(), rules=RULES)
    joined = parted = facts = 0
    for number in range(FIRST, FIRST + HISTORIES):
        life = Life(number, random.Random(number))
        plain = MemoryProfileStore(RULES)
        for step in range(DEEDS):
            deed = life.deed(step)
            answer, expected = deed(store, people, privacy), deed(plain, plain, plain)
            assert answer == expected, (number, step)
        with engine.connect() as connection:
            rows = connection.execute(
                select(customers).where(
                    customers.c.customer_id.in_([each.customer_id for each in life.handles])
                )
            )
            kept = {row.customer_id: dict(row._mapping) for row in rows}
        assert kept == {name: row_of(each) for name, each in plain.records().items()}, number
        for handle in life.handles:
            assert store.customer_behind(handle) == plain.customer_behind(handle), number
            seen, expected_view = store.view(handle.customer_id), plain.view(handle.customer_id)
            assert (seen and seen.facts) == (expected_view and expected_view.facts), number
            facts += len(seen.facts) if seen else 0
        joined += len(plain.log)
        parted += len(plain.apart)
    print(
        f"{HISTORIES} histories, {joined} names joined to others,"
        f" {parted} pairs taken apart: 0 differences"
    )
    assert joined > HISTORIES / 20
    assert facts > HISTORIES / 20
    assert parted > HISTORIES / 20
