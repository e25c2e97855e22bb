"""The items of a customer: one history each, and all of them as columns.

A customer of many years owns thousands of items, and every event changes a few of them. So what is
stored is read, changed and written as columns, one list a field, which costs a fiftieth of as many
objects; the columns are kept in the order in which snapshots tell items, so that nothing is sorted
again either.
"""

from bisect import bisect_left
from collections.abc import ItemsView, Iterator, Mapping, Sequence, ValuesView
from typing import NamedTuple

from services.profile.domain.history.events import ItemId
from services.profile.domain.history.sums import earliest, joined, total

FEW = 16
"""Where at most one in so many items changes, it is changed in its place; else all is made anew."""


class ItemHistory(NamedTuple):
    """One item over all baskets. Times are seconds since 1970; 0 when it was never bought."""

    basket_count: int
    bought_micros: int
    returned_micros: int
    first_seconds: int
    last_seconds: int


class ItemColumns(Mapping[ItemId, ItemHistory]):
    """Histories by item, as columns: the item bought last comes first, equals by name."""

    __slots__ = ("_histories", "columns", "item_ids")

    def __init__(self, item_ids: Sequence[ItemId], *columns: Sequence[int]) -> None:
        """Take columns of equal length, in order; one for each field of ``ItemHistory``."""
        self.item_ids = item_ids
        self.columns = columns
        self._histories: dict[ItemId, ItemHistory] | None = None

    @property
    def basket_counts(self) -> Sequence[int]:
        """In how many baskets each was."""
        return self.columns[0]

    def held_rows(self) -> list[int]:
        """Return the rows of items that were bought and not wholly returned."""
        counts, bought, returned, *_ = self.columns
        return [
            row
            for row, (count, came, went) in enumerate(zip(counts, bought, returned, strict=True))
            if count and came > went
        ]

    def at(self, rows: Sequence[int]) -> "ItemColumns":
        """Return the items of some rows, which ascend."""
        item_ids = [self.item_ids[row] for row in rows]
        return ItemColumns(item_ids, *([column[row] for row in rows] for column in self.columns))

    def without(self, rows: Sequence[int]) -> "ItemColumns":
        """Return the items of all rows but some, which ascend."""
        item_ids, columns = list(self.item_ids), tuple(map(list, self.columns))
        for row in reversed(rows):
            del item_ids[row]
            for column in columns:
                del column[row]
        return ItemColumns(item_ids, *columns)

    def with_more(self, more: Mapping[ItemId, ItemHistory]) -> "ItemColumns":
        """Return the items of both; a history of an item in both is put together."""
        if len(more) * FEW > len(self):
            return columnar(joined(self._opened(), more, merge_items))
        item_ids, columns = list(self.item_ids), tuple(map(list, self.columns))
        lasts = columns[-1]
        for item_id, history in more.items():
            together = history
            if item_id in item_ids:
                row = item_ids.index(item_id)
                del item_ids[row]
                together = merge_items(ItemHistory(*(each.pop(row) for each in columns)), history)
            place = bisect_left(
                range(len(item_ids)),
                (-together.last_seconds, item_id),
                key=lambda at: (-lasts[at], item_ids[at]),
            )
            item_ids.insert(place, item_id)
            for column, value in zip(columns, together, strict=True):
                column.insert(place, value)
        return ItemColumns(item_ids, *columns)

    def items(self) -> ItemsView[ItemId, ItemHistory]:
        """Return ids and histories."""
        return self._opened().items()

    def values(self) -> ValuesView[ItemHistory]:
        """Return the histories."""
        return self._opened().values()

    def __getitem__(self, item_id: ItemId) -> ItemHistory:
        """Return the history of an item."""
        return self._opened()[item_id]

    def __iter__(self) -> Iterator[ItemId]:
        """Yield the ids, in order."""
        return iter(self.item_ids)

    def __len__(self) -> int:
        """Return how many items there are."""
        return len(self.item_ids)

    def _opened(self) -> dict[ItemId, ItemHistory]:
        if self._histories is None:
            rows = map(ItemHistory, *self.columns)
            self._histories = dict(zip(self.item_ids, rows, strict=True))
        return self._histories


def columnar(items: Mapping[ItemId, ItemHistory]) -> ItemColumns:
    """Return the items as columns; those that are columns already as they are."""
    if isinstance(items, ItemColumns):
        return items
    ordered = sorted(items.items(), key=lambda item: (-item[1].last_seconds, item[0]))
    if not ordered:
        return ItemColumns((), *((),) * len(ItemHistory._fields))
    return ItemColumns(
        [item_id for item_id, _ in ordered], *zip(*(each for _, each in ordered), strict=True)
    )


def joined_items(
    one: Mapping[ItemId, ItemHistory], other: Mapping[ItemId, ItemHistory]
) -> Mapping[ItemId, ItemHistory]:
    """Return the items of both; those of a store stay columns, a few of an event stay a mapping."""
    if isinstance(one, ItemColumns) and len(one) >= len(other):
        return one.with_more(other) if other else one
    if isinstance(other, ItemColumns):
        return other.with_more(one) if one else other
    return joined(one, other, merge_items)


def merge_items(one: ItemHistory, other: ItemHistory) -> ItemHistory:
    """Return the history of an item whose baskets are those of both."""
    return ItemHistory(
        one.basket_count + other.basket_count,
        total(one.bought_micros, other.bought_micros),
        total(one.returned_micros, other.returned_micros),
        earliest(one.first_seconds, other.first_seconds),
        max(one.last_seconds, other.last_seconds),
    )
