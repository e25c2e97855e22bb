"""What is past its time is removed, customer by customer, and each is computed anew."""

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial

from sqlalchemy import ColumnElement, Connection, Engine, and_, delete, or_, select

from services.profile.adapters.rows.customer_rows import forget, locked, save
from services.profile.adapters.rows.told_rows import refolded
from services.profile.adapters.tables import accesses, customers, events
from services.profile.domain.history.events import CustomerId, EventType
from services.profile.domain.privacy.retention import ACCESSES, Retention
from services.storage.outages import Conflict
from services.storage.transactions import reading, transaction

CUSTOMERS_A_PAGE = 500
"""Customers looked at between two commits' worth of work: nobody waits long for their locks."""


def retain(engine: Engine, retention: Retention, *, now_micros: int) -> Counter[str]:
    """Remove what is past its time; return how many rows, by type of event and for looks.

    What is left of a customer is computed anew, so nothing that was removed is remembered in sums.
    The ids of removed events stay in the ledger: told again, they count for nothing.
    """
    cutoffs = retention.cutoffs(now_micros)
    removed: Counter[str] = Counter()
    for names in _pages(engine):
        for name in _past_their_time(engine, names, cutoffs):
            removed += transaction(engine, partial(_pare, name=name, cutoffs=cutoffs))
    old = accesses.c.accessed_micros < retention.access_cutoff(now_micros)
    removed[ACCESSES] = transaction(
        engine, lambda connection: connection.execute(delete(accesses).where(old)).rowcount
    )
    return +removed


def _pages(engine: Engine) -> Iterator[tuple[CustomerId, CustomerId]]:
    """Yield the first and the last name of page after page of customers."""
    last = ""
    while True:
        query = (
            select(customers.c.customer_id)
            .where(customers.c.customer_id > last)
            .order_by(customers.c.customer_id)
            .limit(CUSTOMERS_A_PAGE)
        )
        with reading(engine) as connection:
            names = connection.execute(query).scalars().all()
        if not names:
            return
        yield CustomerId(names[0]), CustomerId(names[-1])
        last = names[-1]


def _past_their_time(
    engine: Engine, names: tuple[CustomerId, CustomerId], cutoffs: Mapping[EventType, int]
) -> list[CustomerId]:
    query = (
        select(events.c.customer_id)
        .where(events.c.customer_id.between(*names), _old(cutoffs))
        .distinct()
        .order_by(events.c.customer_id)
    )
    with reading(engine) as connection:
        return [CustomerId(name) for name in connection.execute(query).scalars()]


def _pare(
    connection: Connection, name: CustomerId, cutoffs: Mapping[EventType, int]
) -> Counter[str]:
    if name not in locked(connection, [name]):
        raise Conflict
    old = and_(events.c.customer_id == name, _old(cutoffs))
    kinds = connection.execute(select(events.c.type).where(old)).scalars()
    removed = Counter(EventType(kind).name for kind in kinds)
    connection.execute(delete(events).where(old))
    record = refolded(connection, name)
    if record is None:
        forget(connection, [name])
    else:
        save(connection, [record], {name})
    return removed


def _old(cutoffs: Mapping[EventType, int]) -> ColumnElement[bool]:
    by_moment: dict[int, list[int]] = {}
    for kind, moment in cutoffs.items():
        by_moment.setdefault(moment, []).append(int(kind))
    return or_(
        *(
            and_(events.c.type.in_(kinds), events.c.occurred_micros < moment)
            for moment, kinds in by_moment.items()
        )
    )
