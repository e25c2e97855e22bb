"""Customers as rows: read, held for writing, written, joined."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
    Row,
    bindparam,
    delete,
    func,
    insert,
    literal,
    select,
    union_all,
    update,
)

from services.profile.adapters.packing import (
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
    former_names,
    identifiers,
    merges,
)
from services.profile.domain.consent import Consents, Purpose
from services.profile.domain.customer import CustomerRecord, Merge
from services.profile.domain.events import CustomerId
from services.profile.domain.snapshot import columns_of
from services.storage.statements import insert_if_absent


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
    """Return the row of a customer."""
    return {
        "customer_id": record.customer_id,
        "version": record.version,
        "personalisation": _personalisation(record.consents),
        "created_micros": record.created_micros,
        "updated_micros": record.updated_micros,
        "consents": pack_consents(record.consents),
        "columns": pack_columns(columns_of(record.state)),
        "state": pack_state(record.state),
    }


def current_names(
    connection: Connection, names: Sequence[CustomerId]
) -> dict[CustomerId, CustomerId]:
    """Return what customers are called now; unknown names are absent."""
    if not names:
        return {}
    present = select(customers.c.customer_id, customers.c.customer_id.label("now")).where(
        customers.c.customer_id.in_(names)
    )
    former = select(former_names.c.former_id, former_names.c.customer_id).where(
        former_names.c.former_id.in_(names)
    )
    return {row[0]: row[1] for row in connection.execute(union_all(present, former))}


def locked(connection: Connection, names: Sequence[CustomerId]) -> dict[CustomerId, CustomerRecord]:
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


def save(connection: Connection, records: Sequence[CustomerRecord]) -> None:
    """Write customers whose rows are held."""
    if not records:
        return
    held: BindParameter[str] = bindparam("held")
    rows = [row_of(record) for record in records]
    for row in rows:
        row["held"] = row.pop("customer_id")
    connection.execute(update(customers).where(customers.c.customer_id == held), rows)


def count_statements(connection: Connection, names: Sequence[CustomerId]) -> int:
    """Return how many different statements of consent these customers hold together."""
    table = consent_statements.c
    different = (
        select(table.purpose, table.stated_micros, table.denied, table.source)
        .where(table.customer_id.in_(names))
        .distinct()
        .subquery()
    )
    return connection.execute(select(func.count()).select_from(different)).scalar_one()


def join(connection: Connection, merge: Merge, *, now_micros: int) -> None:
    """Give everything of a former customer to the one it became, and note why.

    Rows are copied and deleted rather than renamed: a distributed PostgreSQL does not let a row
    change the key that says where it lies.
    """
    former, customer = merge.former_id, merge.customer_id
    for table in (events, consent_statements):
        kept = [column for column in table.c if column.name != "customer_id"]
        copy = select(literal(customer), *kept).where(table.c.customer_id == former)
        names = ["customer_id", *(column.name for column in kept)]
        connection.execute(insert_if_absent(connection, table).from_select(names, copy))
        connection.execute(delete(table).where(table.c.customer_id == former))
    for found_by in (identifiers, former_names):
        moved = update(found_by).where(found_by.c.customer_id == former)
        connection.execute(moved.values(customer_id=customer))
    connection.execute(delete(customers).where(customers.c.customer_id == former))
    connection.execute(insert(former_names).values(former_id=former, customer_id=customer))
    connection.execute(
        insert(merges).values(
            former_id=former,
            merged_micros=now_micros,
            customer_id=customer,
            source=merge.because_of.source,
            event_id=merge.because_of.event_id,
        )
    )


def _personalisation(consents: Consents) -> int:
    statement = consents.get(Purpose.PERSONALISATION)
    if statement is None:
        return UNSPOKEN
    return DENIED if statement.denied else GRANTED
