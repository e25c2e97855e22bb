"""A customer is forgotten: every row that tells of them, in one transaction."""

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import replace

from sqlalchemy import Connection, bindparam, delete, or_, select, update

from services.profile.adapters.rows import graph
from services.profile.adapters.rows.customer_rows import FACTS
from services.profile.adapters.tables import (
    accesses,
    answered_requests,
    customers,
    decided_pairs,
    events,
    facts,
    household_members,
    identity_changes,
    links,
    probable_links,
    seen_events,
    seen_facts,
    shelved_items,
    tombstones,
    traces,
)
from services.profile.adapters.writing.regrouping import (
    Held,
    gathered_and_held,
    give_on,
    write_customers,
)
from services.profile.domain.history.events import CustomerId, TraceId
from services.profile.domain.people.identifier_rules import LinkRules
from services.profile.domain.people.regrouping import Cause, regroup
from services.storage.statements import insert_if_absent

_OTHERS_LEFT = Cause(reason="what stood between them was erased")
"""Why others may turn out to be one person when somebody is forgotten."""

Tombstone = Callable[[bytes], bytes]
"""What is left of the keyed hash of an identifier."""


def erase(
    connection: Connection,
    name: CustomerId,
    rules: LinkRules,
    *,
    tombstone_of: Tombstone,
    now_micros: int,
) -> tuple[set[TraceId], Counter[str]]:
    """Remove every row about a customer, and their name from the rows of others.

    Args:
        connection: where; the caller commits.
        name: what the customer is called now.
        rules: what identifiers may link: who else hangs together may change.
        tombstone_of: what is left of an identifier.
        now_micros: the moment.

    Returns:
        Every name the customer bore, and by table how many rows were removed or cleared.

    Raises:
        Conflict: when another writer was faster.
    """
    held: Held = {}
    seeds = graph.of_customer(connection, name)
    around = gathered_and_held(connection, seeds, held, most=rules.most_connected)
    gone = {each for each, owned in around.owned.items() if owned.customer_id == name}
    counts: Counter[str] = Counter()
    counts["events of others"] = _clear_events(connection, gone, name)
    _bury(connection, gone, tombstone_of, now_micros)
    _forget_ledgers(connection, name, counts)
    for table in (*FACTS, accesses, shelved_items, customers):
        bore = table.c.customer_id.in_(gone)  # those who looked did so under any of its names
        counts[table.name] = connection.execute(delete(table).where(bore)).rowcount
    for table in (links, decided_pairs, probable_links):
        ends = or_(table.c.low.in_(gone), table.c.high.in_(gone))
        counts[table.name] = connection.execute(delete(table).where(ends)).rowcount
    _clear_log(connection, gone, counts)
    lived = household_members.c.trace_id.in_(gone)
    counts["household_members"] = connection.execute(
        delete(household_members).where(lived)
    ).rowcount
    found = connection.execute(delete(traces).where(traces.c.trace_id.in_(gone)))
    counts["traces"] = found.rowcount
    mentions = or_(*(answered_requests.c.answer.contains(each) for each in sorted(gone)))
    counts["answered_requests"] = connection.execute(
        delete(answered_requests).where(mentions)
    ).rowcount
    rest = {each: trace for each, trace in around.evidence.traces.items() if each not in gone}
    evidence = replace(
        around.evidence,
        traces=rest,
        links={ends: each for ends, each in around.evidence.links.items() if not gone & set(ends)},
        together=frozenset(ends for ends in around.evidence.together if not gone & set(ends)),
        apart=frozenset(ends for ends in around.evidence.apart if not gone & set(ends)),
    )
    owned = {each: owner for each, owner in around.owned.items() if each in rest}
    owners = {each: owner.customer_id for each, owner in owned.items()}
    regrouping = regroup(evidence, owners, rules)
    gone_through = give_on(
        connection, regrouping, owned, cause_of=lambda _: _OTHERS_LEFT, now=now_micros
    )
    del held[name]
    write_customers(connection, regrouping, held, news=(), gone_through=gone_through)
    return gone, +counts


def _clear_events(connection: Connection, gone: Collection[TraceId], name: CustomerId) -> int:
    """Take a customer's traces out of events that belong to others; return how many there were."""
    near = {end for each in gone for end in graph.partners(connection, each)} - set(gone)
    owners = {owned.customer_id for owned in graph.owned(connection, near).values()} - {name}
    query = select(events).where(events.c.customer_id.in_(owners))
    cleared = 0
    for row in connection.execute(query).mappings().all():
        told = graph.unpack_names(row["traces"])
        if gone_too(told, gone):
            kept = graph.pack_names(each for each in told if each not in gone)
            key = [column == row[column.name] for column in events.primary_key]
            connection.execute(update(events).where(*key).values(traces=kept))
            ledger = (seen_events.c.source == row["source"]) & (
                seen_events.c.event_id == row["event_id"]
            )
            connection.execute(update(seen_events).where(ledger).values(traces=kept))
            cleared += 1
    return cleared


def gone_too(told: Collection[TraceId], gone: Collection[TraceId]) -> bool:
    """Return whether an event tells of somebody who goes."""
    return not set(told).isdisjoint(gone)


def _bury(
    connection: Connection, gone: Collection[TraceId], tombstone_of: Tombstone, now_micros: int
) -> None:
    query = select(traces.c.digest).where(traces.c.trace_id.in_(gone), traces.c.digest.is_not(None))
    rows = [
        {"tombstone": tombstone_of(bytes(digest)), "erased_micros": now_micros}
        for digest in connection.execute(query).scalars()
    ]
    if rows:
        buried = tombstones.c.tombstone.in_([row["tombstone"] for row in rows])
        connection.execute(update(tombstones).where(buried).values(erased_micros=now_micros))
        connection.execute(insert_if_absent(connection, tombstones), rows)


def _forget_ledgers(connection: Connection, name: CustomerId, counts: Counter[str]) -> None:
    """Remove the ids by which a customer's facts were known to have been told."""
    for table, ledger, column in (
        (events, seen_events, "event_id"),
        (facts, seen_facts, "fact_id"),
    ):
        query = select(table.c.source, table.c[column]).where(table.c.customer_id == name)
        keys = [{"told_by": source, "told_as": each} for source, each in connection.execute(query)]
        if keys:
            forget = delete(ledger).where(
                ledger.c.source == bindparam("told_by"), ledger.c[column] == bindparam("told_as")
            )
            connection.execute(forget, keys)
        counts[ledger.name] = len(keys)


def _clear_log(connection: Connection, gone: Collection[TraceId], counts: Counter[str]) -> None:
    """Remove the lines of the log about a customer, and the name from lines about others."""
    log = identity_changes.c
    met: set[str] = set()
    frontier: set[str] = set(gone)
    while frontier:
        met |= frontier
        query = select(identity_changes).where(
            or_(log.former_id.in_(frontier), log.customer_id.in_(frontier))
        )
        frontier = set()
        for row in connection.execute(query).all():
            named = {row.former_id, row.customer_id}
            told = graph.unpack_names(row.moved) + graph.unpack_names(row.stayed)
            line = (log.former_id == row.former_id) & (log.position == row.position)
            if named & set(gone):
                connection.execute(delete(identity_changes).where(line))
            elif gone_too(told, gone):
                cleared = {
                    column: graph.pack_names(
                        each
                        for each in graph.unpack_names(getattr(row, column))
                        if each not in gone
                    )
                    for column in ("moved", "stayed")
                }
                connection.execute(update(identity_changes).where(line).values(cleared))
            else:
                continue
            counts["identity_changes"] += 1
            frontier |= named - met
