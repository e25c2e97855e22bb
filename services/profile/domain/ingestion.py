"""What becomes of a batch of events: which count, whose they are, who turns out to be one person.

The store looks up what is known about the batch, ``sift`` says which events count, ``plan`` what
follows from them, and the store writes what was decided, all in one transaction. Nothing here
depends on the order of events or batches, save which of two contradicting events of one id came
first, and that a customer can be called by name only once they are known: a source learns the
name from us.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import combinations
from typing import NamedTuple

from services.profile.domain.history.events import (
    NOBODY,
    CustomerId,
    EventKey,
    Handle,
    Party,
    Report,
    TraceId,
)
from services.profile.domain.people.households import HouseholdId
from services.profile.domain.people.identifier_rules import LinkRules
from services.profile.domain.people.linking import Evidence, Pair, Trace, Witness, pair
from services.profile.domain.people.regrouping import Regrouping, home_of, regroup


class Outcome(Enum):
    """What became of one event."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one event, and why."""

    outcome: Outcome
    customer_id: CustomerId = NOBODY
    """Whose it is, unless it was refused."""
    reason: str = ""
    """For a refused one: the rule, in UPPER_SNAKE."""
    field: str = ""
    """For a refused one: the field."""
    message: str = ""
    """For a refused one: a sentence."""


class SeenEvent(NamedTuple):
    """An event that counted before."""

    digest: bytes
    """Fingerprint of its content."""
    traces: tuple[TraceId, ...]
    """All that it was told of, the strongest first."""


class OwnedTrace(NamedTuple):
    """A trace that is known, and whose it is."""

    trace: Trace
    customer_id: CustomerId


@dataclass(frozen=True, slots=True)
class Known:
    """What the store knew about a batch before it."""

    seen: Mapping[EventKey, SeenEvent] = field(default_factory=dict)
    """The events of the batch that counted before."""
    by_digest: Mapping[bytes, TraceId] = field(default_factory=dict)
    """The traces of those handles of the batch that are known."""
    traces: Mapping[TraceId, OwnedTrace] = field(default_factory=dict)
    """The known traces that the batch speaks of."""

    erased: Mapping[bytes, int] = field(default_factory=dict)
    """By tombstone, when the customers of handles of the batch were erased, in microseconds."""

    def is_erased(self, report: Report) -> bool:
        """Return whether somebody who was erased is told of, from before that."""
        return any(
            report.event.occurred_micros <= self.erased.get(handle.tombstone, -1)
            for handle in report.handles
        )

    def trace_of(self, handle: Handle) -> TraceId:
        """Return the trace of a handle."""
        return self.by_digest.get(handle.digest, handle.trace_id)


class Counting(NamedTuple):
    """An event that counts."""

    report: Report
    digest: bytes
    traces: tuple[TraceId, ...]
    """All that it was told of, the strongest first."""

    @property
    def witness(self) -> Witness:
        """What it is as the witness of a link."""
        event = self.report.event
        return Witness(event.occurred_micros, event.source, event.event_id)


@dataclass(frozen=True, slots=True)
class Sifted:
    """A batch of which is known what counts."""

    outcomes: tuple[Result | EventKey, ...]
    """One an event, in order: the refusal, or which event it is (again)."""
    counting: Mapping[EventKey, Counting]
    """The events that count."""


class NewTrace(NamedTuple):
    """A trace never seen before."""

    trace_id: TraceId
    kind: int
    digest: bytes
    customer_id: CustomerId
    """Whose it is."""


