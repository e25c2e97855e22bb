"""The offers in use, kept at hand: the hot path never reads SQL.

The process that writes takes its change in at once; the others look for changes on a thread, well
within a second. While the database is away they go on with what they have.
"""

from collections.abc import Sequence

from services.recommendation.adapters.change_poll import ChangePoll
from services.recommendation.domain.offer import Offer, OfferState, StoredOffer
from services.recommendation.ports.offers import OfferStore


class CachedOfferBook:
    """The port ``OfferBook`` over an ``OfferStore``."""

    def __init__(self, store: OfferStore) -> None:
        """Know nothing yet; ``refresh`` reads."""
        self._poll = ChangePoll("offers", store.changed_since, self._take)
        self._by_id: dict[str, Offer] = {}
        self._active: tuple[Offer, ...] = ()

    @property
    def loaded(self) -> bool:
        """Whether the offers have been read once: a readiness check."""
        return self._poll.loaded

    def active(self) -> Sequence[Offer]:
        """See ``ports.offers.OfferBook.active``."""
        return self._active

    def refresh(self) -> None:
        """See ``ports.offers.OfferBook.refresh``."""
        self._poll.refresh()

    def _take(self, changed: Sequence[StoredOffer]) -> None:
        for stored in changed:
            if stored.offer.state is OfferState.ACTIVE:
                self._by_id[stored.offer.offer_id] = stored.offer
            else:
                self._by_id.pop(stored.offer.offer_id, None)
        self._active = tuple(self._by_id[offer_id] for offer_id in sorted(self._by_id))
