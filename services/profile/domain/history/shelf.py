"""Which items of a customer lie near, and which apart.

A customer of many years owns thousands of items, of which a snapshot tells a thousand and an event
changes a few. So the state that is read and written with every event holds those alone; the others
lie apart, one by one, as on a shelf, and come back when an event speaks of them. What lies near
follows from the items and nothing else: a state that was put together bit by bit is cut as one that
is computed at once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from services.profile.domain.history.events import ItemId
from services.profile.domain.history.item_histories import ItemHistory, columnar, joined_items
from services.profile.domain.history.state import CustomerState, Shelf

NEAR_ITEMS = 1_000
"""Items that lie near, and so in a snapshot: beyond the ranker's 300 own items by far."""


def near(state: CustomerState) -> tuple[CustomerState, Mapping[ItemId, ItemHistory]]:
    """Return a state without the items that belong apart, and those.

    Near are the first ``NEAR_ITEMS``: before all others those bought and not wholly returned, of
    these the one bought last, of equals by name.

    Args:
        state: Whose items that lie apart already stay there; none of them comes before another.
    """
    items = columnar(state.items)
    if len(items) <= NEAR_ITEMS:
        return replace(state, items=items), {}
    order = items.held_rows()
    if len(order) < len(items):
        order += sorted(set(range(len(items))).difference(order))
    rows = sorted(order[NEAR_ITEMS:])
    apart = items.at(rows)
    return replace(state, items=items.without(rows), shelf=_moved(state.shelf, apart, 1)), apart


def brought_back(state: CustomerState, items: Mapping[ItemId, ItemHistory]) -> CustomerState:
    """Return a state with items that lay apart from it."""
    shelf = _moved(state.shelf, items, -1)
    return replace(state, items=joined_items(state.items, items), shelf=shelf)


def sought(state: CustomerState, others: Iterable[CustomerState]) -> frozenset[ItemId] | None:
    """Return which items must be brought back before others are put to a state; ``None`` for all.

    What is bought comes nearer, and nothing else does. Where something is returned, anything may
    come near in its place.
    """
    told = [each for other in others for each in other.items.items()]
    if any(history.returned_micros for _, history in told):
        return None
    return frozenset(item_id for item_id, _ in told).difference(state.items)


def _moved(shelf: Shelf, items: Mapping[ItemId, ItemHistory], sign: int) -> Shelf:
    bought = sum(history.basket_count > 0 for history in items.values())
    return Shelf(shelf.item_count + sign * len(items), shelf.bought_count + sign * bought)
