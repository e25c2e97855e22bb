"""Customers of whom it is known when their lives changed, and what they had bought by then."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.dataset.dataset import Dataset
from ml.model.life_stages.history import (
    HOURS_PER_DAY,
    HOURS_PER_WEEK,
    USUAL_STORE,
    Kind,
    MonthlyHistory,
    daypart_of,
    store_changes,
    usual_store,
)
from ml.model.life_stages.signs import Stage

LABEL_COLUMNS = ("customer_id", "life_change", "changed_at")

_MOST_MONTHS = 10_000
"""More than there will be since 1970: makes one number of a name and a month."""


Whole = NDArray[np.int64]


class LabelError(ValueError):
    """Nothing can be learned of life stages here; the message says why."""


@dataclass(frozen=True, slots=True, eq=False)
class Stream:
    """What one customer did again and again, E times, in order of time."""

    seconds: Whole
    """(E,): when, since 1970."""
    codes: Whole
    """(E,): name and month of each as one number."""
    names: Sequence[str]
    """The names behind the numbers."""

    def counts(self, until_seconds: float) -> dict[str, dict[int, int]]:
        """Return how often until just before a moment, by name and month."""
        known = self.codes[: int(np.searchsorted(self.seconds, until_seconds))]
        found: dict[str, dict[int, int]] = {}
        for code, count in zip(*np.unique(known, return_counts=True), strict=True):
            row, month = divmod(int(code), _MOST_MONTHS)
            found.setdefault(self.names[row], {})[month] = int(count)
        return found

    def seconds_of(self, name: str) -> Whole:
        """Return when one thing was done, ascending."""
        row = self.names.index(name) if name in self.names else -1
        return np.asarray(self.seconds[self.codes // _MOST_MONTHS == row])


@dataclass(frozen=True, slots=True, eq=False)
class Life:
    """One customer."""

    customer_id: str
    change: str
    """What happened, such as ``new home``; empty for nothing."""
    changed_seconds: float
    """When, since 1970; infinite for never."""
    lines: Stream
    """By category."""
    dayparts: Stream
    """Baskets, by part of the week."""
    stores: Stream
    """Baskets bought in a store, by store."""

    @property
    def start_seconds(self) -> float:
        """Return when the first line was bought."""
        return float(self.lines.seconds[0])

    @property
    def end_seconds(self) -> float:
        """Return just after the last line."""
        return float(self.lines.seconds[-1]) + 1.0

    def seconds_of(self, kind: Kind, name: str) -> Whole:
        """Return when something was bought, ascending; for other kinds, when of each visit."""
        match kind:
            case Kind.CATEGORY:
                return self.lines.seconds_of(name)
            case Kind.DAYPART:
                return self.dayparts.seconds_of(name)
            case Kind.STORE:
                usual = usual_store(self.stores.counts(np.inf))
                others = [store for store in self.stores.names if store != usual]
                named = [usual] if name == USUAL_STORE and usual else others
                return np.sort(np.concatenate([self.stores.seconds_of(each) for each in named]))

    def history(self, until_seconds: float) -> MonthlyHistory:
        """Return what was known just before a moment."""
        return MonthlyHistory(
            self.lines.counts(until_seconds),
            self.dayparts.counts(until_seconds),
            store_changes(self.stores.counts(until_seconds)),
        )


def month_at(seconds: float) -> int:
    """Return the months from January 1970 to a moment."""
    moment = np.int64(seconds).astype("datetime64[s]").astype("datetime64[M]")
    return int(moment.astype(np.int64))


def stage_label(stage: Stage) -> str:
    """Return what the change is called in labels: ``new home`` for the stage ``new_home``."""
    return stage.name.replace("_", " ")


def holds(life: Life, stage: Stage, at_seconds: float) -> bool:
    """Return whether a life is in a stage at a moment."""
    if life.change != stage_label(stage) or at_seconds < life.changed_seconds:
        return False
    return month_at(at_seconds) - month_at(life.changed_seconds) < stage.lasts_months


def labelled_lives(dataset: Dataset, labels: pd.DataFrame, *, zone: tzinfo = UTC) -> list[Life]:
    """Return the customers, sorted by id; lines of no category are left out.

    Args:
        dataset: dated purchases, and the items' categories.
        labels: ``customer_id``, ``life_change`` (null for none), ``changed_at`` (null for never);
            further rows of a customer are passed over, customers without purchases too.
        zone: on whose clocks parts of the week are told.

    Raises:
        LabelError: when there are no dates, no categories, or a column is missing.
    """
    missing = [name for name in LABEL_COLUMNS if name not in labels.columns]
    if missing:
        raise LabelError(f"labels lack the columns {', '.join(missing)}")
    if not dataset.description.dated or dataset.items["category"].isna().all():
        raise LabelError("life stages need dated purchases of items with categories")
    bought = dataset.interactions.merge(dataset.items[["item_id", "category"]], on="item_id")
    bought = bought.dropna(subset="category").sort_values(["customer_id", "occurred_at"])
    rows, categories = pd.factorize(bought["category"], sort=True)
    times = bought["occurred_at"].dt.tz_localize(None).to_numpy()
    seconds: Whole = times.astype("datetime64[s]").astype(np.int64)
    months: Whole = times.astype("datetime64[M]").astype(np.int64)
    codes: Whole = rows * _MOST_MONTHS + months
    is_first = ~bought["basket_id"].duplicated().to_numpy()
    parts, dayparts = _dayparts(bought["occurred_at"].dt.tz_convert(zone))
    part_codes: Whole = parts * _MOST_MONTHS + months
    store_rows, stores = pd.factorize(bought["store"], sort=True)
    store_codes: Whole = store_rows * _MOST_MONTHS + months
    is_visit = is_first & (store_rows >= 0)
    changes = _changes(labels)
    places = bought.groupby("customer_id", sort=True).indices
    lives = []
    for customer, place in places.items():
        if customer not in changes:
            continue
        change, changed_seconds = changes[str(customer)]
        firsts, visits = place[is_first[place]], place[is_visit[place]]
        lives.append(
            Life(
                str(customer),
                change,
                changed_seconds,
                Stream(seconds[place], codes[place], list(categories)),
                Stream(seconds[firsts], part_codes[firsts], dayparts),
                Stream(seconds[visits], store_codes[visits], list(stores)),
            )
        )
    return lives


def _changes(labels: pd.DataFrame) -> dict[str, tuple[str, float]]:
    """Return the change of each customer and when; an empty name and never for those without."""
    about = labels.drop_duplicates("customer_id")
    is_known = about["life_change"].notna() & about["changed_at"].notna()
    names = about["life_change"].where(is_known, "").tolist()
    moments = [
        when.timestamp() if known else np.inf
        for when, known in zip(about["changed_at"], is_known, strict=True)
    ]
    return dict(zip(about["customer_id"], zip(names, moments, strict=True), strict=True))


def _dayparts(times: pd.Series) -> tuple[Whole, list[str]]:
    """Return the part of the week of each moment as a number, and the names of the numbers."""
    parts = [daypart_of(hour) for hour in range(HOURS_PER_WEEK)]
    names = sorted(set(parts))
    by_hour = np.array([names.index(part) for part in parts])
    hours = times.dt.day_of_week * HOURS_PER_DAY + times.dt.hour
    return by_hour[hours.to_numpy(np.int64)], names
