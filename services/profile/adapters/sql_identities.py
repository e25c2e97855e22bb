"""What people decide about who is one person, in SQLite or PostgreSQL."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, or_, select

from services.profile.adapters.rows import graph
from services.profile.adapters.rows.customer_rows import current_name
from services.profile.adapters.tables import identity_changes
from services.profile.adapters.writing.regrouping import (
    Around,
    Held,
    gathered_and_held,
    give_on,
    write_customers,
)
from services.profile.adapters.writing.replays import once
from services.profile.domain.history.events import CustomerId, EventKey, Handle, TraceId
from services.profile.domain.ingestion import NewTrace
from services.profile.domain.people.decisions import (
    Decision,
    Suggestion,
    blocked,
    put_together,
    standing,
    take_apart,
)
from services.profile.domain.people.identifier_rules import LINK_RULES, LinkRules
from services.profile.domain.people.linking import Evidence, held_back, people, shared_traces
from services.profile.domain.people.regrouping import Cause, Change, ChangeKind, Regrouping, regroup
from services.profile.ports.identities import LoggedChange
from services.serving.failures import Failure, Kind
from services.storage.transactions import reading, transaction

Names = tuple[CustomerId, ...]


@dataclass(frozen=True, slots=True)
class _Case:
    """A decision that is being carried out."""

    connection: Connection
    rules: LinkRules
    around: Around
    held: Held
    decision: Decision
    now_micros: int

    def decided(self, evidence: Evidence, torn: Collection[CustomerId] = ()) -> Regrouping:
        """Carry out what follows when ``evidence`` is what there is."""
        owned = self.around.owned
        owners = {name: each.customer_id for name, each in owned.items()}
        regrouping = regroup(evidence, owners, self.rules, torn=torn)
        before = self.around.evidence
        graph.write_decided(self.connection, before, evidence)
        cause = Cause(None, self.decision.actor, self.decision.reason, self.decision.request_id)
        gone_through = give_on(
            self.connection, regrouping, owned, cause_of=lambda _: cause, now=self.now_micros
        )
        write_customers(self.connection, regrouping, self.held, news=(), gone_through=gone_through)
        return regrouping


class SqlIdentityStore:
    """An ``IdentityStore`` in a migrated database."""

    def __init__(self, engine: Engine, rules: LinkRules = LINK_RULES) -> None:
        """Use ``engine``; nothing is read yet."""
        self._engine = engine
        self._rules = rules

    def merge(
        self, ends: tuple[CustomerId, CustomerId], decision: Decision, *, now_micros: int
    ) -> Names | None:
        """Make two customers one; return the one's name."""

        def decide(connection: Connection) -> Names | None:
            names = _both(connection, ends)
            if names is None:
                return None
            if names[0] == names[1]:
                raise _not_so("SAME_CUSTOMER", "both names are of one customer already")
            case = self._case(connection, map(TraceId, names), decision, now_micros)
            one, other = (_traces_of(case.around, name) for name in names)
            found = case.decided(put_together(case.around.evidence, one, other))
            return (found.owners[min(one)],)

        question = ("merge", *ends, decision.reason)
        return self._once(decide, decision, question, now_micros)

    def unmerge(
        self, ends: tuple[CustomerId, CustomerId], decision: Decision, *, now_micros: int
    ) -> Names | None:
        """Take the second, a former one, out of the first; return both names, sorted."""
        never_merged = _not_so(
            "NOT_MERGED", f"customers/{ends[1]} did not become part of customers/{ends[0]}"
        )

        def decide(connection: Connection) -> Names | None:
            names = _both(connection, ends)
            if names is None:
                return None
            joined = _joined(connection, ends[1])
            if names[0] != names[1] or joined is None:
                raise never_merged
            case = self._case(connection, [TraceId(names[0])], decision, now_micros)
            present = _traces_of(case.around, names[0])
            one, other = present & set(joined.moved), present & set(joined.stayed)
            if not one or not other:
                raise never_merged
            found = case.decided(take_apart(case.around.evidence, one, other))
            return tuple(sorted({found.owners[min(one)], found.owners[min(other)]}))

        question = ("unmerge", *ends, decision.reason)
        return self._once(decide, decision, question, now_micros)

    def block(
        self, handle: Handle, decision: Decision, *, is_blocked: bool, now_micros: int
    ) -> Names:
        """Make an identifier nobody's, or somebody's again; return whom it concerned, sorted."""

        def decide(connection: Connection) -> Names:
            known = graph.by_digest(connection, [handle.digest])
            name = known.get(handle.digest, handle.trace_id)
            if not known:
                new = NewTrace(name, handle.kind, handle.digest, handle.customer_id)
                graph.add_traces(connection, [new], now_micros=now_micros)
            if not is_blocked:  # or nothing is looked for behind it
                graph.mark_blocked(connection, name, is_blocked=False)
            near = {name, *graph.partners(connection, name)}
            case = self._case(connection, near, decision, now_micros)
            torn = {case.around.owned[each].customer_id for each in near}
            found = case.decided(blocked(case.around.evidence, name, is_blocked=is_blocked), torn)
            graph.mark_blocked(connection, name, is_blocked=is_blocked)
            return tuple(sorted({found.owners[each] for each in near}))

        question = ("block" if is_blocked else "unblock", handle.digest, decision.reason)
        found = self._once(decide, decision, question, now_micros)
        assert found is not None  # an identifier is always somebody's
        return found

    def changes(
        self, customer_id: CustomerId, *, skipped: int, most: int
    ) -> list[LoggedChange] | None:
        """Return who became part of a customer or was taken out of it, latest first."""
        log = identity_changes.c
        with reading(self._engine) as connection:
            name = current_name(connection, customer_id)
            if name is None:
                return None
            traces = list(graph.of_customer(connection, name))
            query = (
                select(identity_changes)
                .where(or_(log.customer_id.in_(traces), log.former_id.in_(traces)))
                .order_by(log.changed_micros.desc(), log.former_id, log.position.desc())
                .offset(skipped)
                .limit(most)
            )
            return [
                LoggedChange(
                    Change(
                        ChangeKind(row.kind),
                        row.former_id,
                        row.customer_id,
                        graph.unpack_names(row.moved),
                        graph.unpack_names(row.stayed),
                    ),
                    Cause(
                        EventKey(row.source, row.event_id) if row.event_id else None,
                        row.actor,
                        row.reason,
                        row.request_id,
                    ),
                    row.changed_micros,
                )
                for row in connection.execute(query)
            ]

    def suggestions(self, customer_id: CustomerId) -> list[Suggestion] | None:
        """Return who else may be this person, by name."""
        with reading(self._engine) as connection:
            name = current_name(connection, customer_id)
            if name is None:
                return None
            around = Around(
                *graph.gathered(
                    connection,
                    graph.of_customer(connection, name),
                    most=self._rules.most_connected,
                )
            )
        evidence = around.evidence
        sharing = shared_traces(evidence, self._rules)
        persons = people(evidence, self._rules, sharing)
        person_of = {each: members for members in persons for each in members}
        mine = _traces_of(around, name)
        found = []
        for ends in held_back(evidence, persons):
            own = [end for end in ends if end in mine]
            if len(own) == 1:
                (other,) = set(ends) - set(own)
                sides = (person_of[own[0]], person_of[other])
                found.append(
                    Suggestion(
                        around.owned[other].customer_id,
                        evidence.traces[own[0]].kind,
                        evidence.traces[other].kind,
                        evidence.links[ends],
                        standing(evidence, sharing, ends=ends, sides=sides),
                    )
                )
        return sorted(found, key=lambda each: (each.other_id, each.witness))

    def _case(
        self,
        connection: Connection,
        seeds: Iterable[TraceId],
        decision: Decision,
        now_micros: int,
    ) -> _Case:
        held: Held = {}
        most = self._rules.most_connected
        around = gathered_and_held(connection, set(seeds), held, most=most)
        return _Case(connection, self._rules, around, held, decision, now_micros)

    def _once(
        self,
        decide: Callable[[Connection], Names | None],
        decision: Decision,
        question: tuple[str | bytes, ...],
        now_micros: int,
    ) -> Names | None:
        def work(connection: Connection) -> str:
            if decision.is_rehearsal:
                raise _Rehearsed(decide(connection))
            return once(
                connection,
                decision.request_id,
                question,
                lambda: _packed(decide(connection)),
                now_micros=now_micros,
            )

        try:
            return tuple(map(CustomerId, transaction(self._engine, work).split()))
        except _Unknown:
            return None
        except _Rehearsed as rehearsed:
            return rehearsed.names


