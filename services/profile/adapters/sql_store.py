"""Profiles in SQLite or PostgreSQL."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BindParameter, Connection, Engine, bindparam, select, tuple_

from services.profile.adapters.rows import shelf
from services.profile.adapters.rows.customer_rows import (
    count_statements,
    current_name,
    locked,
    record_of,
    save,
)
from services.profile.adapters.rows.fact_rows import facts_of
from services.profile.adapters.rows.packing import unpack_columns, unpack_consents
from services.profile.adapters.rows.told_rows import event_of, stored_event_of
from services.profile.adapters.tables import (
    GRANTED,
    UNSPOKEN,
    consent_statements,
    customers,
    events,
    identity_changes,
    traces,
)
from services.profile.adapters.writing import fact_recording, ingestion
from services.profile.domain.customer import CustomerRecord, KnownIdentifier, StoredEvent
from services.profile.domain.facts.fact import ToldFact
from services.profile.domain.history.events import CustomerId, EventType, Handle, Report
from services.profile.domain.ingestion import Result
from services.profile.domain.people.identifier_rules import LINK_RULES, LinkRules
from services.profile.domain.privacy.consent import Consents, Purpose, Statement, latest
from services.profile.domain.snapshot import Snapshot
from services.profile.ports.customers import (
    CustomerView,
    Ingested,
    Period,
    Purchase,
    PurchasePosition,
    TimelinePosition,
)
from services.storage.outages import Conflict
from services.storage.single_row import RowReader
from services.storage.statements import insert_if_absent
from services.storage.transactions import reading, transaction

_HOT = (
    customers.c.customer_id,
    customers.c.version,
    customers.c.updated_micros,
    customers.c.consents,
    customers.c.columns,
)


class SqlProfileStore:
    """A ``ProfileStore`` in a migrated database."""

    def __init__(self, engine: Engine, rules: LinkRules = LINK_RULES) -> None:
        """Use ``engine``; nothing is read yet."""
        self._engine = engine
        self._rules = rules
        name: BindParameter[str] = bindparam("name")
        digest: BindParameter[bytes] = bindparam("digest")
        self._by_name = RowReader(engine, select(*_HOT).where(customers.c.customer_id == name))
        self._by_former_name = RowReader(
            engine,
            select(*_HOT)
            .join_from(traces, customers, customers.c.customer_id == traces.c.customer_id)
            .where(traces.c.trace_id == name),
        )
        self._by_digest = RowReader(
            engine,
            select(*_HOT)
            .join_from(traces, customers, customers.c.customer_id == traces.c.customer_id)
            .where(traces.c.digest == digest),
        )

    def ingest(self, reports: Sequence[Report], *, now_micros: int) -> Ingested:
        """Store the events that were not stored before, and join the customers they link."""
        return transaction(
            self._engine,
            lambda connection: ingestion.ingest(
                connection, reports, self._rules, now_micros=now_micros
            ),
        )

    def snapshot_of(self, customer_id: CustomerId) -> Snapshot | None:
        """Return the compact state of a customer, ``None`` for an unknown one."""
        parameters = {"name": customer_id}
        row = self._by_name.fetch(parameters) or self._by_former_name.fetch(parameters)
        return _snapshot(row) if row else None

    def snapshot_behind(self, handle: Handle) -> Snapshot | None:
        """Return the compact state of the customer behind a handle, ``None`` for an unknown one."""
        row = self._by_digest.fetch({"digest": handle.digest})
        return _snapshot(row) if row else None

    def customer_behind(self, handle: Handle) -> CustomerId | None:
        """Return the customer behind a handle, ``None`` for an unknown one."""
        row = self._by_digest.fetch({"digest": handle.digest})
        return CustomerId(row[0]) if row else None

    def view(self, customer_id: CustomerId, *, with_shelf: bool = True) -> CustomerView | None:
        """Return everything kept about a customer, ``None`` for an unknown one."""
        with reading(self._engine) as connection:
            name = current_name(connection, customer_id)
            if name is None:
                return None
            row = connection.execute(select(customers).where(customers.c.customer_id == name)).one()
            former = (
                select(identity_changes.c.former_id)
                .join_from(
                    identity_changes, traces, traces.c.trace_id == identity_changes.c.former_id
                )
                .where(traces.c.customer_id == name, traces.c.trace_id != name)
                .distinct()
            )
            handles = (
                select(traces)
                .where(traces.c.customer_id == name, traces.c.digest.is_not(None))
                .order_by(traces.c.first_seen_micros, traces.c.digest)
            )
            record = record_of(row)
            if with_shelf:
                (record,) = shelf.whole(connection, [record])
            return CustomerView(
                record,
                tuple(sorted(connection.execute(former).scalars())),
                tuple(
                    KnownIdentifier(found.kind, bytes(found.digest), found.first_seen_micros)
                    for found in connection.execute(handles)
                ),
                tuple(facts_of(connection, name)),
            )

    def timeline(
        self,
        customer_id: CustomerId,
        *,
        types: Sequence[EventType],
        period: Period,
        before: TimelinePosition | None,
        most: int,
    ) -> list[StoredEvent] | None:
        """Return the latest events before a position, latest first, ``None`` without customer."""
        order = (events.c.occurred_micros, events.c.source, events.c.event_id)
        with reading(self._engine) as connection:
            name = current_name(connection, customer_id)
            if name is None:
                return None
            query = select(events).where(events.c.customer_id == name, *_within(period))
            if types:
                query = query.where(events.c.type.in_([int(each) for each in types]))
            if before is not None:
                query = query.where(tuple_(*order) < tuple_(*before))
            query = query.order_by(*(column.desc() for column in order)).limit(most)
            return [stored_event_of(row) for row in connection.execute(query)]

    def purchases(
        self,
        *,
        period: Period,
        after: PurchasePosition | None,
        unspoken_allowed: bool,
        most: int,
    ) -> list[Purchase]:
        """Return the next baskets after a position, of customers who allow personalisation."""
        allowed = (GRANTED, UNSPOKEN) if unspoken_allowed else (GRANTED,)
        order = (
            *(events.c.customer_id, events.c.occurred_micros),
            *(events.c.source, events.c.event_id),
        )
        query = (
            select(events)
            .join_from(events, customers, customers.c.customer_id == events.c.customer_id)
            .where(events.c.type == int(EventType.PURCHASE), *_within(period))
            .where(customers.c.personalisation.in_(allowed))
            .order_by(*order)
            .limit(most)
        )
        if after is not None:
            query = query.where(tuple_(*order) > tuple_(*after))
        with reading(self._engine) as connection:
            return [Purchase(row.customer_id, event_of(row)) for row in connection.execute(query)]

    def state_consent(
        self, customer_id: CustomerId, purpose: Purpose, statement: Statement, *, now_micros: int
    ) -> Consents | None:
        """Keep a statement; return what holds then, ``None`` without customer."""

        def state(connection: Connection) -> Consents | None:
            name = current_name(connection, customer_id)
            if name is None:
                return None
            record = locked(connection, [name]).get(name)
            if record is None:  # joined another customer meanwhile
                raise Conflict
            row = {
                "customer_id": name,
                "trace_id": customer_id,
                "purpose": int(purpose),
                "stated_micros": statement.stated_micros,
                "denied": statement.denied,
                "source": statement.source,
                "stored_micros": now_micros,
                "text_version": statement.text_version,
            }
            if not connection.execute(
                insert_if_absent(connection, consent_statements), [row]
            ).rowcount:
                return record.consents
            consents = latest([*record.consents.items(), (purpose, statement)])
            changed = CustomerRecord(
                *(name, record.state, consents, count_statements(connection, name)),
                *(record.created_micros, max(record.updated_micros, now_micros)),
            )
            save(connection, [changed], {name})
            return consents

        return transaction(self._engine, state)

    def record_facts(self, told: Sequence[ToldFact], *, now_micros: int) -> tuple[Result, ...]:
        """Store the facts that were not stored before; return what became of each, in order."""
        return transaction(
            self._engine,
            lambda connection: fact_recording.record_facts(connection, told, now_micros=now_micros),
        )


def _within(period: Period) -> tuple[Any, Any]:
    occurred = events.c.occurred_micros
    return occurred >= period.start_micros, occurred < period.end_micros


def _snapshot(row: tuple[Any, ...]) -> Snapshot:
    customer_id, version, updated_micros, consents, columns = row
    return Snapshot(
        customer_id, version, updated_micros, unpack_consents(consents), unpack_columns(columns)
    )
