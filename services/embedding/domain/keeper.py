"""Holds the assortments in force; a write or a new model replaces them whole."""

import threading
from collections.abc import Iterable

from services.embedding.domain.assortment import Assortment
from services.embedding.domain.item import Item
from services.embedding.domain.model import Model


class Keeper:
    """The one place where an assortment changes: the champion's, and the challenger's beside it.

    Readers take one of them once per request and never wait. Items may be told of twice and in
    any order, by the write that made them and by the poll that finds it: the latest state wins.
    """

    def __init__(self) -> None:
        """Begin with an empty catalogue and no model."""
        self.assortment = Assortment.of(None)
        """What the champion answers from."""
        self._challenger: Assortment | None = None
        self._items: dict[str, Item] = {}
        self._lock = threading.Lock()

    @property
    def item_count(self) -> int:
        """How many items the catalogue holds."""
        return len(self._items)

    def item(self, item_id: str) -> Item | None:
        """Return the latest known state of an item; ``None`` for an unknown one."""
        return self._items.get(item_id)

    def assortment_of(self, model_version: str) -> Assortment:
        """Return what the model of that version answers from; the champion's for any other."""
        challenger = self._challenger
        if challenger is None or challenger.model_version != model_version:
            return self.assortment
        return challenger

    def use_items(self, items: Iterable[Item]) -> None:
        """Take in items as they were stored; states older than the known ones are passed over."""
        with self._lock:
            newer = [item for item in items if self._is_newer(item)]
            if newer:
                assortment = self.assortment.with_items(newer)
                self._items.update((item.item_id, item) for item in newer)
                self.assortment = assortment
                if self._challenger is not None:
                    self._challenger = self._challenger.with_items(newer)

    def use_model(self, model: Model) -> None:
        """Answer from another model from now on."""
        with self._lock:
            self.assortment = self._stocked(model)

    def use_challenger(self, model: Model) -> None:
        """Let those who ask for this model's version be answered from it; nobody else is."""
        with self._lock:
            self._challenger = self._stocked(model)

    def _stocked(self, model: Model) -> Assortment:
        return Assortment.of(model).with_items(list(self._items.values()))

    def _is_newer(self, item: Item) -> bool:
        known = self._items.get(item.item_id)
        return known is None or item.change > known.change
