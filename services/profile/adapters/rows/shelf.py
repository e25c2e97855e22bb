"""Items that lie apart from the row of their customer: taken, put there, looked at, cleared.

What an event speaks of is taken off the shelf, what no longer belongs near is put on it; so the
event costs the same, however many items there are.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from sqlalchemy import BindParameter, Connection, bindparam, delete, insert, select

from services.profile.adapters.tables import shelved_items
from services.profile.domain.customer import CustomerRecord
from services.profile.domain.history.events import CustomerId, ItemId
from services.profile.domain.history.item_histories import ItemHistory
from services.profile.domain.history.shelf import brought_back, near, sought

MOST_SOUGHT = 500
"""Items looked for by name; for more the whole shelf is read."""

_ITEM = (shelved_items.c.item_id, *(shelved_items.c[name] for name in ItemHistory._fields))
_NAME: BindParameter[str] = bindparam("name")
_WANTED: BindParameter[list[str]] = bindparam("wanted", expanding=True)
_TAKE_ALL = delete(shelved_items).where(shelved_items.c.customer_id == _NAME).returning(*_ITEM)
_TAKE = _TAKE_ALL.where(shelved_items.c.item_id.in_(_WANTED))


def take(
    connection: Connection, name: CustomerId, records: Sequence[CustomerRecord]
) -> list[CustomerRecord]:
    """Return parts of one customer with those items back that may meet others when they are joined.

    Args:
        connection: where; what is back lies on no shelf any more.
        name: what the customer is called from now on: what another one leaves on a shelf is back.
        records: the parts; those that were kept before are held.
    """
    stocked = [each.customer_id for each in records if each.state.shelf.item_count]
    others = [each.state for each in records if not each.state.shelf.item_count]
    return [
        _with_taken(connection, each, sought(each.state, others) if stocked == [name] else None)
        if each.state.shelf.item_count
        else each
        for each in records
    ]


def put(connection: Connection, records: Iterable[CustomerRecord]) -> list[CustomerRecord]:
    """Return customers as their rows tell of them; what belongs apart is put on their shelves."""
    kept, rows = [], []
    for record in records:
        state, apart = near(record.state)
        kept.append(replace(record, state=state))
        rows += [
            {"customer_id": record.customer_id, "item_id": item_id, **history._asdict()}
            for item_id, history in apart.items()
        ]
    if rows:
        connection.execute(insert(shelved_items), rows)
    return kept


def whole(connection: Connection, records: Sequence[CustomerRecord]) -> list[CustomerRecord]:
    """Return customers with everything that lies on their shelves, to look at."""
    stocked = [each.customer_id for each in records if each.state.shelf.item_count]
    if not stocked:
        return list(records)
    query = select(shelved_items.c.customer_id, *_ITEM).where(
        shelved_items.c.customer_id.in_(stocked)
    )
    apart: dict[str, dict[ItemId, ItemHistory]] = {}
    for name, item_id, *values in connection.execute(query):
        apart.setdefault(name, {})[item_id] = ItemHistory(*values)
    return [
        replace(each, state=brought_back(each.state, apart.get(each.customer_id, {})))
        for each in records
    ]


def clear(connection: Connection, names: Collection[CustomerId]) -> None:
    """Leave nothing on the shelves of these customers."""
    connection.execute(delete(shelved_items).where(shelved_items.c.customer_id.in_(names)))


def _with_taken(
    connection: Connection, record: CustomerRecord, wanted: frozenset[ItemId] | None
) -> CustomerRecord:
    if wanted is not None and not wanted:
        return record
    if wanted is None or len(wanted) > MOST_SOUGHT:
        found = connection.execute(_TAKE_ALL, {"name": record.customer_id})
    else:
        found = connection.execute(_TAKE, {"name": record.customer_id, "wanted": sorted(wanted)})
    items = {item_id: ItemHistory(*values) for item_id, *values in found}
    return replace(record, state=brought_back(record.state, items))
