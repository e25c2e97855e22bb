"""What is compared of customers, and the links that a comparison found, in SQLite or PostgreSQL."""

import json
from collections import defaultdict
from collections.abc import Collection, Sequence

from sqlalchemy import Connection, Engine, bindparam, delete, insert, or_, select

from services.profile.adapters.rows import graph
from services.profile.adapters.rows.customer_pages import next_customers
from services.profile.adapters.rows.customer_rows import current_name, still_customers
from services.profile.adapters.rows.fact_rows import facts_of_all
from services.profile.adapters.rows.packing import unpack_consents
from services.profile.adapters.rows.shelf import whole
from services.profile.adapters.tables import customers, decided_pairs, probable_links
from services.profile.domain.history.events import CustomerId, TraceId
from services.profile.domain.linkage.linkage_record import LinkageSource, SharedTrace
from services.profile.domain.linkage.probable_links import (
    FoundLink,
    HeldLink,
    Likeness,
    LinkageRun,
    Weight,
)
from services.profile.domain.privacy.consent import Consents
from services.profile.ports.identities import Recorded
from services.storage.transactions import reading, transaction


class SqlLinkageStore:
    """A ``LinkageStore`` in a migrated database."""

    def __init__(self, engine: Engine) -> None:
        """Use ``engine``; nothing is read yet."""
        self._engine = engine

    def sources(self, *, after: CustomerId, most: int) -> list[LinkageSource]:
        """Return the next customers behind a name, by name, who did not forbid personalisation."""
        with reading(self._engine) as connection:
            records = whole(connection, next_customers(connection, after=after, most=most))
            names = [each.customer_id for each in records]
            told, near = facts_of_all(connection, names), _Near(connection, names)
            return [
                LinkageSource(
                    record,
                    told.get(record.customer_id, ()),
                    near.kinds(record.customer_id),
                    near.shared(record.customer_id),
                )
                for record in records
            ]

    def keep(self, run: LinkageRun, links: Sequence[FoundLink], *, is_last: bool) -> Recorded:
        """Keep links; the last call of a run removes those of other runs."""

        def work(connection: Connection) -> Recorded:
            ends = {end for link in links for end in link.ends}
            there = set(still_customers(connection, ends))
            rows = [_row(run, link) for link in links if there.issuperset(link.ends)]
            pairs = probable_links.c
            if rows:
                same = (pairs.low == bindparam("of_low"), pairs.high == bindparam("of_high"))
                known = [{"of_low": row["low"], "of_high": row["high"]} for row in rows]
                connection.execute(delete(probable_links).where(*same), known)
                connection.execute(insert(probable_links), rows)
            removed = 0
            if is_last:
                others = delete(probable_links).where(pairs.run_id != run.run_id)
                removed = connection.execute(others).rowcount
            return Recorded(len(rows), removed)

        return transaction(self._engine, work)

    def probable(self, customer_id: CustomerId) -> list[HeldLink] | None:
        """Return all that is held about one customer, ``None`` for an unknown one."""
        with reading(self._engine) as connection:
            name = current_name(connection, customer_id)
            if name is None:
                return None
            mine = graph.of_customer(connection, name)
            pairs = probable_links.c
            query = select(probable_links).where(or_(pairs.low.in_(mine), pairs.high.in_(mine)))
            rows = connection.execute(query.order_by(pairs.low, pairs.high)).all()
            others = {row: row.high if row.low in mine else row.low for row in rows}
            owners = _owners(connection, others.values())
            parted = _owners(connection, _taken_apart(connection, mine)).values()
            consents = _consents(connection, {name, *owners.values()})
            return [
                HeldLink(
                    (name, owners[others[row]]),
                    row.probability,
                    _weights(row.comparisons),
                    LinkageRun(row.run_id, row.model_version, row.recorded_micros),
                    owners[others[row]] in parted,
                    # Of an identifier alone nobody said anything.
                    (consents.get(name, {}), consents.get(owners[others[row]], {})),
                )
                for row in rows
            ]


class _Near:
    """The identifiers of some customers, and those told together with them."""

    def __init__(self, connection: Connection, names: Sequence[CustomerId]) -> None:
        own = {
            name: each
            for name, each in graph.of_customers(connection, names).items()
            if not each.trace.is_closed  # what half a town was seen with tells of nobody
        }
        ends = graph.linked_with(connection, own)
        known = graph.owned(connection, {end for pair in ends for end in pair})
        self._kinds: dict[CustomerId, set[int]] = defaultdict(set)
        self._shared: dict[CustomerId, set[SharedTrace]] = defaultdict(set)
        for trace, owner in own.values():
            self._kinds[owner].add(trace.kind)
        for low, high in ends:
            for mine, other in ((low, high), (high, low)):
                if mine in own and known[mine].customer_id != known[other].customer_id:
                    self._add(known, mine, other)

    def _add(self, known: graph.Owned, mine: TraceId, other: TraceId) -> None:
        """Note a link that joins nobody: what is shared, or else both ends of it."""
        if known[other].trace.is_blocked:
            return  # people said that it is nobody's: having it in common says nothing
        ends = (other,) if known[other].trace.is_shared else (mine, other)
        self._shared[known[mine].customer_id] |= {
            SharedTrace(known[end].trace.kind, end) for end in ends
        }

    def kinds(self, name: CustomerId) -> frozenset[int]:
        """Return the kinds of the identifiers that are a customer's own."""
        return frozenset(self._kinds[name])

    def shared(self, name: CustomerId) -> frozenset[SharedTrace]:
        """Return what links nobody and was told together with a customer's identifiers."""
        return frozenset(self._shared[name])


def _taken_apart(connection: Connection, mine: Collection[TraceId]) -> set[TraceId]:
    """Return the other ends of what people took apart from these traces."""
    pairs = decided_pairs.c
    query = select(pairs.low, pairs.high).where(
        pairs.is_apart, or_(pairs.low.in_(mine), pairs.high.in_(mine))
    )
    return {TraceId(end) for row in connection.execute(query) for end in row} - set(mine)


def _owners(connection: Connection, names: Collection[TraceId]) -> dict[TraceId, CustomerId]:
    found = graph.owned(connection, set(names))
    return {name: each.customer_id for name, each in found.items()}


def _consents(connection: Connection, names: Collection[CustomerId]) -> dict[CustomerId, Consents]:
    query = select(customers.c.customer_id, customers.c.consents).where(
        customers.c.customer_id.in_(names)
    )
    return {name: unpack_consents(packed) for name, packed in connection.execute(query)}


def _row(run: LinkageRun, link: FoundLink) -> dict[str, object]:
    low, high = link.ends
    return {
        "low": low,
        "high": high,
        "probability": link.probability,
        "comparisons": json.dumps(link.weights),
        **run._asdict(),
    }


def _weights(packed: str) -> tuple[Weight, ...]:
    return tuple(
        Weight(comparison, Likeness(outcome), bits)
        for comparison, outcome, bits in json.loads(packed)
    )
