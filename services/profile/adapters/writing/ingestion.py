"""The write path of events: look up, hold, look again, decide, write; inside one transaction.

Writers on PostgreSQL do not wait for each other in a circle, because each takes its locks in the
same order: customers by name, traces, new customers, ledger by key. Whoever changes what belongs to
a customer holds its row; so what is read behind the lock stays true, and what changed before it
shows as a customer nobody holds or as a row that is already there, and sends the whole batch round
again (``Conflict``).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection, insert, select

from services.profile.adapters.rows import graph
from services.profile.adapters.rows.customer_rows import locked
from services.profile.adapters.rows.household_rows import add_memberships
from services.profile.adapters.rows.packing import pack_event
from services.profile.adapters.tables import events, seen_events
from services.profile.adapters.writing.regrouping import (
    gathered_and_held,
    give_on,
    write_customers,
)
from services.profile.domain.customer import CustomerRecord
from services.profile.domain.history.events import CustomerId, EventKey, Report, TraceId
from services.profile.domain.history.state import fold
from services.profile.domain.ingestion import (
    Group,
    Known,
    SeenEvent,
    new_traces,
    plan,
    sift,
    told_households,
    told_links,
)
from services.profile.domain.people.identifier_rules import LinkRules
from services.profile.domain.people.linking import Evidence
from services.profile.domain.people.regrouping import Cause, ChangeKind, because_of
from services.profile.ports.customers import Ingested
from services.storage.outages import Conflict
from services.storage.statements import insert_if_absent


def ingest(
    connection: Connection, reports: Sequence[Report], rules: LinkRules, *, now_micros: int
) -> Ingested:
    """Store a batch of events; nothing is durable before the caller commits.

    Raises:
        Conflict: when another writer was faster; run it again.
    """
    held = locked(connection, _customers(_known(connection, reports, {})))
    # Only now: whom we waited for may have kept some of these events, which would be a lost race.
    seen = _seen(connection, {report.event.key for report in reports})
    known = _known(connection, reports, seen)
    sifted = sift(reports, known, rules)
    counting = sifted.counting.values()
    news = graph.news(connection, told_links(counting))
    evidence = Evidence()
    if news:
        seeds = {end for ends in news for end in ends}
        around = gathered_and_held(connection, seeds, held, most=rules.most_connected)
        known = replace(known, traces={**known.traces, **around.owned})
        evidence = graph.with_news(around.evidence, new_traces(counting, known), news)
    decided = plan(sifted, known, evidence, rules)
    graph.add_traces(connection, decided.new_traces, now_micros=now_micros)
    graph.add_links(connection, news)
    gone_through = give_on(
        connection,
        decided.regrouping,
        dict(known.traces),
        cause_of=lambda change: Cause(because_of(change, news).key),
        now=now_micros,
    )
    _add_events(connection, decided.groups, now_micros)
    add_memberships(connection, told_households(counting))
    write_customers(
        connection,
        decided.regrouping,
        held,
        news=[_news(group, now_micros) for group in decided.groups],
        gone_through=gone_through,
    )
    return Ingested(
        decided.results,
        sum(each.kind is ChangeKind.JOINED for each in decided.regrouping.changes),
    )


def _customers(known: Known) -> set[CustomerId]:
    return {each.customer_id for each in known.traces.values()}


def _known(
    connection: Connection, reports: Sequence[Report], seen: Mapping[EventKey, SeenEvent]
) -> Known:
    digests = {handle.digest for report in reports for handle in report.handles}
    by_digest = graph.by_digest(connection, digests)
    names = {TraceId(each.customer_id) for each in reports if each.customer_id is not None}
    told = {*by_digest.values(), *names, *(name for each in seen.values() for name in each.traces)}
    handles = {handle.tombstone for report in reports for handle in report.handles}
    owned = graph.owned(connection, told)
    return Known(seen, by_digest, owned, graph.erased(connection, handles))


def _seen(connection: Connection, keys: Iterable[EventKey]) -> dict[EventKey, SeenEvent]:
    by_source: dict[str, list[str]] = {}
    for key in keys:
        by_source.setdefault(key.source, []).append(key.event_id)
    ledger = seen_events.c
    found: dict[EventKey, SeenEvent] = {}
    for source, event_ids in by_source.items():
        query = select(ledger.event_id, ledger.digest, ledger.traces).where(
            ledger.source == source, ledger.event_id.in_(event_ids)
        )
        for event_id, digest, traces in connection.execute(query):
            found[EventKey(source, event_id)] = SeenEvent(bytes(digest), graph.unpack_names(traces))
    return found


def _news(group: Group, now_micros: int) -> CustomerRecord:
    """Return what a batch says of a customer."""
    return CustomerRecord(
        group.customer_id,
        fold(each.report.event for each in group.events),
        created_micros=now_micros,
        updated_micros=now_micros,
    )


def _add_events(connection: Connection, groups: Sequence[Group], now_micros: int) -> None:
    """Keep events and note them in the ledger.

    Raises:
        Conflict: when another writer has kept one of them meanwhile.
    """
    counting = [(group.customer_id, each) for group in groups for each in group.events]
    if not counting:
        return
    ledger = [
        {
            "source": each.report.event.source,
            "event_id": each.report.event.event_id,
            "digest": each.digest,
            "traces": graph.pack_names(each.traces),
        }
        for _, each in sorted(counting, key=lambda pair: pair[1].report.event.key)
    ]
    statement = insert_if_absent(connection, seen_events)
    if connection.execute(statement, ledger).rowcount < len(ledger):
        raise Conflict
    connection.execute(
        insert(events),
        [
            {
                "customer_id": customer_id,
                "occurred_micros": each.report.event.occurred_micros,
                "source": each.report.event.source,
                "event_id": each.report.event.event_id,
                "type": int(each.report.event.type),
                "stored_micros": now_micros,
                "traces": graph.pack_names(each.traces),
                "content": pack_event(each.report.event),
            }
            for customer_id, each in counting
        ],
    )
