"""What knows who is one person, who may be, and who lives together."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from services.profile.domain.history.events import (
    CustomerId,
    Event,
    Handle,
)
from services.profile.domain.linkage.linkage_record import LinkageSource
from services.profile.domain.linkage.probable_links import FoundLink, HeldLink, LinkageRun
from services.profile.domain.people.decisions import Decision, Suggestion
from services.profile.domain.people.households import HouseholdId, Member, Membership
from services.profile.domain.people.regrouping import Cause, Change
from services.profile.domain.privacy.consent import Consents


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
