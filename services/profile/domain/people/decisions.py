"""What people decide about who is one person, as a change of the evidence."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import Enum
from typing import NamedTuple

from services.profile.domain.history.events import CustomerId, TraceId
from services.profile.domain.people.linking import Evidence, Pair, Witness, pair


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decided, and why."""

    actor: str
    """Who called."""
    reason: str
    """In their words."""
    request_id: str
    """A UUID; the same again repeats the answer."""
    is_rehearsal: bool = False
    """Whether only to find out what it would come to."""


class Standing(Enum):
    """Why two linked traces are different people all the same."""

    TAKEN_APART = "taken apart"
    """People said that they are two."""
    SHARED = "shared"
    """One of them is an identifier that was blocked or seen with too many others."""
    OVER_LIMIT = "over limit"
    """Together they would hold more identifiers of a kind than one person may have."""


class Suggestion(NamedTuple):
    """Evidence that two customers may be one person, kept and not acted on."""

    other_id: CustomerId
    kind: int
    """Of the one's identifier."""
    other_kind: int
    """Of the other's."""
    witness: Witness
    """The first event that told of both."""
    standing: Standing


def put_together(
    evidence: Evidence, one: Collection[TraceId], other: Collection[TraceId]
) -> Evidence:
    """Return evidence by which two people are one; what was taken apart between them is lifted."""
    between = {pair(mine, yours) for mine in one for yours in other}
    return replace(
        evidence,
        together=evidence.together | {pair(min(one), min(other))},
        apart=evidence.apart - between,
    )


def take_apart(
    evidence: Evidence, one: Collection[TraceId], other: Collection[TraceId]
) -> Evidence:
    """Return evidence by which two sides of a person are two people, whatever links them."""
    between = {pair(mine, yours) for mine in one for yours in other}
    return replace(evidence, together=evidence.together - between, apart=evidence.apart | between)


def blocked(evidence: Evidence, trace_id: TraceId, *, is_blocked: bool) -> Evidence:
    """Return evidence by which an identifier is nobody's, or somebody's again."""
    trace = evidence.traces[trace_id]._replace(is_blocked=is_blocked)
    return replace(evidence, traces={**evidence.traces, trace_id: trace})


def standing(
    evidence: Evidence,
    sharing: Collection[TraceId],
    *,
    ends: Pair,
    sides: tuple[Collection[TraceId], Collection[TraceId]],
) -> Standing:
    """Return why a link joins nobody.

    Args:
        evidence: all there is around it.
        sharing: the traces that link nobody.
        ends: the link.
        sides: the two people whom it would join.
    """
    if any(end in sharing for end in ends):
        return Standing.SHARED
    one, other = sides
    if any(pair(mine, yours) in evidence.apart for mine in one for yours in other):
        return Standing.TAKEN_APART
    return Standing.OVER_LIMIT
