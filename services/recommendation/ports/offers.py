"""Where offers are kept, and where they are at hand."""

from collections.abc import Sequence
from typing import Protocol

from services.recommendation.domain.offer import Offer, OfferId, StoredOffer


class OfferStore(Protocol):
    """Keeps offers."""

    def create(self, offer: Offer) -> StoredOffer:
        """Keep a new offer.

        Raises:
            Failure: of kind ``ALREADY_EXISTS``.
        """
        ...

    def get(self, offer_id: OfferId) -> StoredOffer:
        """Return an offer.

        Raises:
            Failure: of kind ``NOT_FOUND``.
        """
        ...

    def replace(self, offer: Offer, *, revision: int) -> StoredOffer:
        """Keep ``offer`` in the place of the one with that revision.

        Raises:
            Failure: of kind ``NOT_FOUND``; of kind ``STALE``, when another revision is there.
        """
        ...

    def page(self, *, after: str, count: int, archived: bool) -> list[StoredOffer]:
        """Return up to ``count`` offers by id behind ``after``; archived ones only if wanted."""
        ...

    def changed_since(self, revision: int) -> list[StoredOffer]:
        """Return the offers that changed after ``revision``, by revision."""
        ...


class OfferBook(Protocol):
    """The offers in use, at hand without reading the store."""

    def active(self) -> Sequence[Offer]:
        """Return all offers in use, by id; another object after each change, and only then."""
        ...

    def refresh(self) -> None:
        """Take in what changed; while the store is away, what was known stays."""
        ...
