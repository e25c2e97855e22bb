"""Who looked at whom, as rows."""

from collections.abc import Collection

from sqlalchemy import Connection, insert, select

from services.profile.adapters.rows import graph
from services.profile.adapters.tables import accesses
from services.profile.domain.history.events import CustomerId
from services.profile.domain.privacy.erasure import Access


def add_accesses(
    connection: Connection, names: Collection[CustomerId], access: Access, access_id: str
) -> None:
    """Keep that somebody looked at these customers."""
    rows = [{"customer_id": name, "access_id": access_id, **access._asdict()} for name in names]
    if rows:
        connection.execute(insert(accesses), rows)


def accesses_of(
    connection: Connection, name: CustomerId, *, skipped: int, most: int
) -> list[Access]:
    """Return who looked at a customer under any of their names, latest first."""
    query = (
        select(accesses.c.method, accesses.c.caller, accesses.c.accessed_micros)
        .where(accesses.c.customer_id.in_(graph.of_customer(connection, name)))
        .order_by(accesses.c.accessed_micros.desc(), accesses.c.access_id)
        .offset(skipped)
        .limit(most)
    )
    return [Access(*row) for row in connection.execute(query)]
