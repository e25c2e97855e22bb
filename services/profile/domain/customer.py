"""A customer as it is kept, and how several become one."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce

from services.profile.domain.consent import Consents, latest
from services.profile.domain.events import CustomerId, EventKey
from services.profile.domain.state import CustomerState, merge


@dataclass(frozen=True, slots=True)
class CustomerRecord:
    """Everything about a customer that changes with each fact."""

    customer_id: CustomerId
    state: CustomerState = field(default_factory=CustomerState)
    consents: Consents = field(default_factory=dict)
    statement_count: int = 0
    """How many different statements of consent are kept."""
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


@dataclass(frozen=True, slots=True)
class Merge:
    """A customer that became part of another; the log of them is only ever added to."""

    former_id: CustomerId
    customer_id: CustomerId
    because_of: EventKey
    """The event that showed that both are one person."""


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
