"""Who lives together, in SQLite or PostgreSQL."""

from collections.abc import Sequence

from sqlalchemy import Connection, Engine, bindparam, func, select

from services.profile.adapters.rows.customer_rows import current_name, name_held
from services.profile.adapters.rows.household_rows import mark_left, memberships
from services.profile.adapters.rows.packing import unpack_consents
from services.profile.adapters.rows.told_rows import event_of
from services.profile.adapters.tables import customers, events, household_members, traces
from services.profile.adapters.writing.replays import once
from services.profile.domain.history.events import CustomerId, Event, EventType
from services.profile.domain.people.decisions import Decision
from services.profile.domain.people.households import (
    MOST_TOLD,
    HouseholdId,
    Member,
    Membership,
    home_of,
)
from services.profile.domain.privacy.consent import Consents
from services.storage.single_row import RowReader
from services.storage.transactions import reading, transaction


class SqlHouseholdStore:
    """A ``HouseholdStore`` in a migrated database."""

    def __init__(self, engine: Engine) -> None:
        """Use ``engine``; nothing is read yet."""
        self._engine = engine
        own = traces.alias("own")
        self._was_told = RowReader(
            engine,
            select(household_members.c.household_id)
            .join_from(traces, own, own.c.customer_id == traces.c.customer_id)
            .join(household_members, household_members.c.trace_id == own.c.trace_id)
            .where(traces.c.trace_id == bindparam("name"))
            .limit(1),
        )

    def home(self, customer_id: CustomerId) -> Membership | None:
        """Return where a customer lives, ``None`` for an unknown one or no household.

        Many live in none that was told of: to find that out costs one indexed read.
        """
        if self._was_told.fetch({"name": customer_id}) is None:
            return None
        with reading(self._engine) as connection:
            return _home(connection, customer_id)

    def members(self, household_id: HouseholdId) -> list[tuple[Member, Consents]]:
        """Return who lives in a household, by name, and what each allows."""
        told_last = (
            select(traces.c.customer_id)
            .join_from(household_members, traces, traces.c.trace_id == household_members.c.trace_id)
            .where(household_members.c.household_id == household_id)
            .group_by(traces.c.customer_id)
            .order_by(func.max(household_members.c.told_micros).desc(), traces.c.customer_id)
            .limit(MOST_TOLD)
        )
        with reading(self._engine) as connection:
            told = memberships(connection, connection.execute(told_last).scalars().all())
            homes = {name: home_of(each) for name, each in told.items()}
            living = {
                name: home.told_micros
                for name, home in homes.items()
                if home is not None and home.household_id == household_id
            }
            query = (
                select(customers.c.customer_id, customers.c.consents)
                .where(customers.c.customer_id.in_(living))
                .order_by(customers.c.customer_id)
            )
            return [
                (Member(CustomerId(name), living[name]), unpack_consents(consents))
                for name, consents in connection.execute(query)
            ]

    def baskets(
        self, customer_ids: Sequence[CustomerId], *, since_micros: int, most: int
    ) -> list[Event]:
        """Return the latest purchases of each of these customers since a moment, ``most`` each."""
        found: list[Event] = []
        with reading(self._engine) as connection:
            for name in customer_ids:
                query = (
                    select(events)
                    .where(
                        events.c.customer_id == name,
                        events.c.occurred_micros >= since_micros,
                        events.c.type == int(EventType.PURCHASE),
                    )
                    .order_by(events.c.occurred_micros.desc())
                    .limit(most)
                )
                found += map(event_of, connection.execute(query))
        return found

    def leave(
        self, customer_id: CustomerId, decision: Decision, *, now_micros: int
    ) -> HouseholdId | None:
        """Keep that a customer left their household; return which one it was."""

        def decide(connection: Connection) -> str:
            name, home = name_held(connection, customer_id), _home(connection, customer_id)
            if name is None or home is None:
                raise _NoHome
            mark_left(connection, name, home.household_id, decision, now_micros=now_micros)
            return f"{home.household_id} {name}"  # an erasure finds it by the name

        def work(connection: Connection) -> str:
            return once(
                connection,
                decision.request_id,
                ("leave household", customer_id, decision.reason),
                lambda: decide(connection),
                now_micros=now_micros,
            )

        try:
            return HouseholdId(transaction(self._engine, work).split()[0])
        except _NoHome:
            return None


class _NoHome(Exception):
    """Who would leave is unknown or lives in no household; nothing is kept of it."""


def _home(connection: Connection, customer_id: CustomerId) -> Membership | None:
    name = current_name(connection, customer_id)
    if name is None:
        return None
    return home_of(memberships(connection, [name]).get(name, ()))
