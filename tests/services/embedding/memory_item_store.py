"""The plainest catalogue store: a dictionary. It is not durable, and says so by its place."""

from collections.abc import Sequence
from datetime import datetime

from services.embedding.domain.item import Item, ItemDraft, written
from services.embedding.ports import ItemListing


class MemoryItemStore:
    """Implements ``ItemStore``."""

    def __init__(self) -> None:
        self._items: dict[str, Item] = {}
        self._change = 0

    def upsert(self, drafts: Sequence[ItemDraft], now: datetime) -> list[Item]:
        items = written(drafts, self._items, change=self._change + 1, now=now)
        self._change += 1
        self._items |= {item.item_id: item for item in items}
        return items

    def check(self, drafts: Sequence[ItemDraft], now: datetime) -> list[Item]:
        return written(drafts, self._items, change=0, now=now)

    def items(self, item_ids: Sequence[str]) -> dict[str, Item]:
        return {each: self._items[each] for each in item_ids if each in self._items}

    def listed(self, listing: ItemListing) -> list[Item]:
        found = [
            item
            for item_id, item in sorted(self._items.items())
            if item_id > listing.after_id
            and listing.category in ("", item.attributes.category)
            and listing.brand in ("", item.attributes.brand)
        ]
        return found[: listing.size]

    def changed_since(self, change: int) -> list[Item]:
        found = [item for item in self._items.values() if item.change > change]
        return sorted(found, key=lambda item: (item.change, item.item_id))
