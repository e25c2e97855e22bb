"""Customers one after another, for groups of them, and the log of such looks."""

from collections.abc import Sequence

from sqlalchemy import Engine, insert, select

from services.profile.adapters.rows.customer_rows import record_of
from services.profile.adapters.rows.shelf import whole
from services.profile.adapters.tables import DENIED, accesses, customers
from services.profile.domain.customer import CustomerRecord
from services.profile.domain.history.events import CustomerId
from services.profile.domain.privacy.erasure import Access
from services.storage.transactions import reading, transaction


class SqlSegmentStore:
    """A ``SegmentStore`` in a migrated database."""

    def __init__(self, engine: Engine) -> None:
        """Use ``engine``; nothing is read yet."""
        self._engine = engine

    def records(self, *, after: CustomerId, most: int) -> list[CustomerRecord]:
        """Return the next customers behind a name, by name, who did not forbid personalisation."""
        query = (
            select(customers)
            .where(customers.c.customer_id > after, customers.c.personalisation != DENIED)
            .order_by(customers.c.customer_id)
            .limit(most)
        )
        with reading(self._engine) as connection:
            return whole(connection, [record_of(row) for row in connection.execute(query)])

    def note_accesses(
        self, customer_ids: Sequence[CustomerId], access: Access, access_id: str
    ) -> None:
        """Keep that somebody looked at each of these customers."""
        rows = [
            {"customer_id": name, "access_id": access_id, **access._asdict()}
            for name in customer_ids
        ]
        transaction(self._engine, lambda connection: connection.execute(insert(accesses), rows))
