"""What the plainest store leaves to the others: it keeps no receipts and exports nothing."""

from collections.abc import Sequence

from services.profile.domain.history.events import CustomerId
from services.profile.domain.people.decisions import Suggestion
from services.profile.domain.privacy.erasure import Access, Erasure, Removal
from services.profile.ports.identities import LoggedChange
from services.profile.ports.privacy import Held


class WithoutReceipts:
    """The methods of the ports that the plain store is never asked for."""

    def suggestions(self, customer_id: CustomerId) -> list[Suggestion] | None:
        raise AssertionError("the plain store suggests nothing")

    def erasure(self, erasure_id: str) -> Erasure | None:
        raise AssertionError("the plain store keeps no receipts")

    def erasures(
        self, *, pending_holder: str, after: tuple[int, str] | None, most: int
    ) -> list[Erasure]:
        raise AssertionError("the plain store keeps no receipts")

    def confirm(
        self,
        erasure_id: str,
        holder: str,
        removals: Sequence[Removal],
        *,
        model_version: str,
        now_micros: int,
    ) -> Erasure | None:
        raise AssertionError("the plain store keeps no receipts")

    def note_accesses(
        self, customer_ids: Sequence[CustomerId], access: Access, access_id: str
    ) -> list[CustomerId]:
        raise AssertionError("the plain store shows one customer at a time")

    def held(self, customer_id: CustomerId) -> Held | None:
        raise AssertionError("the plain store exports nothing")

    def changes(
        self, customer_id: CustomerId, *, skipped: int, most: int
    ) -> list[LoggedChange] | None:
        raise AssertionError("the plain store keeps no log to show")
