"""What forgets customers, and keeps who looked at them."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from services.profile.domain.customer import (
    StoredEvent,
    StoredStatement,
)
from services.profile.domain.history.events import (
    CustomerId,
)
from services.profile.domain.people.households import HeldMembership
from services.profile.domain.privacy.erasure import Access, Erasure, Removal


class Held(NamedTuple):
    """What was told of a customer, as it is stored; each list oldest first."""

    events: list[StoredEvent]
    statements: list[StoredStatement]
    households: list[HeldMembership]
    """Former and left ones too; a household that several traces were told with once for each."""


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

    def note_accesses(
        self, customer_ids: Sequence[CustomerId], access: Access, access_id: str
    ) -> list[CustomerId]:
        """Keep that somebody looked at those of these who still are customers; return them.

        They are told by name; one who became part of another meanwhile is none any more.
        """

    def accesses(self, customer_id: CustomerId, *, skipped: int, most: int) -> list[Access] | None:
        """Return who looked at a customer, latest first, ``None`` without customer."""

    def held(self, customer_id: CustomerId) -> Held | None:
        """Return what was told of a customer as stored, ``None`` without customer."""
