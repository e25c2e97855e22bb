"""What becomes of a batch of events: which count, whose they are, who turns out to be one person.

The store looks up what is known about the batch, ``plan`` decides, and the store writes what was
decided, all in one transaction. Nothing here depends on the order of events or batches, save
which of two contradicting events of one id came first, and that a customer can be called by name
only once they are known: a source learns the name from us.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from services.profile.domain.customer import Merge
from services.profile.domain.events import NOBODY, CustomerId, EventKey, Handle, Report


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


@dataclass(frozen=True, slots=True)
class SeenEvent:
    """An event that counted before."""

    digest: bytes
    """Fingerprint of its content."""
    customer_id: CustomerId
    """Whose it is now."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the store knew about a batch before it."""

    seen: Mapping[EventKey, SeenEvent]
    """The events of the batch that counted before."""
    owners: Mapping[bytes, CustomerId]
    """The customers of those handles of the batch that are known, by digest."""
    names: Mapping[CustomerId, CustomerId]
    """What the customers named in the batch are called now; unknown ones are absent."""


@dataclass(frozen=True, slots=True)
class Group:
    """One customer whom the batch changes."""

    customer_id: CustomerId
    """The name after the batch."""
    members: tuple[CustomerId, ...]
    """The customers that it was before, sorted; none for a new one."""
    reports: tuple[Report, ...]
    """The events that count."""
    digests: tuple[bytes, ...]
    """Fingerprints of their content."""
    handles: tuple[Handle, ...]
    """Handles never seen before."""
    merges: tuple[Merge, ...]
    """The members that lose their name."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a batch comes to."""

    results: tuple[Result, ...]
    """One an event, in order."""
    groups: tuple[Group, ...]
    """The customers to change, by name."""


@dataclass(slots=True)
class _Families:
    """Names that turned out to belong to one person; the smallest speaks for all of them."""

    parents: dict[CustomerId, CustomerId] = field(default_factory=dict)
    causes: dict[CustomerId, EventKey] = field(default_factory=dict)

    def name_of(self, customer_id: CustomerId) -> CustomerId:
        parent = self.parents.setdefault(customer_id, customer_id)
        while parent != customer_id:
            customer_id, parent = parent, self.parents[parent]
        return customer_id

    def unite(self, names: Sequence[CustomerId], cause: EventKey) -> None:
        roots = sorted({self.name_of(name) for name in names})
        for former in roots[1:]:
            self.parents[former] = roots[0]
            self.causes[former] = cause


def plan(reports: Sequence[Report], known: Known) -> Plan:
    """Decide what becomes of a batch.

    An event of which the same id counted before, in an earlier batch or in this one, is a
    duplicate when its content is the same, and refused when it is not.
    """
    families = _Families()
    digests = [report.content_digest() for report in reports]
    first: dict[EventKey, int] = {}
    results: list[Result | None] = []
    for index, report in enumerate(reports):
        key = report.event.key
        earlier = first.get(key)
        if key in known.seen:
            results.append(_again(known.seen[key], digests[index]))
        elif earlier is not None:
            same = digests[earlier] == digests[index]
            results.append(Result(Outcome.DUPLICATE) if same else _REUSED)
        elif report.customer_id is not None and report.customer_id not in known.names:
            results.append(_UNKNOWN_CUSTOMER)
        else:
            first[key] = index
            families.unite(_names(report, known), key)
            results.append(None)

    def finished(result: Result | None, report: Report) -> Result:
        if result is not None and result.outcome is Outcome.REFUSED:
            return result
        outcome = Outcome.STORED if result is None else result.outcome
        if result is not None and result.customer_id:
            return Result(outcome, families.name_of(result.customer_id))
        return Result(outcome, families.name_of(_names(report, known)[0]))

    return Plan(
        tuple(finished(*pair) for pair in zip(results, reports, strict=True)),
        _groups([(reports[index], digests[index]) for index in first.values()], known, families),
    )


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


def _again(seen: SeenEvent, digest: bytes) -> Result:
    return Result(Outcome.DUPLICATE, seen.customer_id) if seen.digest == digest else _REUSED


def _names(report: Report, known: Known) -> list[CustomerId]:
    """Return every name by which a report calls its customer."""
    names = [known.owners.get(handle.digest, handle.customer_id) for handle in report.handles]
    if report.customer_id is not None:
        names.append(known.names[report.customer_id])
    return names


def _groups(
    counting: Sequence[tuple[Report, bytes]], known: Known, families: _Families
) -> tuple[Group, ...]:
    """Return the customers that the events which count belong to."""
    existing = set(known.owners.values()) | set(known.names.values())
    members: dict[CustomerId, list[CustomerId]] = {}
    for name in sorted(existing & families.parents.keys()):
        members.setdefault(families.name_of(name), []).append(name)
    reports: dict[CustomerId, list[tuple[Report, bytes]]] = {}
    for pair in counting:
        name = families.name_of(_names(pair[0], known)[0])
        reports.setdefault(name, []).append(pair)
    return tuple(
        Group(
            customer_id=name,
            members=tuple(members.get(name, ())),
            reports=tuple(report for report, _ in reports[name]),
            digests=tuple(digest for _, digest in reports[name]),
            handles=_new_handles(reports[name], known),
            merges=tuple(
                Merge(former, name, families.causes[former])
                for former in members.get(name, ())
                if former != name
            ),
        )
        for name in sorted(reports)
    )


def _new_handles(reports: Sequence[tuple[Report, bytes]], known: Known) -> tuple[Handle, ...]:
    found = {
        handle.digest: handle
        for report, _ in reports
        for handle in report.handles
        if handle.digest not in known.owners
    }
    return tuple(found[digest] for digest in sorted(found))
