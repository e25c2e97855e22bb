"""Traces and what links them, as rows: looked up, gathered, written."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection, bindparam, delete, func, insert, or_, select, update

from services.profile.adapters.tables import (
    decided_pairs,
    identity_changes,
    links,
    tombstones,
    traces,
)
from services.profile.domain.history.events import CustomerId, TraceId
from services.profile.domain.ingestion import NewTrace, OwnedTrace
from services.profile.domain.people.linking import Evidence, Pair, Trace, Witness, crowded
from services.profile.domain.people.regrouping import Cause, Change
from services.storage.outages import Conflict
from services.storage.statements import insert_if_absent

Owned = dict[TraceId, OwnedTrace]


def by_digest(connection: Connection, digests: Collection[bytes]) -> dict[bytes, TraceId]:
    """Return the traces of those keyed hashes that are known."""
    if not digests:
        return {}
    query = select(traces.c.digest, traces.c.trace_id).where(traces.c.digest.in_(digests))
    return {bytes(digest): TraceId(name) for digest, name in connection.execute(query)}


def owned(connection: Connection, names: Collection[TraceId]) -> Owned:
    """Return those of the traces that are known, and whose they are."""
    if not names:
        return {}
    query = select(
        traces.c.trace_id,
        traces.c.customer_id,
        traces.c.kind,
        traces.c.is_blocked,
        traces.c.is_shared,
    ).where(traces.c.trace_id.in_(names))
    return {
        TraceId(name): OwnedTrace(Trace(kind, bool(blocked), bool(shared)), CustomerId(customer_id))
        for name, customer_id, kind, blocked, shared in connection.execute(query)
    }


def news(connection: Connection, told: Mapping[Pair, Witness]) -> dict[Pair, Witness]:
    """Return those of the links that were not known, or of which an earlier event is told now."""
    if not told:
        return {}
    known = _links(
        connection,
        links.c.low.in_({low for low, _ in told}) & links.c.high.in_({high for _, high in told}),
    )
    return {
        linked: witness
        for linked, witness in told.items()
        if linked not in known or witness < known[linked]
    }


def gathered(
    connection: Connection, seeds: Iterable[TraceId], *, most: int
) -> tuple[Evidence, Owned]:
    """Return all there is about the traces that hang together with some.

    Nothing is looked for behind an identifier that links nobody, nor behind more than ``most``
    traces that hang together: they are no one person anyway.
    """
    found: Owned = {}
    linked: dict[Pair, Witness] = {}
    together: set[Pair] = set()
    apart: set[Pair] = set()
    frontier = set(seeds)
    while frontier:
        here = owned(connection, frontier)
        found |= here
        openly = [each for each, (trace, _) in here.items() if not trace.is_closed]
        near = _links(connection, or_(links.c.low.in_(openly), links.c.high.in_(openly)))
        linked |= near
        decided = select(decided_pairs).where(
            or_(decided_pairs.c.low.in_(frontier), decided_pairs.c.high.in_(frontier))
        )
        for low, high, is_apart in connection.execute(decided):
            (apart if is_apart else together).add((low, high))
        closed = {each for each, (trace, _) in found.items() if trace.is_closed}
        within = [pair for pair in linked if found.keys() >= set(pair) and closed.isdisjoint(pair)]
        crowds = crowded([*within, *together], most=most)
        frontier = {
            end
            for pair in (*near, *together)
            if crowds.isdisjoint(pair)
            for end in pair
            if end not in found
        }
    return _evidence(found, linked, together=together, apart=apart), found


def erased(connection: Connection, told: Collection[bytes]) -> dict[bytes, int]:
    """Return by tombstone when customers were erased, in microseconds since 1970."""
    if not told:
        return {}
    query = select(tombstones).where(tombstones.c.tombstone.in_(told))
    return {bytes(each): erased_micros for each, erased_micros in connection.execute(query)}


def of_customer(connection: Connection, customer_id: CustomerId) -> set[TraceId]:
    """Return the traces of a customer."""
    query = select(traces.c.trace_id).where(traces.c.customer_id == customer_id)
    return set(map(TraceId, connection.execute(query).scalars()))


def of_customers(connection: Connection, names: Collection[CustomerId]) -> Owned:
    """Return the traces of some customers, and whose each is."""
    query = select(traces.c.trace_id).where(traces.c.customer_id.in_(names))
    return owned(connection, set(map(TraceId, connection.execute(query).scalars())))


def linked_with(connection: Connection, names: Collection[TraceId]) -> set[Pair]:
    """Return the links of some traces."""
    return set(_links(connection, or_(links.c.low.in_(names), links.c.high.in_(names))))


def partners(connection: Connection, name: TraceId) -> set[TraceId]:
    """Return the traces that a trace was told of together with."""
    near = _links(connection, or_(links.c.low == name, links.c.high == name))
    return {end for ends in near for end in ends} - {name}


def add_traces(connection: Connection, new: Sequence[NewTrace], *, now_micros: int) -> None:
    """Keep traces never seen before.

    Raises:
        Conflict: when another writer has kept one of them meanwhile.
    """
    rows = [
        {
            "trace_id": each.trace_id,
            "customer_id": each.customer_id,
            "kind": each.kind,
            "digest": each.digest,
            "first_seen_micros": now_micros,
            "is_blocked": False,
            "is_shared": False,
        }
        for each in new
    ]
    if rows and connection.execute(insert_if_absent(connection, traces), rows).rowcount < len(rows):
        raise Conflict


def add_links(connection: Connection, told: Mapping[Pair, Witness]) -> None:
    """Keep links, each with the first event that told of it."""
    rows = [
        {
            "low": low,
            "high": high,
            "occurred_micros": witness.occurred_micros,
            "source": witness.source,
            "event_id": witness.event_id,
        }
        for (low, high), witness in sorted(told.items())
    ]
    if not rows:
        return
    if connection.execute(insert_if_absent(connection, links), rows).rowcount < len(rows):
        held = [{f"held_{name}": value for name, value in row.items()} for row in rows]
        earlier = update(links).where(
            links.c.low == bindparam("held_low"), links.c.high == bindparam("held_high")
        )
        values: dict[str, object] = {
            name: bindparam(f"held_{name}") for name in ("occurred_micros", "source", "event_id")
        }
        connection.execute(earlier.values(values), held)


def give(connection: Connection, owners: Mapping[TraceId, CustomerId]) -> None:
    """Give traces to customers."""
    rows = [{"held": name, "customer_id": owner} for name, owner in sorted(owners.items())]
    if rows:
        connection.execute(update(traces).where(traces.c.trace_id == bindparam("held")), rows)


def mark_shared(connection: Connection, names: Collection[TraceId]) -> None:
    """Keep that traces link nobody from now on."""
    if names:
        connection.execute(
            update(traces).where(traces.c.trace_id.in_(sorted(names))).values(is_shared=True)
        )


def mark_blocked(connection: Connection, name: TraceId, *, is_blocked: bool) -> None:
    """Keep that people said that a trace is nobody's, or somebody's again."""
    connection.execute(
        update(traces).where(traces.c.trace_id == name).values(is_blocked=is_blocked)
    )


def write_decided(connection: Connection, before: Evidence, now: Evidence) -> None:
    """Keep what people put together and took apart, where it changed."""
    was = {**dict.fromkeys(before.together, False), **dict.fromkeys(before.apart, True)}
    holds = {**dict.fromkeys(now.together, False), **dict.fromkeys(now.apart, True)}
    for low, high in sorted(each for each in was if holds.get(each) != was[each]):
        connection.execute(
            delete(decided_pairs).where(decided_pairs.c.low == low, decided_pairs.c.high == high)
        )
    rows = [
        {"low": low, "high": high, "is_apart": holds[low, high]}
        for low, high in sorted(each for each in holds if holds[each] != was.get(each))
    ]
    if rows:
        connection.execute(insert(decided_pairs), rows)


def note_changes(
    connection: Connection,
    changes: Sequence[Change],
    cause_of: Callable[[Change], Cause],
    *,
    now_micros: int,
) -> None:
    """Add to the log who became somebody else, and why."""
    for change in changes:
        cause = cause_of(change)
        last = select(func.max(identity_changes.c.position)).where(
            identity_changes.c.former_id == change.former_id
        )
        connection.execute(
            insert(identity_changes).values(
                former_id=change.former_id,
                position=(connection.execute(last).scalar() or 0) + 1,
                customer_id=change.customer_id,
                changed_micros=now_micros,
                kind=int(change.kind),
                moved=pack_names(change.moved),
                stayed=pack_names(change.stayed),
                source=cause.event.source if cause.event else "",
                event_id=cause.event.event_id if cause.event else "",
                actor=cause.actor,
                reason=cause.reason,
                request_id=cause.request_id,
            )
        )


def pack_names(names: Iterable[TraceId]) -> str:
    """Return names of traces as one text."""
    return " ".join(names)


def unpack_names(packed: str) -> tuple[TraceId, ...]:
    """Return the names of ``pack_names``."""
    return tuple(TraceId(name) for name in packed.split())


def with_news(
    evidence: Evidence, new: Iterable[NewTrace], told: Mapping[Pair, Witness]
) -> Evidence:
    """Return evidence with what a batch adds to it."""
    added = {each.trace_id: Trace(each.kind) for each in new}
    return replace(evidence, traces={**evidence.traces, **added}, links={**evidence.links, **told})


def _evidence(
    found: Owned, linked: Mapping[Pair, Witness], *, together: Iterable[Pair], apart: Iterable[Pair]
) -> Evidence:
    names = found.keys()
    return Evidence(
        {name: owned.trace for name, owned in found.items()},
        {pair: witness for pair, witness in linked.items() if names >= set(pair)},
        frozenset(pair for pair in together if names >= set(pair)),
        frozenset(pair for pair in apart if names >= set(pair)),
    )


def _links(connection: Connection, condition: object) -> dict[Pair, Witness]:
    query = select(links).where(condition)  # type: ignore[arg-type]
    return {
        (TraceId(low), TraceId(high)): Witness(occurred_micros, source, event_id)
        for low, high, occurred_micros, source, event_id in connection.execute(query)
    }
