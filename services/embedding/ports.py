"""What the domain needs of the world: the durable catalogue."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.embedding.domain.item import Item, ItemDraft


@dataclass(frozen=True, slots=True)
class ItemListing:
    """Which items to list, by id.

    Attributes:
        size: how many at most.
        after_id: only ids behind this one; empty for the first ones.
        category: only items of this category; empty for all.
        brand: only items of this brand; empty for all.
    """

    size: int
    after_id: str = ""
    category: str = ""
    brand: str = ""


class ItemStore(Protocol):
    """The catalogue, durable. Every method raises ``Failure`` of kind ``UNAVAILABLE`` when away."""

    def upsert(self, drafts: Sequence[ItemDraft], now: datetime) -> list[Item]:
        """Write items of distinct ids, all or none; durable on return.

        Returns:
            The items as stored, in the order of the drafts; what was equal before is unchanged.

        Raises:
            Failure: of kind ``STALE``, when an etag is not the stored one.
        """
        ...

    def check(self, drafts: Sequence[ItemDraft], now: datetime) -> list[Item]:
        """Return what ``upsert`` would store, and write nothing.

        What it would change has the change number 0.

        Raises:
            Failure: as ``upsert``.
        """
        ...

    def items(self, item_ids: Sequence[str]) -> dict[str, Item]:
        """Return those of the items that exist, by id."""
        ...

    def listed(self, listing: ItemListing) -> list[Item]:
        """Return items by id in code point order."""
        ...

    def changed_since(self, change: int) -> list[Item]:
        """Return all items with a higher change number, by change number and id.

        Writes become visible in the order of their numbers, so that a reader who goes on from the
        highest number it saw misses none.
        """
        ...
