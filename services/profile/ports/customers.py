"""What keeps customers and what happened to them, and what counts it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from services.profile.domain.customer import (
    CustomerRecord,
    KnownIdentifier,
    StoredEvent,
)
from services.profile.domain.facts.fact import StoredFact, ToldFact
from services.profile.domain.history.events import (
    CustomerId,
    Event,
    EventType,
    Handle,
    Party,
    Report,
)
from services.profile.domain.ingestion import Outcome, Result
from services.profile.domain.privacy.consent import Consents, Purpose, Statement
from services.profile.domain.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Ingested:
    """What a batch came to, now that it is durable."""

    results: tuple[Result, ...]
    """One an event, in order."""
    merge_count: int
    """Customers that became part of another."""


@dataclass(frozen=True, slots=True)
class CustomerView:
    """Everything kept about a customer but the events."""

    record: CustomerRecord
    former_ids: tuple[CustomerId, ...]
    """Names it had before a merge, sorted."""
    identifiers: tuple[KnownIdentifier, ...]
    """Sorted by the time they were first seen, then by digest."""
    facts: tuple[StoredFact, ...] = ()
    """What sources said besides events, by source and id."""


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time in microseconds since 1970: from ``start`` until just before ``end``."""

    start_micros: int = 0
    end_micros: int = 2**62


class TimelinePosition(NamedTuple):
    """Where an event stands in its customer's timeline."""

    occurred_micros: int
    source: str
    event_id: str


class Purchase(NamedTuple):
    """One basket and whose it is."""

    customer_id: CustomerId
    event: Event


class PurchasePosition(NamedTuple):
    """Where a basket stands among those of all customers."""

    customer_id: CustomerId
    occurred_micros: int
    source: str
    event_id: str


class ProfileStore(Protocol):
    """Keeps customers and their events.

    What a method wrote is durable when it returns. Methods that take the name of a customer also
    take a former one. Every method raises a ``Failure`` of kind ``UNAVAILABLE`` when the database
    is away, and then nothing was answered that is not durable.
    """

    def ingest(self, reports: Sequence[Report], *, now_micros: int) -> Ingested:
        """Store the events that were not stored before, and join the customers they link."""

    def snapshot_of(self, customer_id: CustomerId) -> Snapshot | None:
        """Return the compact state of a customer, ``None`` for an unknown one."""

    def snapshot_behind(self, handle: Handle) -> Snapshot | None:
        """Return the compact state of the customer behind a handle, ``None`` for an unknown one."""

    def customer_behind(self, handle: Handle) -> CustomerId | None:
        """Return the customer behind a handle, ``None`` for an unknown one."""

    def view(self, customer_id: CustomerId, *, with_shelf: bool = True) -> CustomerView | None:
        """Return everything kept about a customer, ``None`` for an unknown one.

        Thousands of items may lie on the shelf; without it those that lie near are there alone.
        """

    def timeline(
        self,
        customer_id: CustomerId,
        *,
        types: Sequence[EventType],
        period: Period,
        before: TimelinePosition | None,
        most: int,
    ) -> list[StoredEvent] | None:
        """Return the latest events before a position, latest first, ``None`` without customer.

        No types means all types.
        """

    def purchases(
        self,
        *,
        period: Period,
        after: PurchasePosition | None,
        unspoken_allowed: bool,
        most: int,
    ) -> list[Purchase]:
        """Return the next baskets after a position, in the order of positions.

        Only customers who allow personalisation now are there; of those who said nothing,
        ``unspoken_allowed`` decides.
        """

    def state_consent(
        self, customer_id: CustomerId, purpose: Purpose, statement: Statement, *, now_micros: int
    ) -> Consents | None:
        """Keep a statement; return what holds then, ``None`` without customer.

        The same statement again has no effect.
        """

    def record_facts(self, told: Sequence[ToldFact], *, now_micros: int) -> tuple[Result, ...]:
        """Store the facts that were not stored before; return what became of each, in order."""


class ProfileMeter(Protocol):
    """Counts what the service does."""

    def count_batch(self, outcomes: Sequence[tuple[Outcome, str]]) -> None:
        """Count a batch of events by what became of each and by the name of its type."""

    def count_facts(self, outcomes: Sequence[Outcome]) -> None:
        """Count a batch of facts by what became of each."""

    def count_unknown_sources(self, what: str, parties: Sequence[Party]) -> None:
        """Count events or facts (``what``) of sources that the catalogue does not hold."""

    def count_merges(self, merge_count: int) -> None:
        """Count customers that became part of another."""

    def count_snapshot(self, item_count: int) -> None:
        """Count a snapshot of so many items."""
