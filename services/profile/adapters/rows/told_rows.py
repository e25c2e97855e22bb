"""What was told of a customer, as rows: events and statements, and the customer that follows."""

from typing import Any

from sqlalchemy import Connection, Row, select

from services.profile.adapters.rows import shelf
from services.profile.adapters.rows.fact_rows import facts_of
from services.profile.adapters.rows.graph import unpack_names
from services.profile.adapters.rows.packing import unpack_event
from services.profile.adapters.tables import consent_statements, events
from services.profile.domain.customer import (
    CustomerRecord,
    StoredEvent,
    StoredStatement,
    recomputed,
)
from services.profile.domain.history.events import CustomerId, Event, TraceId
from services.profile.domain.privacy.consent import Purpose, Statement


def refolded(connection: Connection, customer_id: CustomerId) -> CustomerRecord | None:
    """Return a customer as the kept facts say, ``None`` when there are none; clear the shelf."""
    shelf.clear(connection, [customer_id])
    return recomputed(
        customer_id,
        stored_events(connection, customer_id),
        stored_statements(connection, customer_id),
        facts_of(connection, customer_id),
    )


def stored_events(connection: Connection, customer_id: CustomerId) -> list[StoredEvent]:
    """Return the events of a customer, oldest first."""
    order = (events.c.occurred_micros, events.c.source, events.c.event_id)
    query = select(events).where(events.c.customer_id == customer_id).order_by(*order)
    return [stored_event_of(row) for row in connection.execute(query)]


def stored_statements(connection: Connection, customer_id: CustomerId) -> list[StoredStatement]:
    """Return what a customer said about consent, oldest first."""
    said = consent_statements.c
    query = (
        select(consent_statements)
        .where(said.customer_id == customer_id)
        .order_by(said.stated_micros, said.purpose, said.denied, said.source, said.trace_id)
    )
    return [
        StoredStatement(
            TraceId(row.trace_id),
            Purpose(row.purpose),
            Statement(row.stated_micros, row.denied, row.source, row.text_version),
            row.stored_micros,
        )
        for row in connection.execute(query)
    ]


def stored_event_of(row: Row[Any]) -> StoredEvent:
    """Return the event of a row, with the traces it was told of and when."""
    return StoredEvent(event_of(row), unpack_names(row.traces), row.stored_micros)


def event_of(row: Row[Any]) -> Event:
    """Return the event of a row."""
    return unpack_event(
        row.content,
        source=row.source,
        event_id=row.event_id,
        event_type=row.type,
        occurred_micros=row.occurred_micros,
    )
