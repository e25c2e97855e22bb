"""What the domain needs of the world."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from ml.model.persona import Personas
from services.conditions.condition import Facts, Holds
from services.profile.domain.customer import (
    CustomerRecord,
    KnownIdentifier,
    StoredEvent,
    StoredStatement,
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
from services.profile.domain.linkage.linkage_record import LinkageSource
from services.profile.domain.linkage.probable_links import FoundLink, HeldLink, LinkageRun
from services.profile.domain.people.decisions import Decision, Suggestion
from services.profile.domain.people.households import HouseholdId, Member, Membership
from services.profile.domain.people.regrouping import Cause, Change
from services.profile.domain.personas.persona import (
    Persona,
    PersonaCatalogue,
    PersonaId,
    StoredPersona,
)
from services.profile.domain.privacy.consent import Consents, Purpose, Statement
from services.profile.domain.privacy.erasure import Access, Erasure, Removal
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

    def view(self, customer_id: CustomerId) -> CustomerView | None:
        """Return everything kept about a customer, ``None`` for an unknown one."""

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


class LoggedChange(NamedTuple):
    """A line of the log of who became somebody else."""

    change: Change
    cause: Cause
    changed_micros: int


class IdentityStore(Protocol):
    """Carries out what people decide about who is one person.

    What a method wrote is durable when it returns; the same decision (by its request id) again
    gets the first answer. Every method raises a ``Failure`` of kind ``UNAVAILABLE`` when the
    database is away, and of kind ``PRECONDITION`` when customers are not as a decision takes
    them; those that take a customer return ``None`` for an unknown one.
    """

    def merge(
        self, ends: tuple[CustomerId, CustomerId], decision: Decision, *, now_micros: int
    ) -> tuple[CustomerId, ...] | None:
        """Make two customers one; return the one's name."""

    def unmerge(
        self, ends: tuple[CustomerId, CustomerId], decision: Decision, *, now_micros: int
    ) -> tuple[CustomerId, ...] | None:
        """Take the second, a former one, out of the first; return both names, sorted."""

    def block(
        self, handle: Handle, decision: Decision, *, is_blocked: bool, now_micros: int
    ) -> tuple[CustomerId, ...]:
        """Make an identifier nobody's, or somebody's again; return whom it concerned, sorted."""

    def changes(
        self, customer_id: CustomerId, *, skipped: int, most: int
    ) -> list[LoggedChange] | None:
        """Return who became part of a customer or was taken out of it, latest first."""

    def suggestions(self, customer_id: CustomerId) -> list[Suggestion] | None:
        """Return who else may be this person, by name."""


class HouseholdStore(Protocol):
    """Knows who lives together.

    What a method wrote is durable when it returns. Every method raises a ``Failure`` of kind
    ``UNAVAILABLE`` when the database is away; those that take a customer return ``None`` for one
    who is unknown or lives in no household.
    """

    def home(self, customer_id: CustomerId) -> Membership | None:
        """Return where a customer lives."""

    def members(self, household_id: HouseholdId) -> list[tuple[Member, Consents]]:
        """Return who lives in a household, by name, and what each allows; the ``MOST_TOLD`` last.

        Nobody lives in an unknown one.
        """

    def baskets(
        self, customer_ids: Sequence[CustomerId], *, since_micros: int, most: int
    ) -> list[Event]:
        """Return the latest purchases of each of these customers since a moment, ``most`` each."""

    def leave(
        self, customer_id: CustomerId, decision: Decision, *, now_micros: int
    ) -> HouseholdId | None:
        """Keep that a customer left their household; return which one it was.

        The same request again gets the same answer.
        """


class Recorded(NamedTuple):
    """What came of keeping probable links."""

    kept_count: int
    removed_count: int
    """Of other runs."""


class LinkageStore(Protocol):
    """Reads what may be compared of customers, and keeps which of them may be one person.

    Every method raises a ``Failure`` of kind ``UNAVAILABLE`` when the database is away.
    """

    def sources(self, *, after: CustomerId, most: int) -> list[LinkageSource]:
        """Return the next customers behind a name, by name, who did not forbid personalisation."""

    def keep(self, run: LinkageRun, links: Sequence[FoundLink], *, is_last: bool) -> Recorded:
        """Keep links of customers who are there; with the last ones those of other runs go."""

    def probable(self, customer_id: CustomerId) -> list[HeldLink] | None:
        """Return all that is held about one customer, ``None`` for an unknown one."""


