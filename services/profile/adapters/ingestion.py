"""The write path of events: look up, decide, hold, write; inside one transaction.

Writers on PostgreSQL do not wait for each other in a circle, because each takes its locks in the
same order: customers by name, new customers by name, identifiers by digest, ledger by key. What
was looked up before may have changed by the time the locks are held; every such change shows as a
row that is missing or already there, and sends the whole batch round again (``Conflict``).
"""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, Table, func, insert, select

from services.profile.adapters.customer_rows import (
    count_statements,
    current_names,
    join,
    locked,
    row_of,
    save,
)
from services.profile.adapters.packing import pack_event
from services.profile.adapters.tables import (
    customers,
    events,
    former_names,
    identifiers,
    seen_events,
)
from services.profile.domain.customer import CustomerRecord, joined
from services.profile.domain.events import CustomerId, EventKey, Report
from services.profile.domain.ingestion import Group, Known, SeenEvent, plan
from services.profile.domain.state import fold
from services.profile.ports import Ingested
from services.storage.outages import Conflict
from services.storage.statements import insert_if_absent


def ingest(connection: Connection, reports: Sequence[Report], *, now_micros: int) -> Ingested:
    """Store a batch of events; nothing is durable before the caller commits.

    Raises:
        Conflict: when another writer was faster; run it again.
    """
    decided = plan(reports, _known(connection, reports))
    groups = decided.groups
    names = [name for group in groups for name in group.members]
    records = locked(connection, names)
    if len(records) != len(names):
        raise Conflict
    changed = [_changed(connection, group, records, now_micros) for group in groups]
    new = [row_of(record) for record in changed if record.customer_id not in records]
    _insert_new(connection, customers, new)
    _insert_new(connection, identifiers, _identifier_rows(groups, now_micros))
    _insert_new(connection, seen_events, _ledger_rows(groups))
    merges = [merge for group in groups for merge in group.merges]
    for merge in merges:
        join(connection, merge, now_micros=now_micros)
    if event_rows := _event_rows(groups):
        connection.execute(insert(events), event_rows)
    save(connection, [record for record in changed if record.customer_id in records])
    return Ingested(decided.results, len(merges))


def _known(connection: Connection, reports: Sequence[Report]) -> Known:
    digests = {handle.digest for report in reports for handle in report.handles}
    owners = select(identifiers.c.digest, identifiers.c.customer_id).where(
        identifiers.c.digest.in_(digests)
    )
    named = {each.customer_id for each in reports if each.customer_id is not None}
    return Known(
        seen=_seen(connection, {report.event.key for report in reports}),
        owners={bytes(row.digest): row.customer_id for row in connection.execute(owners)},
        names=current_names(connection, list(named)),
    )


def _seen(connection: Connection, keys: Iterable[EventKey]) -> dict[EventKey, SeenEvent]:
    by_source: dict[str, list[str]] = {}
    for key in keys:
        by_source.setdefault(key.source, []).append(key.event_id)
    ledger = seen_events.c
    owner = func.coalesce(former_names.c.customer_id, ledger.customer_id)
    found: dict[EventKey, SeenEvent] = {}
    for source, event_ids in by_source.items():
        query = (
            select(ledger.event_id, ledger.digest, owner)
            .join_from(
                seen_events,
                former_names,
                former_names.c.former_id == ledger.customer_id,
                isouter=True,
            )
            .where(ledger.source == source, ledger.event_id.in_(event_ids))
        )
        for event_id, digest, customer_id in connection.execute(query):
            found[EventKey(source, event_id)] = SeenEvent(bytes(digest), customer_id)
    return found


def _changed(
    connection: Connection,
    group: Group,
    records: Mapping[CustomerId, CustomerRecord],
    now_micros: int,
) -> CustomerRecord:
    """Return the customer of a group after the batch."""
    members = [records[name] for name in group.members]
    statement_count = sum(member.statement_count for member in members)
    if group.merges and statement_count:  # both may hold the same statement
        statement_count = count_statements(connection, group.members)
    news = CustomerRecord(
        group.customer_id,
        fold(report.event for report in group.reports),
        created_micros=now_micros,
        updated_micros=now_micros,
    )
    return joined(group.customer_id, [*members, news], statement_count=statement_count)


def _insert_new(connection: Connection, table: Table, rows: Sequence[dict[str, object]]) -> None:
    """Insert rows that nobody else may have inserted meanwhile."""
    if rows and connection.execute(insert_if_absent(connection, table), rows).rowcount < len(rows):
        raise Conflict


def _identifier_rows(groups: Sequence[Group], now_micros: int) -> list[dict[str, object]]:
    new = [(handle, group.customer_id) for group in groups for handle in group.handles]
    return [
        {
            "digest": handle.digest,
            "kind": handle.kind,
            "customer_id": customer_id,
            "first_seen_micros": now_micros,
        }
        for handle, customer_id in sorted(new, key=lambda pair: pair[0].digest)
    ]


def _ledger_rows(groups: Sequence[Group]) -> list[dict[str, object]]:
    counting = [
        (report.event.key, digest, group.customer_id)
        for group in groups
        for report, digest in zip(group.reports, group.digests, strict=True)
    ]
    return [
        {
            "source": key.source,
            "event_id": key.event_id,
            "digest": digest,
            "customer_id": customer_id,
        }
        for key, digest, customer_id in sorted(counting)
    ]


def _event_rows(groups: Sequence[Group]) -> list[dict[str, object]]:
    return [
        {
            "customer_id": group.customer_id,
            "occurred_micros": report.event.occurred_micros,
            "source": report.event.source,
            "event_id": report.event.event_id,
            "type": int(report.event.type),
            "content": pack_event(report.event),
        }
        for group in groups
        for report in group.reports
    ]
