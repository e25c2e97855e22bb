"""Customers one after another, for groups of them."""

from sqlalchemy import Engine

from services.profile.adapters.rows.customer_pages import next_customers
from services.profile.domain.customer import CustomerRecord
from services.profile.domain.history.events import CustomerId
from services.storage.transactions import reading


class SqlSegmentStore:
    """A ``SegmentStore`` in a migrated database."""

    def __init__(self, engine: Engine) -> None:
        """Use ``engine``; nothing is read yet."""
        self._engine = engine

    def records(self, *, after: CustomerId, most: int) -> list[CustomerRecord]:
        """Return the next customers behind a name, by name, who did not forbid personalisation."""
        with reading(self._engine) as connection:
            return next_customers(connection, after=after, most=most)
