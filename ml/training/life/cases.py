"""Lives around a moment at which they changed, or did not, side by side as arrays."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ml.model.life_stages.history import WINDOW_MONTHS, Kind, Window, window_of
from ml.model.life_stages.signs import Sign, Usual
from ml.training.life.labelled import Life, month_at

Real = NDArray[np.float64]
Key = tuple[Kind, str]

_SECONDS_PER_MONTH = 30.44 * 86_400


@dataclass(frozen=True, slots=True)
class Moment:
    """A life asked about some months after a change, real or supposed."""

    life: Life
    change_seconds: float
    months_after: int


@dataclass(frozen=True, slots=True, eq=False)
class Cases:
    """N lives; months are counted from the change, so column 0 is the month of it."""

    since: dict[Key, Real]
    """(N, WINDOW_MONTHS) by name: how often in each month since the change."""
    before: dict[Key, Real]
    """(N,) by name: how often before it."""
    since_totals: dict[Kind, Real]
    """(N, WINDOW_MONTHS): lines or baskets, all names together."""
    before_totals: dict[Kind, Real]
    """(N, 12), by month of the year."""
    calendar: NDArray[np.int64]
    """(N, WINDOW_MONTHS): the month of the year of each column, January is 0."""

    @classmethod
    def of(cls, moments: Sequence[Moment], names: Sequence[Key]) -> Self:
        """Return the cases; a life with nothing before the change, or since, is left out."""
        found = [case for each in moments if (case := _windowed(each)) is not None]
        size = (len(found), WINDOW_MONTHS)
        cases = cls(
            {key: np.zeros(size) for key in names},
            {key: np.zeros(len(found)) for key in names},
            {kind: np.zeros(size) for kind in Kind},
            {kind: np.zeros((len(found), 12)) for kind in Kind},
            np.zeros(size, np.int64),
        )
        for row, (moment, window, place) in enumerate(found):
            history = moment.life.history(_asked_seconds(moment))
            months = window.first_month + place + np.arange(WINDOW_MONTHS)
            cases.calendar[row] = months % 12
            length = window.length - place
            for kind in Kind:
                totals = np.array(window.totals[kind])
                cases.since_totals[kind][row, :length] = totals[place:]
                np.add.at(
                    cases.before_totals[kind][row], window.calendar_months()[:place], totals[:place]
                )
            for kind, name in names:
                counts = window.row(history.of(kind).get(name, {}))
                cases.since[kind, name][row, :length] = counts[place:]
                cases.before[kind, name][row] = sum(counts[:place])
        return cases

    def __len__(self) -> int:
        """Return N."""
        return len(self.calendar)

    def exposures(self, kind: Kind, usual: Usual) -> tuple[Real, Real]:
        """Return what a sign is a share of, since the change and before it.

        Returns:
            (N, WINDOW_MONTHS) and (N,): lines or baskets, times the season's factor.
        """
        seasons = np.array(usual.seasons)
        since = self.since_totals[kind] * seasons[self.calendar]
        return since, self.before_totals[kind] @ seasons

    def lean(self, key: Key, usual: Usual) -> float:
        """Return how many times as often as is usual it was bought before the change."""
        before = self.exposures(key[0], usual)[1]
        return float((self.before[key].sum() + 1.0) / (usual.rate * before.sum() + 1.0))

    def shift(self, key: Key, usual: Usual) -> float:
        """Return by how many standard deviations of a Poisson purchases since the change are more.

        More than by each life's own former rate; negative for less.
        """
        since, before = self.exposures(key[0], usual)
        rates = (usual.shape + self.before[key]) / (usual.shape / usual.rate + before)
        expected = float((rates * since.sum(axis=1)).sum())
        return float((self.since[key].sum() - expected) / np.sqrt(max(expected, 1.0)))

    def log_factors(self, sign: Sign, *, half_life_months: float) -> Real:
        """Return what ``change_point.log_factors`` says of each life's month of change, (N,)."""
        key, usual = (sign.kind, sign.name), sign.usual
        since, before = self.exposures(sign.kind, usual)
        lags = np.arange(WINDOW_MONTHS) - sign.after_months
        faded = np.where(lags < 0, 0.0, 0.5 ** (np.maximum(lags, 0) / half_life_months))
        excess = sign.ratio - 1.0
        prior = usual.shape / usual.rate
        counts = usual.shape + self.before[key] + self.since[key].sum(axis=1)
        total = prior + before + since.sum(axis=1)
        own_total = total - prior + prior / sign.before
        gains = self.since[key] @ np.log1p(excess * faded)
        shown = gains - counts * np.log1p(excess * (since @ faded) / own_total)
        mixed = np.logaddexp(np.log(1.0 - sign.seen_in), np.log(sign.seen_in) + shown)
        unshown = -usual.shape * np.log(sign.before) - counts * np.log(own_total / total)
        return np.asarray(unshown + mixed)


def _asked_seconds(moment: Moment) -> float:
    return moment.change_seconds + moment.months_after * _SECONDS_PER_MONTH


def _windowed(moment: Moment) -> tuple[Moment, Window, int] | None:
    asked = _asked_seconds(moment)
    history = moment.life.history(asked)
    window = window_of(history, now_month=month_at(asked))
    if window is None:
        return None
    place = month_at(moment.change_seconds) - window.first_month
    return (moment, window, place) if 1 <= place < window.length else None
