"""The offers in use, kept at hand: the hot path never reads SQL.

The process that writes takes its change in at once; the others look for changes on a thread, well
within a second. While the database is away they go on with what they have.
"""

import threading
from collections.abc import Sequence

import structlog
from sqlalchemy.exc import SQLAlchemyError

from services.recommendation.domain.offer import Offer, OfferState
from services.recommendation.ports import OfferStore
from services.serving.failures import Failure

_log = structlog.get_logger()


class CachedOfferBook:
    """The port ``OfferBook`` over an ``OfferStore``."""

    def __init__(self, store: OfferStore) -> None:
        """Know nothing yet; ``refresh`` reads."""
        self._store = store
        self._lock = threading.Lock()
        self._revision = 0
        self._by_id: dict[str, Offer] = {}
        self._active: tuple[Offer, ...] = ()
        self._loaded = False
        self._away = False

    @property
    def loaded(self) -> bool:
        """Whether the offers have been read once: a readiness check."""
        return self._loaded

    def active(self) -> Sequence[Offer]:
        """See ``ports.OfferBook.active``."""
        return self._active

    def refresh(self) -> None:
        """See ``ports.OfferBook.refresh``."""
        with self._lock:
            try:
                changed = self._store.changed_since(self._revision)
            except Failure as failure:
                self._cannot_read(failure.reason)
                return
            except SQLAlchemyError as error:  # a defect, which must not end the looking either
                self._cannot_read(type(error).__name__)
                return
            self._away = False
            for stored in changed:
                if stored.offer.state is OfferState.ACTIVE:
                    self._by_id[stored.offer.offer_id] = stored.offer
                else:
                    self._by_id.pop(stored.offer.offer_id, None)
                self._revision = stored.revision
            if changed:
                self._active = tuple(self._by_id[offer_id] for offer_id in sorted(self._by_id))
            self._loaded = True

    def _cannot_read(self, reason: str) -> None:
        """Say so once; what is known stays."""
        if not self._away:
            _log.warning("offers cannot be read", reason=reason)
        self._away = True
