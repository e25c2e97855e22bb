"""What can go wrong in words of the domain; pure, so that any domain may raise it.

A failure travels as ``google.rpc.Status`` and comes back as the same failure on the caller's
side (see ``services.serving.errors``).
"""

from dataclasses import dataclass, field
from enum import Enum


class Kind(Enum):
    """The kinds of failure; each maps to one status code."""

    INVALID = "invalid"
    """The request breaks a rule that holds whatever is stored."""
    NOT_FOUND = "not_found"
    """What was named does not exist."""
    ALREADY_EXISTS = "already_exists"
    """What was to be created exists."""
    STALE = "stale"
    """Somebody else changed it first: read again, then retry."""
    PRECONDITION = "precondition"
    """The state of things does not allow it."""
    EXHAUSTED = "exhausted"
    """Too much is asked of the service now: retry later."""
    DENIED = "denied"
    """The caller may not do this."""
    UNAVAILABLE = "unavailable"
    """Something needed is away: retry."""
    LATE = "late"
    """The deadline passed."""
    CANCELLED = "cancelled"
    """The caller went away."""
    INTERNAL = "internal"
    """A defect of ours."""


@dataclass(frozen=True, slots=True)
class FieldViolation:
    """One broken rule: the field's path in the request, and the rule as a sentence."""

    field: str
    """Path such as ``events[3].lines[0].quantity``."""
    rule: str
    """UPPER_SNAKE, such as ``NOT_FINITE``."""
    message: str
    """A sentence for people."""


@dataclass(slots=True, eq=False)
class Failure(Exception):
    """A failure with a kind, a reason that programs can test and a sentence for people."""

    kind: Kind
    reason: str
    """UPPER_SNAKE, such as ``CUSTOMER_NOT_FOUND``."""
    message: str
    violations: tuple[FieldViolation, ...] = ()
    """The broken rules, for ``INVALID``."""
    metadata: dict[str, str] = field(default_factory=dict)
    """Details for programs; never personal data."""
    retry_after_seconds: float | None = None
    """For ``EXHAUSTED`` and ``UNAVAILABLE``: when to come back."""

    def __str__(self) -> str:
        """Return reason and sentence."""
        return f"{self.reason}: {self.message}"


def invalid(violations: tuple[FieldViolation, ...] | list[FieldViolation]) -> Failure:
    """Return the failure for a request that breaks these rules (at least one)."""
    found = tuple(violations)
    sentence = "; ".join(f"{each.field}: {each.message}" for each in found[:5])
    more = f" (and {len(found) - 5} more)" if len(found) > 5 else ""
    return Failure(Kind.INVALID, found[0].rule, sentence + more, violations=found)


def not_found(what: str, name: str) -> Failure:
    """Return the failure for a resource that is not there, such as ``("customer", name)``."""
    reason = f"{what.upper().replace(' ', '_')}_NOT_FOUND"
    return Failure(Kind.NOT_FOUND, reason, f"{name} does not exist", metadata={"name": name})