class _Unknown(Exception):
    """Somebody whom a decision is about is not there; nothing is kept of it."""


class _Rehearsed(Exception):
    """What a decision would come to; nothing is kept of it."""

    def __init__(self, names: Names | None) -> None:
        """Keep whom it would leave."""
        super().__init__()
        self.names = names


def _packed(names: Names | None) -> str:
    if names is None:
        raise _Unknown
    return " ".join(names)


def _both(connection: Connection, ends: tuple[CustomerId, CustomerId]) -> Names | None:
    names = [current_name(connection, end) for end in ends]
    return tuple(name for name in names if name) if all(names) else None


def _traces_of(around: Around, name: CustomerId) -> set[TraceId]:
    return {each for each, owned in around.owned.items() if owned.customer_id == name}


def _joined(connection: Connection, former: CustomerId) -> Change | None:
    """Return the latest time that a customer became part of another, ``None`` for never."""
    log = identity_changes.c
    query = (
        select(identity_changes)
        .where(log.former_id == former, log.kind == int(ChangeKind.JOINED))
        .order_by(log.position.desc())
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    moved, stayed = graph.unpack_names(row.moved), graph.unpack_names(row.stayed)
    return Change(ChangeKind.JOINED, former, row.customer_id, moved, stayed)


def _not_so(reason: str, message: str) -> Failure:
    return Failure(Kind.PRECONDITION, reason, message)
