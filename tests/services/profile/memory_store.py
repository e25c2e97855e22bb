"""The plainest store there can be: everything in dictionaries, every state folded anew."""

from collections.abc import Sequence

from services.profile.domain.consent import Consents, Purpose, Statement, latest
from services.profile.domain.customer import CustomerRecord, KnownIdentifier
from services.profile.domain.events import CustomerId, Event, EventKey, EventType, Handle, Report
from services.profile.domain.ingestion import Group, Known, SeenEvent, plan
from services.profile.domain.snapshot import Snapshot, columns_of
from services.profile.domain.state import fold
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
        self.events: dict[CustomerId, list[Event]] = {}
        self.statements: dict[CustomerId, set[tuple[Purpose, Statement]]] = {}
        self.times: dict[CustomerId, tuple[int, int]] = {}
        self.owners: dict[bytes, CustomerId] = {}
        self.identifiers: dict[bytes, KnownIdentifier] = {}
        self.former: dict[CustomerId, CustomerId] = {}

    def ingest(self, reports: Sequence[Report], *, now_micros: int) -> Ingested:
        owner = {event.key: name for name, events in self.events.items() for event in events}
        names = {name: name for name in self.events} | self.former
        keys = {report.event.key for report in reports}
        known = Known(
            seen={
                key: SeenEvent(self.digests[key], owner[key]) for key in keys & self.digests.keys()
            },
            owners={
                handle.digest: self.owners[handle.digest]
                for report in reports
                for handle in report.handles
                if handle.digest in self.owners
            },
            names={
                report.customer_id: names[report.customer_id]
                for report in reports
                if report.customer_id in names
            },
        )
        decided = plan(reports, known)
        for group in decided.groups:
            self._change(group, now_micros)
        return Ingested(decided.results, sum(len(group.merges) for group in decided.groups))

    def snapshot_of(self, customer_id: CustomerId) -> Snapshot | None:
        record = self._record(customer_id)
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
        name = self.owners.get(handle.digest)
        return None if name is None else self.snapshot_of(name)

    def customer_behind(self, handle: Handle) -> CustomerId | None:
        return self.owners.get(handle.digest)

    def view(self, customer_id: CustomerId) -> CustomerView | None:
        record = self._record(customer_id)
        if record is None:
            return None
        name = record.customer_id
        handles = [self.identifiers[each] for each, owner in self.owners.items() if owner == name]
        return CustomerView(
            record,
            tuple(sorted(former for former, now in self.former.items() if now == name)),
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
        events = self.events.get(self._now(customer_id))
        if events is None:
            return None
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
        for name in sorted(self.events):
            statement = latest(self.statements.get(name, ())).get(Purpose.PERSONALISATION)
            if statement.denied if statement else not unspoken_allowed:
                continue
            for event in sorted(self.events[name], key=_position):
                behind = after is None or (name, *_position(event)) > after
                if event.type is EventType.PURCHASE and _within(event, period) and behind:
                    found.append(Purchase(name, event))
        return found[:most]

    def state_consent(
        self, customer_id: CustomerId, purpose: Purpose, statement: Statement, *, now_micros: int
    ) -> Consents | None:
        name = self._now(customer_id)
        if name not in self.events:
            return None
        statements = self.statements.setdefault(name, set())
        if (purpose, statement) not in statements:
            statements.add((purpose, statement))
            created, updated = self.times[name]
            self.times[name] = (created, max(updated, now_micros))
        return latest(statements)

    def _change(self, group: Group, now_micros: int) -> None:
        name = group.customer_id
        times = [self.times[member] for member in group.members]
        for merge in group.merges:
            former = merge.former_id
            self.events.setdefault(name, []).extend(self.events.pop(former))
            self.statements.setdefault(name, set()).update(self.statements.pop(former, set()))
            del self.times[former]
            self.former = {f: name if now == former else now for f, now in self.former.items()}
            self.former[former] = name
            self.owners = {d: name if now == former else now for d, now in self.owners.items()}
        self.times[name] = (
            min([now_micros, *(created for created, _ in times)]),
            max([now_micros, *(updated for _, updated in times)]),
        )
        for handle in group.handles:
            self.owners[handle.digest] = name
            self.identifiers[handle.digest] = KnownIdentifier(
                handle.kind, handle.digest, now_micros
            )
        for report, digest in zip(group.reports, group.digests, strict=True):
            self.digests[report.event.key] = digest
            self.events.setdefault(name, []).append(report.event)

    def _record(self, customer_id: CustomerId) -> CustomerRecord | None:
        name = self._now(customer_id)
        if name not in self.events:
            return None
        statements = self.statements.get(name, set())
        state = fold(self.events[name])
        return CustomerRecord(name, state, latest(statements), len(statements), *self.times[name])

    def _now(self, customer_id: CustomerId) -> CustomerId:
        return self.former.get(customer_id, customer_id)


def _position(event: Event) -> TimelinePosition:
    return TimelinePosition(event.occurred_micros, event.source, event.event_id)


def _within(event: Event, period: Period) -> bool:
    return period.start_micros <= event.occurred_micros < period.end_micros
