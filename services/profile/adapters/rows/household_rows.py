"""Who lives in which household, as rows: what was told of each trace."""

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, bindparam, case, select, update

from services.profile.adapters.tables import household_members, traces
from services.profile.domain.history.events import CustomerId, TraceId
from services.profile.domain.people.decisions import Decision
from services.profile.domain.people.households import HeldMembership, HouseholdId, Membership
from services.storage.statements import insert_if_absent

Lives = tuple[TraceId, HouseholdId]


def add_memberships(connection: Connection, told: Mapping[Lives, int]) -> None:
    """Keep when an event told that a trace lives in a household, as far as it is the latest.

    Args:
        connection: where; the caller commits, and holds the customers of the traces.
        told: the moment in microseconds, by trace and household.
    """
    rows = [
        {"trace_id": name, "household_id": home, "told_micros": micros, "left_micros": 0}
        for (name, home), micros in sorted(told.items())
    ]
    if not rows:
        return
    added = connection.execute(insert_if_absent(connection, household_members), rows).rowcount
    if added < len(rows):
        later = update(household_members).where(
            household_members.c.trace_id == bindparam("of_trace"),
            household_members.c.household_id == bindparam("of_household"),
            household_members.c.told_micros < bindparam("moment"),
        )
        moments = [
            {"of_trace": name, "of_household": home, "moment": micros}
            for (name, home), micros in sorted(told.items())
        ]
        connection.execute(later.values(told_micros=bindparam("moment")), moments)


def memberships(
    connection: Connection, customer_ids: Collection[CustomerId]
) -> dict[CustomerId, list[Membership]]:
    """Return what was told of each of these customers, under traces that are somebody's own."""
    query = (
        select(
            traces.c.customer_id,
            household_members.c.household_id,
            household_members.c.told_micros,
            household_members.c.left_micros,
        )
        .join_from(traces, household_members, household_members.c.trace_id == traces.c.trace_id)
        .where(
            traces.c.customer_id.in_(sorted(customer_ids)),
            traces.c.is_shared.is_(False),
            traces.c.is_blocked.is_(False),
        )
    )
    found: dict[CustomerId, list[Membership]] = {}
    for customer_id, household_id, told_micros, left_micros in connection.execute(query):
        told = Membership(HouseholdId(household_id), told_micros, left_micros)
        found.setdefault(CustomerId(customer_id), []).append(told)
    return found


def held_memberships(connection: Connection, customer_id: CustomerId) -> list[HeldMembership]:
    """Return what is kept of a customer and their households, former ones too, oldest first."""
    lived = household_members.c
    query = (
        select(
            lived.household_id, lived.told_micros, lived.left_micros, lived.left_by, lived.left_why
        )
        .join_from(traces, household_members, lived.trace_id == traces.c.trace_id)
        .where(traces.c.customer_id == customer_id)
        .order_by(lived.told_micros, lived.household_id, lived.trace_id)
    )
    return [
        HeldMembership(Membership(HouseholdId(home), told, left), left_by, left_why)
        for home, told, left, left_by, left_why in connection.execute(query)
    ]


def mark_left(
    connection: Connection,
    customer_id: CustomerId,
    home: HouseholdId,
    decision: Decision,
    *,
    now_micros: int,
) -> None:
    """Keep that people said that a customer left a household, who did, and why.

    An event may lie ahead of the clock; what it told is left all the same.
    """
    told = household_members.c.told_micros
    own = select(traces.c.trace_id).where(traces.c.customer_id == customer_id)
    connection.execute(
        update(household_members)
        .where(household_members.c.household_id == home, household_members.c.trace_id.in_(own))
        .values(
            left_micros=case((told > now_micros, told), else_=now_micros),
            left_by=decision.actor,
            left_why=decision.reason,
        )
    )
