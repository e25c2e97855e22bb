"""Customers who turn out to be somebody else: gathered, held, and their facts given on."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from services.profile.adapters.rows import graph, shelf
from services.profile.adapters.rows.customer_rows import (
    count_statements,
    forget,
    join,
    locked,
    rehome,
    save,
)
from services.profile.adapters.rows.told_rows import refolded
from services.profile.domain.customer import CustomerRecord, joined
from services.profile.domain.history.events import CustomerId, TraceId
from services.profile.domain.people.linking import Evidence
from services.profile.domain.people.regrouping import Cause, Change, ChangeKind, Regrouping
from services.storage.outages import Conflict

Held = dict[CustomerId, CustomerRecord]
"""Customers whose rows are held, as they were before."""


@dataclass(frozen=True, slots=True)
class Around:
    """What there is around some traces, and whose it is; all its customers are held."""

    evidence: Evidence
    owned: graph.Owned


def gathered_and_held(
    connection: Connection, seeds: Collection[TraceId], held: Held, *, most: int
) -> Around:
    """Gather what hangs together with ``seeds``, and add its customers to ``held``.

    Args:
        connection: where.
        seeds: the traces.
        held: the customers who are held already.
        most: more traces than so many are no one person, and are not looked for.

    Raises:
        Conflict: when it changed before it could be held.
    """
    found = graph.gathered(connection, seeds, most=most)
    missing = {each.customer_id for each in found[1].values()} - held.keys()
    if missing:
        held |= locked(connection, missing)
        if graph.gathered(connection, seeds, most=most) != found:
            raise Conflict
    return Around(*found)


def give_on(
    connection: Connection,
    regrouping: Regrouping,
    owned: graph.Owned,
    *,
    cause_of: Callable[[Change], Cause],
    now: int,
) -> frozenset[CustomerId]:
    """Give traces and facts to whom they belong now, and log why.

    Args:
        connection: where.
        regrouping: what turned out.
        owned: the traces that were known before.
        cause_of: why each of them changed.
        now: the moment, in microseconds since 1970.

    Returns:
        The customers whose facts were gone through one by one.
    """
    owners = regrouping.owners
    changed = {
        name: owners[name]
        for name, before in owned.items()
        if name in owners and owners[name] != before.customer_id
    }
    graph.give(connection, changed)
    graph.mark_shared(connection, regrouping.newly_shared)
    for change in regrouping.changes:
        if change.former_id not in regrouping.torn:
            join(connection, change.former_id, change.customer_id)
    heirs: set[CustomerId] = set()
    if regrouping.torn:
        heirs = rehome(connection, regrouping.torn, owners, regrouping.sharing)
    graph.note_changes(connection, regrouping.changes, cause_of, now_micros=now)
    return frozenset(heirs | regrouping.torn)


def write_customers(
    connection: Connection,
    regrouping: Regrouping,
    held: Held,
    *,
    news: Iterable[CustomerRecord],
    gone_through: Collection[CustomerId],
) -> None:
    """Write everybody who changed.

    Args:
        connection: where; facts are where they belong already.
        regrouping: what turned out.
        held: the customers before.
        news: what a batch adds to customers.
        gone_through: customers whose facts were gone through one by one.
    """
    parts: dict[CustomerId, list[CustomerRecord]] = {each.customer_id: [each] for each in news}
    for change in regrouping.changes:
        parts.setdefault(change.customer_id, [])
        whole = change.kind is ChangeKind.JOINED and change.former_id not in regrouping.torn
        if whole and change.former_id in held:
            parts[change.customer_id].append(held[change.former_id])
    former = {each.former_id for each in regrouping.changes}
    gone = former - set(regrouping.owners.values())
    for name, records in parts.items():
        if name in held and name not in gone:
            records.append(held[name])
    again = set(gone_through) - gone
    now = {name: refolded(connection, name) for name in sorted(again)}
    for name, records in sorted(parts.items()):
        if name not in again and records:
            said = sum(record.statement_count for record in records)
            if regrouping.changes and said:
                said = count_statements(connection, name)
            parts_of_one = shelf.take(connection, name, records)
            now[name] = joined(name, parts_of_one, statement_count=said)
    empty = {name for name, record in now.items() if record is None}
    forget(connection, (gone | empty) & held.keys())
    save(connection, [each for each in now.values() if each], held.keys() - gone)
