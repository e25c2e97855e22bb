"""A customer as it is kept, and how several become one."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import NamedTuple

from services.profile.domain.facts.fact import StoredFact
from services.profile.domain.history.events import CustomerId, Event, TraceId
from services.profile.domain.history.state import CustomerState, fold, merge
from services.profile.domain.privacy.consent import Consents, Purpose, Statement, latest


@dataclass(frozen=True, slots=True)
class CustomerRecord:
    """Everything about a customer that changes with each fact."""

    customer_id: CustomerId
    state: CustomerState = field(default_factory=CustomerState)
    consents: Consents = field(default_factory=dict)
    statement_count: int = 0
    """How many different statements are kept: of consent, and facts that sources told."""
    created_micros: int = 0
    """When the first fact was stored."""
    updated_micros: int = 0
    """When the latest fact was stored."""

    @property
    def version(self) -> int:
        """How many facts it holds: equal facts give an equal version."""
        return self.state.event_count + self.statement_count


@dataclass(frozen=True, slots=True)
class KnownIdentifier:
    """An identifier as it is kept."""

    kind: int
    digest: bytes
    first_seen_micros: int


class StoredEvent(NamedTuple):
    """An event that counted."""

    event: Event
    traces: tuple[TraceId, ...]
    """All that it was told of, the strongest first."""
    stored_micros: int


class StoredStatement(NamedTuple):
    """A statement of consent that was kept."""

    trace_id: TraceId
    """Of the name by which the customer was called."""
    purpose: Purpose
    statement: Statement
    stored_micros: int


def joined(
    customer_id: CustomerId, records: Sequence[CustomerRecord], *, statement_count: int
) -> CustomerRecord:
    """Return the one customer that these (one or more) turned out to be.

    Args:
        customer_id: The name it bears from now on.
        records: The customers, in any order.
        statement_count: How many different statements they hold together.
    """
    return CustomerRecord(
        customer_id,
        reduce(merge, (record.state for record in records)),
        latest(pair for record in records for pair in record.consents.items()),
        statement_count,
        min(record.created_micros for record in records),
        max(record.updated_micros for record in records),
    )


def recomputed(
    customer_id: CustomerId,
    events: Sequence[StoredEvent],
    statements: Sequence[StoredStatement],
    facts: Sequence[StoredFact] = (),
) -> CustomerRecord | None:
    """Return the customer of whom this, in any order, is all we know; ``None`` for nothing."""
    stored = [each.stored_micros for each in events]
    stored += [each.stored_micros for each in statements]
    stored += [each.stored_micros for each in facts]
    if not stored:
        return None
    return CustomerRecord(
        customer_id,
        fold(each.event for each in events),
        latest((each.purpose, each.statement) for each in statements),
        len({(each.purpose, each.statement) for each in statements}) + len(facts),
        min(stored),
        max(stored),
    )
