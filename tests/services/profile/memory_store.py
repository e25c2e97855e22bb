"""The plainest store there can be: all that was told, and everything computed anew from it."""

from collections.abc import Sequence
from dataclasses import replace

from services.profile.domain.consent import Consents, Purpose, Statement
from services.profile.domain.customer import (
    CustomerRecord,
    KnownIdentifier,
    StoredEvent,
    StoredStatement,
    recomputed,
)
from services.profile.domain.events import (
    CustomerId,
    Event,
    EventKey,
    EventType,
    Handle,
    Report,
    TraceId,
)
from services.profile.domain.identifier_rules import LINK_RULES
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
from services.profile.domain.linking import Evidence, Pair, Trace, Witness, people, shared_traces
from services.profile.domain.regrouping import home_of
from services.profile.domain.snapshot import Snapshot, columns_of
from services.profile.ports import (
    CustomerView,
    Ingested,
    Period,
    Purchase,
    PurchasePosition,
    TimelinePosition,
)


class MemoryProfileStore:
    """A ``ProfileStore`` for one thread and one life."""

    def __init__(self) -> None:
        self.digests: dict[EventKey, bytes] = {}
        self.stored: dict[EventKey, StoredEvent] = {}
        self.statements: dict[tuple[TraceId, Purpose, Statement], StoredStatement] = {}
        self.identifiers: dict[TraceId, KnownIdentifier] = {}
        self.links: dict[Pair, Witness] = {}
        self.together: set[Pair] = set()
        self.apart: set[Pair] = set()
        self.blocked: set[TraceId] = set()
        self.names: set[CustomerId] = set()
        """Every name that a customer ever bore."""
        self.found: tuple[object, dict[TraceId, CustomerId]] = (None, {})
        """Who is who, and of which evidence that was found out."""

    def ingest(self, reports: Sequence[Report], *, now_micros: int) -> Ingested:
        before, owners = self._customers(), self._owners()
        known = self._known(reports)
        sifted = sift(reports, known, LINK_RULES)
        for new in new_traces(sifted.counting.values(), known):
            identifier = KnownIdentifier(new.kind, new.digest, now_micros)
            self.identifiers[new.trace_id] = identifier
        for pair, witness in told_links(sifted.counting.values()).items():
            self.links[pair] = min(self.links.get(pair, witness), witness)
        for key, each in sifted.counting.items():
            self.digests[key] = each.digest
            self.stored[key] = StoredEvent(each.report.event, each.traces, now_micros)
        self.names |= self._customers()
        return Ingested(
            tuple(self._results(sifted.outcomes, set(sifted.counting))),
            self._joined(before, owners),
        )

    def snapshot_of(self, customer_id: CustomerId) -> Snapshot | None:
        record = self._record(self._now(customer_id))
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
        record = self._record(self._now(handle.customer_id))
        return record.customer_id if record else None

    def view(self, customer_id: CustomerId) -> CustomerView | None:
        record = self._record(self._now(customer_id))
        if record is None:
            return None
        name = record.customer_id
        traces = [trace_id for trace_id, owner in self._owners().items() if owner == name]
        handles = [self.identifiers[trace_id] for trace_id in traces]
        return CustomerView(
            record,
            tuple(sorted(self.names & {CustomerId(each) for each in traces} - {name})),
            tuple(sorted(handles, key=lambda each: (each.first_seen_micros, each.digest))),
        )

    def timeline(
        self,
        customer_id: CustomerId,
        *,
        types: Sequence[EventType],
        period: Period,
        before: TimelinePosition | None,
        most: int,
    ) -> list[Event] | None:
        name = self._now(customer_id)
        if self._record(name) is None:
            return None
        events = [each.event for each in self._events(name)]
        found = [
            event
            for event in sorted(events, key=_position, reverse=True)
            if (not types or event.type in types)
            and _within(event, period)
            and (before is None or _position(event) < before)
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
        for name in sorted(self._customers()):
            record = self._record(name)
            statement = record and record.consents.get(Purpose.PERSONALISATION)
            if statement.denied if statement else not unspoken_allowed:
                continue
            for event in sorted((each.event for each in self._events(name)), key=_position):
                behind = after is None or (name, *_position(event)) > after
                if event.type is EventType.PURCHASE and _within(event, period) and behind:
                    found.append(Purchase(name, event))
        return found[:most]

    def state_consent(
        self, customer_id: CustomerId, purpose: Purpose, statement: Statement, *, now_micros: int
    ) -> Consents | None:
        name = self._now(customer_id)
        if self._record(name) is None:
            return None
        key = (TraceId(customer_id), purpose, statement)
        self.statements.setdefault(key, StoredStatement(*key, now_micros))
        record = self._record(name)
        return record.consents if record else None

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
        )

    def _evidence(self) -> Evidence:
        traces = {
            trace_id: Trace(each.kind, is_blocked=trace_id in self.blocked)
            for trace_id, each in self.identifiers.items()
        }
        return Evidence(traces, self.links, frozenset(self.together), frozenset(self.apart))

    def _owners(self) -> dict[TraceId, CustomerId]:
        evidence = self._evidence()
        if self.found[0] != evidence:
            owners = {
                trace_id: CustomerId(min(members))
                for members in people(evidence, LINK_RULES)
                for trace_id in members
            }
            self.found = (replace(evidence, links=dict(self.links)), owners)
        return self.found[1]

    def _now(self, customer_id: CustomerId) -> CustomerId:
        return self._owners().get(TraceId(customer_id), customer_id)

    def _homes(self) -> dict[EventKey, CustomerId]:
        owners, sharing = self._owners(), shared_traces(self._evidence(), LINK_RULES)
        return {key: owners[home_of(each.traces, sharing)] for key, each in self.stored.items()}

    def _customers(self) -> set[CustomerId]:
        return set(self._homes().values())

    def _events(self, name: CustomerId) -> list[StoredEvent]:
        return [self.stored[key] for key, home in self._homes().items() if home == name]

    def _record(self, name: CustomerId) -> CustomerRecord | None:
        owners = self._owners()
        said = [each for each in self.statements.values() if owners[each.trace_id] == name]
        return recomputed(name, self._events(name), said)

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

    def _joined(self, before: set[CustomerId], owners: dict[TraceId, CustomerId]) -> int:
        """Count customers of whom nothing is left under their name, and who went to one other."""
        now = self._owners()
        heirs = {
            name: {now[trace_id] for trace_id, owner in owners.items() if owner == name}
            for name in before
        }
        return sum(len(found) == 1 and found != {name} for name, found in heirs.items())


def _position(event: Event) -> TimelinePosition:
    return TimelinePosition(event.occurred_micros, event.source, event.event_id)


def _within(event: Event, period: Period) -> bool:
    return period.start_micros <= event.occurred_micros < period.end_micros
