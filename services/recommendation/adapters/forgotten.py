"""Who was erased, known by marks from which no name can be read.

Those who write decisions and those who erase wait for each other, so that no decision is written
after the last look for it: one transaction of either kind sees all of the other or comes first.
"""

import hashlib
from collections.abc import Collection, Mapping

from sqlalchemy import Connection, select, text

from services.recommendation.adapters.tables import FORGOTTEN


def mark(customer_id: str) -> bytes:
    """Return what is kept of a name: 32 bytes that lead nowhere, for names are as long as keys."""
    return hashlib.sha256(b"forgotten " + customer_id.encode()).digest()


def keep_erasing_out(connection: Connection) -> None:
    """Let no erasure begin or go on before this transaction has ended."""
    _lock(connection, "ROW SHARE")


def keep_writing_out(connection: Connection) -> None:
    """Let no decision be written before this transaction has ended."""
    _lock(connection, "EXCLUSIVE")


def forgotten_until(connection: Connection, customer_ids: Collection[str]) -> Mapping[str, int]:
    """Return those of some customers who were erased, and until when they are not known."""
    ids = {mark(each): each for each in customer_ids}
    query = select(FORGOTTEN.c.mark, FORGOTTEN.c.until_seconds).where(FORGOTTEN.c.mark.in_(ids))
    return {ids[bytes(found)]: until for found, until in connection.execute(query)}


def _lock(connection: Connection, mode: str) -> None:
    """Lock on PostgreSQL; on SQLite whoever writes is alone anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"LOCK TABLE {FORGOTTEN.name} IN {mode} MODE"))