class PrivacyStore(Protocol):
    """Forgets customers, and keeps who looked at them.

    What a method wrote is durable when it returns. Every method raises a ``Failure`` of kind
    ``UNAVAILABLE`` when the database is away.
    """

    def erase(
        self, customer_id: CustomerId, request_id: str, *, is_rehearsal: bool, now_micros: int
    ) -> Erasure | None:
        """Remove everything about a customer; return the receipt, ``None`` without customer.

        The same request again gets the same erasure; a rehearsal removes nothing.
        """

    def erasure(self, erasure_id: str) -> Erasure | None:
        """Return the receipt of an erasure, ``None`` for an unknown one."""

    def erasures(
        self, *, pending_holder: str, after: tuple[int, str] | None, most: int
    ) -> list[Erasure]:
        """Return the next erasures behind a time and an id, oldest first.

        Of one holder those it has not confirmed; of the empty one all.
        """

    def confirm(
        self,
        erasure_id: str,
        holder: str,
        removals: Sequence[Removal],
        *,
        model_version: str,
        now_micros: int,
    ) -> Erasure | None:
        """Keep that a holder has removed what it held; ``None`` for an unknown erasure."""

    def note_access(self, customer_id: CustomerId, access: Access, access_id: str) -> None:
        """Keep that somebody looked at a customer, if there is one of that name."""

    def accesses(self, customer_id: CustomerId, *, skipped: int, most: int) -> list[Access] | None:
        """Return who looked at a customer, latest first, ``None`` without customer."""

    def held(
        self, customer_id: CustomerId
    ) -> tuple[list[StoredEvent], list[StoredStatement]] | None:
        """Return the events and statements of a customer as stored, ``None`` without customer."""


class SegmentStore(Protocol):
    """Reads customers one after another.

    Every method raises a ``Failure`` of kind ``UNAVAILABLE`` when the database is away.
    """

    def records(self, *, after: CustomerId, most: int) -> list[CustomerRecord]:
        """Return the next customers behind a name, by name, who did not forbid personalisation.

        Of their items only those that lie near are among those of the state.
        """

    def note_accesses(
        self, customer_ids: Sequence[CustomerId], access: Access, access_id: str
    ) -> list[CustomerId]:
        """Keep that somebody looked at those of these who still are customers; return them."""


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


class PersonaStore(Protocol):
    """Keeps personas.

    What a method wrote is durable when it returns. Every method raises a ``Failure`` of kind
    ``UNAVAILABLE`` when the database is away.
    """

    def create(self, persona: Persona, *, now_micros: int) -> StoredPersona:
        """Keep a new persona.

        Raises:
            Failure: of kind ``ALREADY_EXISTS``, when the id is taken.
        """

    def get(self, persona_id: PersonaId) -> StoredPersona:
        """Return a persona.

        Raises:
            Failure: of kind ``NOT_FOUND`` for an unknown one.
        """

    def page(self, *, after: str, count: int) -> list[StoredPersona]:
        """Return at most ``count`` personas behind an id, by id."""

    def replace(self, persona: Persona, *, revision: int, now_micros: int) -> StoredPersona:
        """Keep a persona in the place of the one of this revision.

        Raises:
            Failure: of kind ``NOT_FOUND``; of kind ``STALE``, when it has another revision now.
        """

    def delete(self, persona_id: PersonaId, *, revision: int) -> None:
        """Forget the persona of this revision; raises as ``replace`` does."""

    def replace_learned(
        self, found: Sequence[Persona], learned: Personas, *, now_micros: int
    ) -> list[StoredPersona]:
        """Keep learned personas in the place of all that were learned before; return them by id."""

    def catalogue(self, known: PersonaCatalogue | None = None) -> PersonaCatalogue:
        """Return all personas; ``known`` itself while nothing has changed since."""


class PersonaRules(Protocol):
    """Understands the language of personas' rules."""

    def check(self, source: str) -> None:
        """Return when ``source`` can be used.

        Raises:
            ConditionMistake: with the position of the first mistake.
        """

    def about(self, facts: Facts) -> Holds:
        """Return what says whether a rule holds."""
