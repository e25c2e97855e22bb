"""What becomes of customers when it turns out differently who is one person."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from services.profile.domain.history.events import CustomerId, EventKey, TraceId
from services.profile.domain.people.identifier_rules import LinkRules
from services.profile.domain.people.linking import (
    Evidence,
    Pair,
    Witness,
    people,
    shared_traces,
)


class ChangeKind(IntEnum):
    """What happened to a customer; the numbers are those of the contract."""

    JOINED = 1
    """All of it became part of another customer, or got another name."""
    PARTED = 2
    """Some of it became a customer of its own, or part of another."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Why it turned out differently: an event, or somebody's decision."""

    event: EventKey | None = None
    """The event that told of a link; ``None`` where people decided."""
    actor: str = ""
    """Who decided; empty for an event."""
    reason: str = ""
    """Why, in the words of who decided."""
    request_id: str = ""
    """Of the decision."""


@dataclass(frozen=True, slots=True)
class Change:
    """One customer who became part of another, or was taken out of one."""

    kind: ChangeKind
    former_id: CustomerId
    """Whose it was."""
    customer_id: CustomerId
    """Whose it is now."""
    moved: tuple[TraceId, ...]
    """The traces that went from one to the other, sorted."""
    stayed: tuple[TraceId, ...]
    """The other traces of ``customer_id`` afterwards, sorted."""


@dataclass(frozen=True, slots=True)
class Regrouping:
    """Who is who afterwards, as far as evidence was looked at."""

    owners: Mapping[TraceId, CustomerId] = field(default_factory=dict)
    """Whose each trace is."""
    sharing: frozenset[TraceId] = frozenset()
    """The traces that link nobody."""
    newly_shared: frozenset[TraceId] = frozenset()
    """Of these, those found out now."""
    changes: tuple[Change, ...] = ()
    torn: frozenset[CustomerId] = frozenset()
    """Customers before whose facts must be looked at one by one: they went to several customers,
    or were told of by a trace that is nobody's own any more."""


def regroup(
    evidence: Evidence,
    owners: Mapping[TraceId, CustomerId],
    rules: LinkRules,
    *,
    torn: Collection[CustomerId] = (),
) -> Regrouping:
    """Return who is who by ``evidence``.

    Args:
        evidence: all there is about the traces that hang together with what is new.
        owners: whose each of its traces was; new traces are absent.
        rules: what identifiers may link.
        torn: customers whose facts must be looked at one by one in any case.
    """
    sharing = shared_traces(evidence, rules)
    now: dict[TraceId, CustomerId] = {}
    for members in people(evidence, rules, sharing):
        now |= dict.fromkeys(members, name_of(members, evidence, rules))
    newly_shared = frozenset(
        each
        for each in sharing
        if not evidence.traces[each].is_shared and not evidence.traces[each].is_blocked
    )
    changes = _changes(owners, now)
    parted = {each.former_id for each in changes if each.kind is ChangeKind.PARTED}
    return Regrouping(
        now,
        sharing,
        newly_shared,
        changes,
        frozenset(torn)
        | frozenset(parted | {owners[each] for each in newly_shared if each in owners}),
    )


def name_of(members: Collection[TraceId], evidence: Evidence, rules: LinkRules) -> CustomerId:
    """Return what a customer is called: as the strongest identifier is, of equals the smallest.

    What is said of a customer by name stays with the trace of that name. A tablet may turn out to
    be the family's, and a browser is renewed; the card stays.
    """
    return CustomerId(
        min(members, key=lambda each: (rules.of(evidence.traces[each].kind).strength, each))
    )


def because_of(change: Change, news: Mapping[Pair, Witness]) -> Witness:
    """Return the event that made a change: the first that tells of what is new about it.

    That is a link between what moved and what stayed; where people were parted by what turned out
    to be shared, a link of one of theirs; else the first event of all.

    Args:
        change: what happened.
        news: the links that are new, at least one.
    """
    moved, stayed = set(change.moved), set(change.stayed)
    between = [
        witness
        for ends, witness in news.items()
        if not moved.isdisjoint(ends) and not stayed.isdisjoint(ends)
    ]
    near = [witness for ends, witness in news.items() if not (moved | stayed).isdisjoint(ends)]
    return min(between or near or news.values())


def home_of(traces: tuple[TraceId, ...], sharing: frozenset[TraceId]) -> TraceId:
    """Return the trace that a fact belongs to: the strongest that is somebody's own.

    Args:
        traces: all that it was told of, strongest first.
        sharing: those that link nobody.
    """
    return next((each for each in traces if each not in sharing), traces[0])


def _changes(
    before: Mapping[TraceId, CustomerId], now: Mapping[TraceId, CustomerId]
) -> tuple[Change, ...]:
    moved: dict[tuple[CustomerId, CustomerId], list[TraceId]] = defaultdict(list)
    members: dict[CustomerId, list[TraceId]] = defaultdict(list)
    for trace_id, customer_id in sorted(now.items()):
        members[customer_id].append(trace_id)
        if trace_id in before:
            moved[before[trace_id], customer_id].append(trace_id)
    heirs: dict[CustomerId, int] = defaultdict(int)
    for former_id, _ in moved:
        heirs[former_id] += 1
    return tuple(
        Change(
            ChangeKind.JOINED if heirs[former_id] == 1 else ChangeKind.PARTED,
            former_id,
            customer_id,
            tuple(traces),
            tuple(each for each in members[customer_id] if each not in set(traces)),
        )
        for (former_id, customer_id), traces in sorted(moved.items())
        if former_id != customer_id
    )
