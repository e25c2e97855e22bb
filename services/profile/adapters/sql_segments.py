"""Customers one after another, for groups of them, and the log of such looks."""

from collections.abc import Sequence

from sqlalchemy import Connection, Engine, insert, select

from services.profile.adapters.rows.customer_pages import next_customers
from services.profile.adapters.tables import accesses, customers
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
        with reading(self._engine) as connection:
            return next_customers(connection, after=after, most=most)

    def note_accesses(
        self, customer_ids: Sequence[CustomerId], access: Access, access_id: str
    ) -> list[CustomerId]:
        """Keep that somebody looked at those of these who still are customers; return them."""
        query = (
            select(customers.c.customer_id)
            .where(customers.c.customer_id.in_(customer_ids))
            .order_by(customers.c.customer_id)
            .with_for_update(key_share=True, read=True)  # an erasure comes before this or after
        )

        def note(connection: Connection) -> list[CustomerId]:
            names = [CustomerId(name) for name in connection.execute(query).scalars()]
            rows = [
                {"customer_id": name, "access_id": access_id, **access._asdict()} for name in names
            ]
            if rows:
                connection.execute(insert(accesses), rows)
            return names

        return transaction(self._engine, note)
