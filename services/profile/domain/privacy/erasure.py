"""What it takes to forget somebody, and to show who looked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from services.profile.domain.history.events import CustomerId

HERE = "profile"
"""What this service is called as a holder of personal data."""
TRAINING = "training"
"""The holder that says from which model version on a customer is out."""


class Removal(NamedTuple):
    """What was removed in one place."""

    holder: str
    place: str
    removed_count: int
    """Rows, lines or files."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """The erasure of one customer: a receipt that, once it is done, names nobody."""

    erasure_id: str
    created_micros: int
    done_micros: int = 0
    """0 until every holder has confirmed."""
    removals: tuple[Removal, ...] = ()
    pending_holders: tuple[str, ...] = ()
    """Who has not confirmed yet, sorted."""
    model_version: str = ""
    """The first that learned nothing from the customer; empty until there is one."""
    customer_ids: tuple[CustomerId, ...] = ()
    """Every name the customer bore, as long as somebody has not confirmed."""


class Waiting(NamedTuple):
    """What one holder has not confirmed."""

    erasure_count: int
    oldest_micros: int
    """When the oldest of them was asked for."""


class Access(NamedTuple):
    """One time that somebody looked at a customer."""

    method: str
    caller: str
    accessed_micros: int


def begun(
    erasure_id: str,
    names: Sequence[CustomerId],
    counts: Mapping[str, int],
    *,
    holders: Sequence[str],
    now_micros: int,
) -> Erasure:
    """Return the erasure of a customer of whom nothing is left here.

    Args:
        erasure_id: its name.
        names: every name the customer bore.
        counts: by table, how many rows were removed.
        holders: who else may hold something.
        now_micros: the moment.
    """
    removals = tuple(Removal(HERE, place, count) for place, count in sorted(counts.items()))
    erasure = Erasure(
        erasure_id,
        now_micros,
        removals=removals,
        pending_holders=tuple(sorted(set(holders))),
        customer_ids=tuple(sorted(names)),
    )
    return _finished(erasure, now_micros)


def confirmed(
    erasure: Erasure,
    holder: str,
    removals: Sequence[Removal],
    *,
    model_version: str,
    now_micros: int,
) -> Erasure:
    """Return an erasure after a holder has confirmed; a holder that had changes nothing."""
    if holder not in erasure.pending_holders:
        return erasure
    return _finished(
        replace(
            erasure,
            removals=(*erasure.removals, *removals),
            pending_holders=tuple(each for each in erasure.pending_holders if each != holder),
            model_version=model_version or erasure.model_version,
        ),
        now_micros,
    )


def _finished(erasure: Erasure, now_micros: int) -> Erasure:
    if erasure.pending_holders:
        return erasure
    return replace(erasure, done_micros=now_micros, customer_ids=())