@dataclass(frozen=True, slots=True)
class Group:
    """One customer whom events of the batch belong to."""

    customer_id: CustomerId
    events: tuple[Counting, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a batch comes to."""

    results: tuple[Result, ...]
    """One an event, in order."""
    groups: tuple[Group, ...]
    """The events to store, by the name of their customer."""
    new_traces: tuple[NewTrace, ...]
    regrouping: Regrouping
    """Who turned out to be somebody else."""


_REUSED = Result(
    Outcome.REFUSED,
    reason="EVENT_ID_REUSED",
    field="event_id",
    message="an event of this source and id with other content was stored before",
)
_UNKNOWN_CUSTOMER = Result(
    Outcome.REFUSED,
    reason="CUSTOMER_NOT_FOUND",
    field="customer",
    message="no customer of this name is known",
)
_ERASED = Result(
    Outcome.REFUSED,
    reason="ERASED",
    field="identifiers",
    message="this customer was erased after it happened",
)
_NOBODYS = Result(
    Outcome.REFUSED,
    reason="BLOCKED_IDENTIFIER",
    field="identifiers",
    message="these identifiers name nobody in particular",
)


def sift(reports: Sequence[Report], known: Known, rules: LinkRules) -> Sifted:
    """Return which events of a batch count.

    An event of which the same id counted before, in an earlier batch or in this one, is the same
    when its content is the same, and refused when it is not.
    """
    digests: dict[EventKey, bytes] = {key: seen.digest for key, seen in known.seen.items()}
    counting: dict[EventKey, Counting] = {}
    outcomes: list[Result | EventKey] = []
    for report in reports:
        key, digest = report.event.key, report.content_digest()
        traces = _traces(report, known, rules)
        if key in digests:
            outcomes.append(key if digests[key] == digest else _REUSED)
        elif report.customer_id and TraceId(report.customer_id) not in known.traces:
            outcomes.append(_UNKNOWN_CUSTOMER)
        elif not traces:
            outcomes.append(_NOBODYS)
        elif known.is_erased(report):
            outcomes.append(_ERASED)
        else:
            digests[key] = digest
            counting[key] = Counting(report, digest, traces)
            outcomes.append(key)
    return Sifted(tuple(outcomes), counting)


def told_links(counting: Collection[Counting]) -> dict[Pair, Witness]:
    """Return the links that these events tell of, with the first event of each."""
    links: dict[Pair, Witness] = {}
    for each in counting:
        for one, other in combinations(each.traces, 2):
            linked = pair(one, other)
            links[linked] = min(links.get(linked, each.witness), each.witness)
    return links


def told_households(counting: Collection[Counting]) -> dict[tuple[TraceId, HouseholdId], int]:
    """Return who lives where by these events: the latest moment by trace and household.

    What another company tells makes no home: each customer says whether that may be used.
    """
    told: dict[tuple[TraceId, HouseholdId], int] = {}
    for report, _, traces in counting:
        home = None if report.event.party is Party.THIRD else report.household
        if home is None or home.is_nobodys:
            continue
        for trace_id in traces:
            lives = (trace_id, HouseholdId(home.customer_id))
            told[lives] = max(told.get(lives, 0), report.event.occurred_micros)
    return told


def plan(sifted: Sifted, known: Known, evidence: Evidence, rules: LinkRules) -> Plan:
    """Decide what becomes of a batch.

    Args:
        sifted: the batch.
        known: what was known about it.
        evidence: all there is, with what the batch says, about the traces that hang together with
            a link that the batch is the first to tell of; empty when there is none.
        rules: what identifiers may link.
    """
    owners = {trace_id: owned.customer_id for trace_id, owned in known.traces.items()}
    regrouping = regroup(evidence, owners, rules) if evidence.traces else Regrouping()
    now = {**owners, **regrouping.owners}
    sharing = regrouping.sharing | {
        trace_id for trace_id, owned in known.traces.items() if owned.trace.is_closed
    }
    events: dict[CustomerId, list[Counting]] = {}
    customers = {key: now[home_of(seen.traces, sharing)] for key, seen in known.seen.items()}
    for key, each in sifted.counting.items():
        home = home_of(each.traces, sharing)
        customers[key] = now.get(home, CustomerId(home))
        events.setdefault(customers[key], []).append(each)
    return Plan(
        tuple(_results(sifted, customers)),
        tuple(Group(name, tuple(told)) for name, told in sorted(events.items())),
        tuple(new_traces(sifted.counting.values(), known, now)),
        regrouping,
    )


def _results(sifted: Sifted, customers: Mapping[EventKey, CustomerId]) -> Iterator[Result]:
    first = set(sifted.counting)
    for outcome in sifted.outcomes:
        if isinstance(outcome, Result):
            yield outcome
        else:
            is_first = outcome in first
            first.discard(outcome)
            yield Result(Outcome.STORED if is_first else Outcome.DUPLICATE, customers[outcome])


def _traces(report: Report, known: Known, rules: LinkRules) -> tuple[TraceId, ...]:
    """Return the traces that a report tells of, the strongest first; a name is the weakest."""
    handles = {known.trace_of(each): each.kind for each in report.handles if not each.is_nobodys}
    told = sorted(handles, key=lambda trace_id: (rules.of(handles[trace_id]).strength, trace_id))
    if report.customer_id and TraceId(report.customer_id) not in handles:
        told.append(TraceId(report.customer_id))
    return tuple(told)


def new_traces(
    counting: Collection[Counting], known: Known, now: Mapping[TraceId, CustomerId] | None = None
) -> Iterator[NewTrace]:
    """Yield the traces that these events are the first to tell of.

    Args:
        counting: the events.
        known: what was known before.
        now: whose they turned out to be; nobody else's where not given.
    """
    owners = now or {}
    found = {
        handle.trace_id: handle
        for each in counting
        for handle in each.report.handles
        if handle.digest not in known.by_digest and not handle.is_nobodys
    }
    for trace_id, handle in sorted(found.items()):
        yield NewTrace(
            trace_id, handle.kind, handle.digest, owners.get(trace_id, CustomerId(trace_id))
        )
