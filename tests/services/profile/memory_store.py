"""The plainest store there can be: all that was told, and everything computed anew from it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from services.profile.domain.customer import (
    CustomerRecord,
    KnownIdentifier,
    StoredEvent,
    StoredStatement,
    recomputed,
)
from services.profile.domain.fact_intake import KnownOfFacts, SeenFact, plan_facts
from services.profile.domain.facts.fact import FactName, StoredFact, ToldFact
from services.profile.domain.history.events import (
    CustomerId,
    EventKey,
    EventType,
    Handle,
    Report,
    TraceId,
)
from services.profile.domain.ingestion import (
    Known,
    Outcome,
    OwnedTrace,
    Result,
    SeenEvent,
    new_traces,
    sift,
    told_links,
)
from services.profile.domain.people.decisions import Decision
from services.profile.domain.people.identifier_rules import LINK_RULES, LinkRules
from services.profile.domain.people.linking import Evidence, Pair, Trace, Witness, pair
from services.profile.domain.people.regrouping import home_of
from services.profile.domain.privacy.consent import Consents, Purpose, Statement
from services.profile.domain.privacy.erasure import Access, Erasure
from services.profile.domain.snapshot import Snapshot, columns_of
from services.profile.ports.customers import (
    CustomerView,
    Ingested,
    Period,
    Purchase,
    PurchasePosition,
    TimelinePosition,
)
from services.serving.failures import Failure, Kind
from tests.services.profile.obvious_people import obvious_name, obvious_people, obviously_shared
from tests.services.profile.timeline_order import position, within
from tests.services.profile.told import IDENTITY
from tests.services.profile.without_receipts import WithoutReceipts


class Joined(NamedTuple):
    """Somebody who became part of another as a whole."""

    former: CustomerId
    heir: CustomerId
    moved: set[TraceId]
    stayed: set[TraceId]


class MemoryProfileStore(WithoutReceipts):
    """A ``ProfileStore`` and ``IdentityStore`` for one thread and one life."""

    def __init__(self, rules: LinkRules = LINK_RULES) -> None:
        self.rules = rules
        self.digests: dict[EventKey, bytes] = {}
        self.stored: dict[EventKey, StoredEvent] = {}
        self.statements: dict[tuple[TraceId, Purpose, Statement], StoredStatement] = {}
        self.fact_digests: dict[FactName, bytes] = {}
        self.facts: dict[FactName, StoredFact] = {}
        self.identifiers: dict[TraceId, KnownIdentifier] = {}
        self.links: dict[Pair, Witness] = {}
        self.together: set[Pair] = set()
        self.apart: set[Pair] = set()
        self.blocked: set[TraceId] = set()
        self.shared: set[TraceId] = set()
        """What was ever found to be shared stays so, whoever is erased."""
        self.tombstones: dict[bytes, int] = {}
        self.looked: list[tuple[CustomerId, Access]] = []
        self.names: set[CustomerId] = set()
        """Every name that a customer ever bore."""
        self.log: list[Joined] = []
        """Who became part of another."""
        self.found: tuple[object, dict[TraceId, CustomerId]] = (None, {})
        """Who is who, and of which evidence that was found out."""

    def ingest(self, reports: Sequence[Report], *, now_micros: int) -> Ingested:
        owners = dict(self._owners())
        known = self._known(reports)
        sifted = sift(reports, known, self.rules)
        for new in new_traces(sifted.counting.values(), known):
            identifier = KnownIdentifier(new.kind, new.digest, now_micros)
            self.identifiers[new.trace_id] = identifier
        for ends, witness in told_links(sifted.counting.values()).items():
            self.links[ends] = min(self.links.get(ends, witness), witness)
        for key, each in sifted.counting.items():
            self.digests[key] = each.digest
            self.stored[key] = StoredEvent(each.report.event, each.traces, now_micros)
        self._note(owners)
        return Ingested(
            tuple(self._results(sifted.outcomes, set(sifted.counting))),
            self._joined(owners),
        )

    def snapshot_of(self, customer_id: CustomerId) -> Snapshot | None:
        record = self.record(self._now(customer_id))
        if record is None:
            return None
        return Snapshot(
            record.customer_id,
            record.version,
            record.updated_micros,
            record.consents,
            columns_of(record.state),
        )

    def snapshot_behind(self, handle: Handle) -> Snapshot | None:
        return self.snapshot_of(handle.customer_id)

    def customer_behind(self, handle: Handle) -> CustomerId | None:
        record = self.record(self._now(handle.customer_id))
        return record.customer_id if record else None

    def view(self, customer_id: CustomerId, *, with_shelf: bool = True) -> CustomerView | None:
        record = self.record(self._now(customer_id))
        if record is None:
            return None
        name = record.customer_id
        traces = [trace_id for trace_id, owner in self._owners().items() if owner == name]
        handles = [self.identifiers[trace_id] for trace_id in traces]
        return CustomerView(
            record,
            tuple(sorted(self.names & {CustomerId(each) for each in traces} - {name})),
            tuple(sorted(handles, key=lambda each: (each.first_seen_micros, each.digest))),
            tuple(self._facts(name)),
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
        name = self._now(customer_id)
        if self.record(name) is None:
            return None
        found = [
            stored
            for stored in sorted(
                self._events(name), key=lambda each: position(each.event), reverse=True
            )
            if (not types or stored.event.type in types)
            and within(stored.event, period)
            and (before is None or position(stored.event) < before)
        ]
        return found[:most]

    def purchases(
        self,
        *,
        period: Period,
        after: PurchasePosition | None,
        unspoken_allowed: bool,
        most: int,
    ) -> list[Purchase]:
        found = []
        for name in sorted(self.customers()):
            record = self.record(name)
            statement = record and record.consents.get(Purpose.PERSONALISATION)
            if statement.denied if statement else not unspoken_allowed:
                continue
            for event in sorted((each.event for each in self._events(name)), key=position):
                behind = after is None or (name, *position(event)) > after
                if event.type is EventType.PURCHASE and within(event, period) and behind:
                    found.append(Purchase(name, event))
        return found[:most]

    def state_consent(
        self, customer_id: CustomerId, purpose: Purpose, statement: Statement, *, now_micros: int
    ) -> Consents | None:
        name = self._now(customer_id)
        if self.record(name) is None:
            return None
        key = (TraceId(customer_id), purpose, statement)
        self.statements.setdefault(key, StoredStatement(*key, now_micros))
        record = self.record(name)
        return record.consents if record else None

    def record_facts(self, told: Sequence[ToldFact], *, now_micros: int) -> tuple[Result, ...]:
        before, known = self._owners(), self._known(())
        seen = {
            name: SeenFact(digest, self.facts[name].trace_id)
            for name, digest in self.fact_digests.items()
        }
        decided = plan_facts(
            told, KnownOfFacts(seen, known.by_digest, known.traces, self.tombstones)
        )
        for new in decided.new_traces:
            identifier = KnownIdentifier(new.kind, new.digest, now_micros)
            self.identifiers[new.trace_id] = identifier
        for each in decided.counting:
            self.fact_digests[each.told.fact.name] = each.digest
            stored = StoredFact(each.told.fact, each.trace_id, now_micros)
            self.facts[each.told.fact.name] = stored
        self._note(before)
        return decided.results

    def merge(
        self, ends: tuple[CustomerId, CustomerId], decision: Decision, *, now_micros: int
    ) -> tuple[CustomerId, ...] | None:
        names = [self._now(end) for end in ends]
        if any(self.record(name) is None for name in names):
            return None
        if names[0] == names[1]:
            raise Failure(Kind.PRECONDITION, "SAME_CUSTOMER", "")
        one, other = (self._traces(name) for name in names)
        before = self._owners()
        self.apart -= {pair(mine, yours) for mine in one for yours in other}
        self.together.add(pair(min(one), min(other)))
        self._note(before)
        return (self._owners()[min(one)],)

    def unmerge(
        self, ends: tuple[CustomerId, CustomerId], decision: Decision, *, now_micros: int
    ) -> tuple[CustomerId, ...] | None:
        names = [self._now(end) for end in ends]
        if any(self.record(name) is None for name in names):
            return None
        present = self._traces(names[0])
        found = [each for each in self.log if each.former == ends[1]]
        one, other = (present & side for side in found[-1][2:]) if found else (set(), set())
        if names[0] != names[1] or not one or not other:
            raise Failure(Kind.PRECONDITION, "NOT_MERGED", "")
        before = self._owners()
        between = {pair(mine, yours) for mine in one for yours in other}
        self.together -= between
        self.apart |= between
        self._note(before)
        now = self._owners()
        return tuple(sorted({now[min(one)], now[min(other)]}))

    def block(
        self, handle: Handle, decision: Decision, *, is_blocked: bool, now_micros: int
    ) -> tuple[CustomerId, ...]:
        name = handle.trace_id
        new = KnownIdentifier(handle.kind, handle.digest, now_micros)
        self.identifiers.setdefault(name, new)
        before = self._owners()
        self.blocked = self.blocked | {name} if is_blocked else self.blocked - {name}
        self._note(before)
        near = {name, *(end for ends in self.links if name in ends for end in ends)}
        now = self._owners()
        return tuple(sorted({now[each] for each in near}))

    def erase(
        self, customer_id: CustomerId, request_id: str, *, is_rehearsal: bool, now_micros: int
    ) -> Erasure | None:
        name = self._now(customer_id)
        if self.record(name) is None or is_rehearsal:
            return None
        gone, before = self._traces(name), self._owners()
        theirs = {key for key, home in self._homes().items() if home == name}
        for trace_id in gone:
            digest = self.identifiers.pop(trace_id).digest
            self.tombstones[IDENTITY.tombstone(digest)] = now_micros
        self.digests = {key: each for key, each in self.digests.items() if key not in theirs}
        self.stored = {
            key: each._replace(traces=tuple(one for one in each.traces if one not in gone))
            for key, each in self.stored.items()
            if key not in theirs
        }
        self.statements = {
            key: each for key, each in self.statements.items() if each.trace_id not in gone
        }
        self.facts = {name: each for name, each in self.facts.items() if each.trace_id not in gone}
        self.fact_digests = {name: self.fact_digests[name] for name in self.facts}
        self.links = {ends: each for ends, each in self.links.items() if not gone & set(ends)}
        self.together = {ends for ends in self.together if not gone & set(ends)}
        self.apart = {ends for ends in self.apart if not gone & set(ends)}
        self.blocked -= gone
        self.shared -= gone
        self.names -= {CustomerId(each) for each in gone}
        self.log = [
            each._replace(moved=each.moved - gone, stayed=each.stayed - gone)
            for each in self.log
            if gone.isdisjoint({TraceId(each.former), TraceId(each.heir)})
        ]
        self._note({each: owner for each, owner in before.items() if each not in gone})
        return Erasure(request_id, now_micros)

    def note_access(self, customer_id: CustomerId, access: Access, access_id: str) -> None:
        self.looked.append((self._now(customer_id), access))

    def accesses(self, customer_id: CustomerId, *, skipped: int, most: int) -> list[Access] | None:
        name = self._now(customer_id)
        found = [access for looked_at, access in reversed(self.looked) if looked_at == name]
        return found[skipped : skipped + most]

    def _traces(self, name: CustomerId) -> set[TraceId]:
        return {trace_id for trace_id, owner in self._owners().items() if owner == name}

    def _note(self, before: dict[TraceId, CustomerId]) -> None:
        """Note who became part of another as a whole, by the name that they lost."""
        self.shared |= obviously_shared(self._evidence(), self.rules) - self.blocked
        now = self._owners()
        self.names |= self.customers()
        for former in set(before.values()):
            moved = {trace_id for trace_id, owner in before.items() if owner == former}
            heirs = {now[trace_id] for trace_id in moved}
            if len(heirs) == 1 and former not in heirs:
                heir = heirs.pop()
                self.log.append(Joined(former, heir, moved, self._traces(heir) - moved))

    def _known(self, reports: Sequence[Report]) -> Known:
        owners = self._owners()
        keys = {report.event.key for report in reports} & self.digests.keys()
        return Known(
            {key: SeenEvent(self.digests[key], self.stored[key].traces) for key in keys},
            {each.digest: trace_id for trace_id, each in self.identifiers.items()},
            {
                trace_id: OwnedTrace(Trace(each.kind), owners[trace_id])
                for trace_id, each in self.identifiers.items()
            },
            self.tombstones,
        )

    def _evidence(self) -> Evidence:
        traces = {
            trace_id: Trace(
                each.kind, is_blocked=trace_id in self.blocked, is_shared=trace_id in self.shared
            )
            for trace_id, each in self.identifiers.items()
        }
        return Evidence(traces, self.links, frozenset(self.together), frozenset(self.apart))

    def _owners(self) -> dict[TraceId, CustomerId]:
        evidence = self._evidence()
        if self.found[0] != evidence:
            owners = {
                trace_id: obvious_name(members, evidence, self.rules)
                for members in obvious_people(evidence, self.rules)
                for trace_id in members
            }
            self.found = (replace(evidence, links=dict(self.links)), owners)
        return self.found[1]

    def _now(self, customer_id: CustomerId) -> CustomerId:
        return self._owners().get(TraceId(customer_id), customer_id)

    def _homes(self) -> dict[EventKey, CustomerId]:
        owners, sharing = self._owners(), frozenset(obviously_shared(self._evidence(), self.rules))
        return {key: owners[home_of(each.traces, sharing)] for key, each in self.stored.items()}

    def customers(self) -> set[CustomerId]:
        owners = self._owners()
        told_of = {owners[each.trace_id] for each in self.facts.values()}
        return set(self._homes().values()) | told_of

    def _events(self, name: CustomerId) -> list[StoredEvent]:
        return [self.stored[key] for key, home in self._homes().items() if home == name]

    def _facts(self, name: CustomerId) -> list[StoredFact]:
        owners = self._owners()
        return [fact for _, fact in sorted(self.facts.items()) if owners[fact.trace_id] == name]

    def records(self) -> dict[CustomerId, CustomerRecord]:
        found = {name: self.record(name) for name in set(self._owners().values())}
        return {name: record for name, record in found.items() if record}

    def record(self, name: CustomerId) -> CustomerRecord | None:
        owners = self._owners()
        said = [each for each in self.statements.values() if owners[each.trace_id] == name]
        return recomputed(name, self._events(name), said, self._facts(name))

    def _results(self, outcomes: Sequence[Result | EventKey], first: set[EventKey]) -> list[Result]:
        homes, results = self._homes(), []
        for outcome in outcomes:
            if isinstance(outcome, Result):
                results.append(outcome)
            else:
                kind = Outcome.STORED if outcome in first else Outcome.DUPLICATE
                first.discard(outcome)
                results.append(Result(kind, homes[outcome]))
        return results

    def _joined(self, owners: dict[TraceId, CustomerId]) -> int:
        """Count customers of whom nothing is left under their name, and who went to one other."""
        now = self._owners()
        heirs = {
            name: {now[trace_id] for trace_id, owner in owners.items() if owner == name}
            for name in set(owners.values())
        }
        return sum(len(found) == 1 and found != {name} for name, found in heirs.items())
