"""Brings what other replicas wrote into this process, within a poll's time."""

import structlog

from services.embedding.adapters import metrics
from services.embedding.domain.keeper import Keeper
from services.embedding.ports import ItemStore
from services.serving.failures import Failure

_log = structlog.get_logger()


class CataloguePoll:
    """Reads changed items from the store, whenever ``poll`` is called."""

    def __init__(self, store: ItemStore, keeper: Keeper) -> None:
        """Poll nothing yet."""
        self._store = store
        self._keeper = keeper
        self._seen = 0
        self._loaded = False
        self._failing = False

    def is_loaded(self) -> bool:
        """Return whether the whole catalogue was read once."""
        return self._loaded

    def poll(self) -> None:
        """Take in what changed; a failure is counted and the next poll tries again."""
        try:
            changed = self._store.changed_since(self._seen)
        except Failure as failure:
            metrics.POLL_FAILURES.inc()
            if not self._failing:
                _log.warning("catalogue cannot be read", reason=failure.reason)
            self._failing = True
            return
        self._failing = False
        if changed:
            self._keeper.use_items(changed)
            self._seen = changed[-1].change
        metrics.CATALOGUE_ITEMS.set(self._keeper.item_count)
        self._loaded = True
