"""An item of the catalogue, and what a write makes of it."""

import dataclasses
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from ml.model.attributes import ItemAttributes
from services.serving.failures import Failure, Kind

_FINGERPRINT_BYTES = 8


@dataclass(frozen=True, slots=True)
class ItemDraft:
    """An item as a caller wants it.

    Attributes:
        item_id: the part behind ``items/``.
        attributes: name, category, brand and price.
        stock_quantity: units in stock; ``None`` when stock is not kept.
        etag: of the item it is meant to replace; empty for any.
    """

    item_id: str
    attributes: ItemAttributes
    stock_quantity: float | None = None
    etag: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """An item as it is stored.

    Attributes:
        item_id: the part behind ``items/``.
        attributes: name, category, brand and price.
        stock_quantity: units in stock; ``None`` when stock is not kept.
        created: when it was first written, UTC.
        updated: when its content last changed, UTC.
        change: number of the write that last changed it; later writes have higher numbers.
    """

    item_id: str
    attributes: ItemAttributes
    stock_quantity: float | None
    created: datetime
    updated: datetime
    change: int

    @property
    def etag(self) -> str:
        """Fingerprint of this state of the item."""
        state = f"{self.change}:{self.item_id}".encode()
        return hashlib.blake2b(state, digest_size=_FINGERPRINT_BYTES).hexdigest()

    @property
    def in_stock(self) -> bool:
        """Whether it may be offered: unknown stock counts as some."""
        return self.stock_quantity is None or self.stock_quantity > 0


def written(
    drafts: Iterable[ItemDraft], stored: Mapping[str, Item], *, change: int, now: datetime
) -> list[Item]:
    """Return the items as they are after a write; one that is as it was keeps its change number.

    Args:
        drafts: what is to be written, distinct ids.
        stored: those of the items that exist, by id.
        change: number of this write, higher than any stored one.
        now: the time of this write.

    Raises:
        Failure: of kind ``STALE``, when a draft names an etag that is not the stored one.
    """
    return [_written(draft, stored.get(draft.item_id), change, now) for draft in drafts]


def _written(draft: ItemDraft, stored: Item | None, change: int, now: datetime) -> Item:
    if draft.etag and (stored is None or draft.etag != stored.etag):
        name = f"items/{draft.item_id}"
        raise Failure(
            Kind.STALE,
            "STALE_ETAG",
            f"{name} is not in the state that the etag stands for: read it again",
            metadata={"name": name},
        )
    if stored is None:
        return Item(draft.item_id, draft.attributes, draft.stock_quantity, now, now, change)
    if (stored.attributes, stored.stock_quantity) == (draft.attributes, draft.stock_quantity):
        return stored
    return dataclasses.replace(
        stored,
        attributes=draft.attributes,
        stock_quantity=draft.stock_quantity,
        updated=now,
        change=change,
    )
