"""The town: every number the simulation starts from, and what its customers live in."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ml.simulation.catalogue import Catalogue, build_catalogue
from ml.simulation.lives import Change, Stage, read_lives
from ml.simulation.streams import Purpose, stream

MOST_CUSTOMERS = 1_000_000

_PROMOTED_SHARE = 0.4
"""Share of categories that have an item on offer in a given week."""
_THURSDAY = 3
"""The day of the week on which 1970 began."""
_DISCOUNTS = (0.10, 0.15, 0.20, 0.25, 0.30)


class TownError(ValueError):
    """A town cannot be like that; the message names the field and its bounds."""


@dataclass(frozen=True, slots=True)
class TownConfig:
    """A town; equal configurations give equal towns, byte for byte.

    A customer's life depends on every field but ``customers``: a larger town holds the smaller one,
    but that the last of it may live with somebody there.

    Raises:
        TownError: when a field is out of its bounds.
    """

    end: date
    """The last day of the history, whole, in UTC; 1972 to 2200."""
    customers: int = 2_000
    """How many customers, 10 to 1,000,000; the first are the named characters."""
    days: int = 365
    """Days of history, 30 to 1,096; a year shows every season."""
    items: int = 1_200
    """How many items are sold, 200 to 4,000; about a supermarket's fast movers."""
    characters: int = 1
    """How many of each named character live there, 1 to 1,000; they are the first customers, by
    turns."""
    stores: int = 8
    """How many stores, 1 to 200."""
    seed: int = 7
    """From 0; another seed is another town."""
    basket_gap_days: float = 16.0
    """Median over customers of the mean days between baskets, 1 to 90; 16 gives about 25 a year."""
    changed_share: float = 0.2
    """Share of customers whose life changes within the history, 0 to 1."""
    life_courses: bool = False
    """Whether lives change by degrees, as ``life_courses.toml`` has it, in a shop that sells what
    they need; else at once, as ``lives.toml`` has it."""
    shared_homes: float = 0.0
    """Share of customers who live with another, two by two, 0 to 1; what is for the house is then
    bought by either."""

    def __post_init__(self) -> None:
        """Check the bounds."""
        bounds = {
            "customers": (10, MOST_CUSTOMERS),
            "days": (30, 1_096),
            "items": (200, 4_000),
            "characters": (1, 1_000),
            "stores": (1, 200),
            "seed": (0, 2**63 - 1),
            "basket_gap_days": (1, 90),
            "changed_share": (0, 1),
            "shared_homes": (0, 1),
        }
        problems = [
            f"{name} must be {least:,} to {most:,}, is {getattr(self, name)}"
            for name, (least, most) in bounds.items()
            if not least <= getattr(self, name) <= most
        ]
        if not 1972 <= self.end.year <= 2200:
            problems.append(f"end must be in 1972 to 2200, is {self.end}")
        if problems:
            raise TownError("; ".join(problems))

    @property
    def start(self) -> datetime:
        """Return the first moment of the history."""
        midnight = datetime(self.end.year, self.end.month, self.end.day, tzinfo=UTC)
        return midnight - timedelta(days=self.days - 1)


@dataclass(frozen=True, slots=True, eq=False)
class Town:
    """What all customers share; D days, W weeks, C categories."""

    config: TownConfig
    catalogue: Catalogue
    stages: tuple[Stage, ...]
    changes: tuple[Change, ...]
    months: NDArray[np.int64]
    """(D,): the calendar month of each day, January is 0."""
    promoted: NDArray[np.int64]
    """(W, C): the item on offer in each week and category, -1 for none."""
    discounts: NDArray[np.float64]
    """(W, C): its discount as a share of the price."""
    weekdays: NDArray[np.int64]
    """(D,): the day of the week of each day, Monday is 0."""

    @classmethod
    def build(cls, config: TownConfig) -> Self:
        """Build the town without its customers."""
        by_degrees = config.life_courses
        catalogue = build_catalogue(config.seed, config.items, by_degrees=by_degrees)
        stages, changes = read_lives(by_degrees=by_degrees)
        days = np.datetime64(config.start.date()) + np.arange(config.days)
        counts = np.diff(np.append(catalogue.starts, config.items))
        weeks = [
            _week(config.seed, week, catalogue, counts) for week in range(config.days // 7 + 1)
        ]
        return cls(
            config,
            catalogue,
            stages=stages,
            changes=changes,
            months=days.astype("datetime64[M]").astype(np.int64) % 12,
            promoted=np.stack([promoted for promoted, _ in weeks]),
            discounts=np.stack([discounts for _, discounts in weeks]),
            weekdays=(days.astype("datetime64[D]").astype(np.int64) + _THURSDAY) % 7,
        )


def customer_id(index: int) -> str:
    """Return the id of the customer with this index, such as ``customer-0000017``."""
    return f"customer-{index:07d}"


def store_id(row: int) -> str:
    """Return the id of the store with this row, such as ``store-03``."""
    return f"store-{row + 1:02d}"


def _week(
    seed: int, week: int, catalogue: Catalogue, counts: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the promoted item of each category in a week, and its discount."""
    rng = stream(seed, Purpose.DISCOUNTS, week)
    chosen = catalogue.starts + rng.integers(0, counts)
    is_on = rng.random(len(counts)) < _PROMOTED_SHARE
    return np.where(is_on, chosen, -1), rng.choice(_DISCOUNTS, len(counts))
