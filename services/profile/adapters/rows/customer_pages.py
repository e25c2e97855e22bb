"""Customers one after another, for those who look at all of them."""

from sqlalchemy import Connection, select

from services.profile.adapters.rows.customer_rows import record_of
from services.profile.adapters.tables import DENIED, customers
from services.profile.domain.customer import CustomerRecord
from services.profile.domain.history.events import CustomerId


def next_customers(connection: Connection, *, after: CustomerId, most: int) -> list[CustomerRecord]:
    """Return the next customers behind a name, by name, who did not forbid personalisation."""
    query = (
        select(customers)
        .where(customers.c.customer_id > after, customers.c.personalisation != DENIED)
        .order_by(customers.c.customer_id)
        .limit(most)
    )
    return [record_of(row) for row in connection.execute(query)]
