"""Customers as rows: read, held for writing, written, joined, taken apart."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
    Row,
    RowMapping,
    Table,
    bindparam,
    delete,
    func,
    insert,
    literal,
    select,
    update,
)

from services.profile.adapters.rows import shelf
from services.profile.adapters.rows.fact_rows import count_facts
from services.profile.adapters.rows.graph import owned, unpack_names
from services.profile.adapters.rows.packing import (
    pack_columns,
    pack_consents,
    pack_state,
    unpack_consents,
    unpack_state,
)
from services.profile.adapters.tables import (
    DENIED,
    GRANTED,
    UNSPOKEN,
    consent_statements,
    customers,
    events,
    facts,
    traces,
)
from services.profile.domain.customer import (
    CustomerRecord,
)
from services.profile.domain.history.events import CustomerId, TraceId
from services.profile.domain.history.shelf import near
from services.profile.domain.people.regrouping import home_of
from services.profile.domain.privacy.consent import Consents, Purpose
from services.profile.domain.snapshot import columns_of
from services.storage.outages import Conflict
from services.storage.statements import insert_if_absent

FACTS = (events, consent_statements, facts)
"""The tables of facts, whose keys begin with the customer."""


def record_of(row: Row[Any]) -> CustomerRecord:
    """Return the customer of a row."""
    state = unpack_state(row.state)
    return CustomerRecord(
        row.customer_id,
        state,
        unpack_consents(row.consents),
        row.version - state.event_count,
        row.created_micros,
        row.updated_micros,
    )


def row_of(record: CustomerRecord) -> dict[str, object]:
    """Return the row of a customer; what belongs apart from it is not in there."""
    state, _ = near(record.state)
    return {
        "customer_id": record.customer_id,
        "version": record.version,
        "personalisation": _personalisation(record.consents),
        "created_micros": record.created_micros,
        "updated_micros": record.updated_micros,
        "consents": pack_consents(record.consents),
        "columns": pack_columns(columns_of(state)),
        "state": pack_state(state),
    }


def current_name(connection: Connection, customer_id: CustomerId) -> CustomerId | None:
    """Return what a customer is called now, ``None`` for one nobody told anything of."""
    query = (
        select(customers.c.customer_id)
        .join_from(traces, customers, customers.c.customer_id == traces.c.customer_id)
        .where(traces.c.trace_id == customer_id)
    )
    found = connection.execute(query).scalar_one_or_none()
    return None if found is None else CustomerId(found)


def still_customers(
    connection: Connection, customer_ids: Collection[CustomerId]
) -> list[CustomerId]:
    """Return those of these who are customers, by name, and hold them until the caller commits."""
    query = (
        select(customers.c.customer_id)
        .where(customers.c.customer_id.in_(sorted(customer_ids)))
        .order_by(customers.c.customer_id)
        .with_for_update(key_share=True, read=True)  # an erasure comes before this or after
    )
    return [CustomerId(name) for name in connection.execute(query).scalars()]


def name_held(connection: Connection, customer_id: CustomerId) -> CustomerId | None:
    """Return what a customer is called, held until the caller commits; ``None`` for nobody.

    Raises:
        Conflict: when the customer got another name, or was erased, meanwhile.
    """
    name = current_name(connection, customer_id)
    if name is not None and not still_customers(connection, [name]):
        raise Conflict
    return name


def locked(
    connection: Connection, names: Collection[CustomerId]
) -> dict[CustomerId, CustomerRecord]:
    """Return those of the customers that exist, held until the transaction ends."""
    if not names:
        return {}
    query = (
        select(customers)
        .where(customers.c.customer_id.in_(names))
        .order_by(customers.c.customer_id)
        .with_for_update()
    )
    return {row.customer_id: record_of(row) for row in connection.execute(query)}


def save(
    connection: Connection, records: Sequence[CustomerRecord], held: Collection[CustomerId]
) -> None:
    """Write customers: those that are held anew, the others for the first time.

    Raises:
        Conflict: when another writer was the first to write one of the others.
    """
    records = shelf.put(connection, records)
    new = [row_of(record) for record in records if record.customer_id not in held]
    if new:
        inserted = connection.execute(insert_if_absent(connection, customers), new).rowcount
        if inserted < len(new):
            raise Conflict
    rows = [row_of(record) for record in records if record.customer_id in held]
    for row in rows:
        row["held"] = row.pop("customer_id")
    if rows:
        held_name: BindParameter[str] = bindparam("held")
        connection.execute(update(customers).where(customers.c.customer_id == held_name), rows)


def forget(connection: Connection, names: Collection[CustomerId]) -> None:
    """Take away customers who are somebody else now."""
    if names:
        shelf.clear(connection, names)
        connection.execute(delete(customers).where(customers.c.customer_id.in_(names)))


def count_statements(connection: Connection, customer_id: CustomerId) -> int:
    """Return how many different statements a customer holds: of consent, and facts.

    The same consent may have been told of two names that are one person now.
    """
    said = consent_statements.c
    different = (
        select(said.purpose, said.stated_micros, said.denied, said.source, said.text_version)
        .where(said.customer_id == customer_id)
        .distinct()
        .subquery()
    )
    consents = connection.execute(select(func.count()).select_from(different)).scalar_one()
    return consents + count_facts(connection, customer_id)


def join(connection: Connection, former: CustomerId, customer: CustomerId) -> None:
    """Give every fact of a former customer to the one it became.

    Rows are copied and deleted rather than renamed: a distributed PostgreSQL does not let a row
    change the key that says where it lies.
    """
    for table in FACTS:
        kept = [column for column in table.c if column.name != "customer_id"]
        copy = select(literal(customer), *kept).where(table.c.customer_id == former)
        names = ["customer_id", *(column.name for column in kept)]
        connection.execute(insert(table).from_select(names, copy))
        connection.execute(delete(table).where(table.c.customer_id == former))


def rehome(
    connection: Connection,
    torn: Collection[CustomerId],
    owners: Mapping[TraceId, CustomerId],
    sharing: frozenset[TraceId],
) -> set[CustomerId]:
    """Give each fact of some customers to whom it belongs now; return who got any.

    Args:
        connection: where.
        torn: the customers, who are held.
        owners: whose each trace is now; a fact of another trace stays where it is.
        sharing: the traces that link nobody.
    """
    facts_of_torn = [
        (table, row, unpack_names(row["traces" if table is events else "trace_id"]))
        for table in FACTS
        for row in _rows(connection, table, torn)
    ]
    # What was not looked at hangs on nothing but what links nobody; it may link nobody itself.
    elsewhere = {each for _, _, told in facts_of_torn for each in told} - owners.keys()
    closed = {name for name, each in owned(connection, elsewhere).items() if each.trace.is_closed}
    heirs = set()
    for table, row, told in facts_of_torn:
        heir = owners.get(home_of(told, sharing | closed), row["customer_id"])
        if heir != row["customer_id"]:
            _move(connection, table, row, heir)
            heirs.add(heir)
    return heirs


def _rows(
    connection: Connection, table: Table, names: Collection[CustomerId]
) -> Sequence[RowMapping]:
    query = select(table).where(table.c.customer_id.in_(names))
    return connection.execute(query).mappings().all()


def _move(connection: Connection, table: Table, row: RowMapping, heir: CustomerId) -> None:
    key = [column == row[column.name] for column in table.primary_key]
    connection.execute(delete(table).where(*key))
    connection.execute(insert(table).values({**row, "customer_id": heir}))


def _personalisation(consents: Consents) -> int:
    statement = consents.get(Purpose.PERSONALISATION)
    if statement is None:
        return UNSPOKEN
    return DENIED if statement.denied else GRANTED
