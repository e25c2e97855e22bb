"""How surely and how soon the stages of a life are seen, on a simulated town and another.

The signs are learned from some customers of one town; other customers of it set the level of the
alarm; judged are the rest, and everybody of a town of another seed.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.evaluation.alarms import Delays, alarmed, delays, threshold
from ml.evaluation.calibration import Calibration, ReliabilityBin
from ml.evaluation.intervals import Estimate, bootstrap_mean
from ml.evaluation.roc import area_difference, area_under_curve
from ml.model.life_stages.signs import SignTable, Stage
from ml.simulation.simulate import simulate_town
from ml.simulation.town import TownConfig
from ml.training.life.fitting import fit_signs
from ml.training.life.labelled import Life, holds, labelled_lives, stage_label
from ml.training.life.watching import SECONDS_PER_DAY, Watch, watch

STEP_DAYS = 7
CURVE_WEEKS = 26
"""How long a change is followed: every history goes on so long after its change."""
ASKED_WEEKS = (4, 13, 26)
"""The weeks after a change at which areas are told as figures."""
TOLD_DAYS = (30, 60, 90, 180)

_END = date(2026, 6, 30)
_DAYS = 730
_FIRST_DAY = 180
"""Of the history, from which on it is watched: changes begin then."""
_CALIBRATED_EVERY = 4
"""Weeks between the moments at which probabilities are compared with what was the case."""

Real = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class JudgingConfig:
    """The towns, and how they are divided."""

    learned_from: int = 4_000
    """Customers of the first town who teach the signs."""
    levelled_by: int = 1_000
    """Customers of it who set the level of the alarm."""
    judged: int = 1_000
    """Customers of it who are judged, and as many of the other town."""
    seed: int = 7
    """Of the first town; the other's is the next."""
    changed_share: float = 0.7
    """Share of lives that change, in one way or another."""
    basket_gap_days: float = 10.0
    """Median over customers of the mean days between baskets."""
    false_share: float = 0.05
    """Of those to whom a change does not come, how many may be told of it in 18 months."""
    show_progress: bool = False
    """Whether bars are drawn."""


@dataclass(frozen=True, slots=True, eq=False)
class StageWorth:
    """How well one stage is seen in one group of customers."""

    stage: Stage
    changed_count: int
    other_count: int
    areas: tuple[Estimate, ...]
    """Areas under the ROC curve at week 0 to ``CURVE_WEEKS`` after the change."""
    count_areas: tuple[Estimate, ...]
    """The same of the plain count."""
    leads: tuple[Estimate, ...]
    """By how much the first are larger, on the same customers."""
    delays: Delays
    count_delays: Delays
    """Of the plain count, at its own level of the same share of false alarms."""
    detected: tuple[Estimate, ...]
    """Share detected by week 0 to ``CURVE_WEEKS``."""
    false_share: Estimate
    """Of those judged to whom it did not come, how many were told of it."""
    count_false_share: Estimate
    reliability: tuple[ReliabilityBin, ...]
    calibration_error: float


@dataclass(frozen=True, slots=True, eq=False)
class Judgement:
    """The table that was learned, and what it is worth."""

    table: SignTable
    groups: tuple[tuple[str, tuple[StageWorth, ...]], ...]
    """Who was judged, in words, and each stage's worth."""


def judge(config: JudgingConfig, template: SignTable) -> Judgement:
    """Let two towns live, learn the signs from some of the first, judge them on the rest.

    Args:
        config: the towns.
        template: which stages there are.

    Raises:
        LabelError: when too few lives change to learn anything.
        TownError: when a town cannot be like that.
    """
    size = config.learned_from + config.levelled_by + config.judged
    lives = _town_lives(config, customers=size, seed=config.seed)
    learned = lives[: config.learned_from]
    levelled = lives[config.learned_from : config.learned_from + config.levelled_by]
    rest = lives[config.learned_from + config.levelled_by :]
    table = fit_signs(learned, template)
    first = pd.Timestamp(_END).timestamp() / SECONDS_PER_DAY - _DAYS + 1
    moments = first + np.arange(_FIRST_DAY, _DAYS + 1, STEP_DAYS, dtype=np.float64)
    progress = config.show_progress
    level = watch(levelled, table, moments, show_progress=progress)
    strangers = _town_lives(config, customers=config.judged, seed=config.seed + 1)
    groups = [
        (f"{len(rest):,} other customers of the same town", rest),
        (f"{len(strangers):,} customers of another town", strangers),
    ]
    return Judgement(
        table,
        tuple(
            (
                name,
                tuple(
                    _worth(watched, level, table, place, config)
                    for place in range(len(table.stages))
                ),
            )
            for name, people in groups
            for watched in [watch(people, table, moments, show_progress=progress)]
        ),
    )


def _town_lives(config: JudgingConfig, *, customers: int, seed: int) -> list[Life]:
    town = TownConfig(
        end=_END,
        customers=customers,
        days=_DAYS,
        seed=seed,
        changed_share=config.changed_share,
        life_courses=True,
        basket_gap_days=config.basket_gap_days,
    )
    simulation = simulate_town(town, progress=config.show_progress)
    return labelled_lives(simulation.dataset, simulation.truth)


def _worth(
    watched: Watch, level: Watch, table: SignTable, place: int, config: JudgingConfig
) -> StageWorth:
    stage = table.stages[place]
    label = stage_label(stage)
    ours, others = watched.rows(label), watched.rows(label, others=True)
    quiet = level.rows(label, others=True)
    areas, count_areas, leads = _areas(watched, place, ours, others)
    found = []
    for scores, levels in (
        (watched.probabilities, level.probabilities),
        (watched.counts, level.counts),
    ):
        limit = threshold(levels[quiet, :, place], false_share=config.false_share)
        changed = watched.changed_days()[ours]
        late = delays(scores[ours, :, place], watched.moments, changed, limit=limit)
        found.append((late, _share(alarmed(scores[others, :, place], limit))))
    (late, false), (count_late, count_false) = found
    calibration = _calibration(watched, stage, place)
    return StageWorth(
        stage,
        len(ours),
        len(others),
        areas=areas,
        count_areas=count_areas,
        leads=leads,
        delays=late,
        count_delays=count_late,
        detected=tuple(_share(late.within(STEP_DAYS * week)) for week in range(CURVE_WEEKS + 1)),
        false_share=false,
        count_false_share=count_false,
        reliability=tuple(calibration.bins()),
        calibration_error=calibration.expected_error,
    )


def _areas(
    watched: Watch, place: int, ours: NDArray[np.int64], others: NDArray[np.int64]
) -> tuple[tuple[Estimate, ...], tuple[Estimate, ...], tuple[Estimate, ...]]:
    """Return areas of the probability, of the count, and the lead, week by week after the change.

    The others are asked at moments drawn from those at which the changed are.
    """
    rng = np.random.default_rng(place)
    starts = np.searchsorted(watched.moments, watched.changed_days()[ours])
    drawn = rng.choice(starts, len(others))
    last = len(watched.moments) - 1
    areas, counts, leads = [], [], []
    for week in range(CURVE_WEEKS + 1):
        at, their = np.minimum(starts + week, last), np.minimum(drawn + week, last)
        one, other = (
            (scores[ours, at, place], scores[others, their, place])
            for scores in (watched.probabilities, watched.counts)
        )
        areas.append(area_under_curve(*one))
        counts.append(area_under_curve(*other))
        leads.append(area_difference(one, other))
    return tuple(areas), tuple(counts), tuple(leads)


def _calibration(watched: Watch, stage: Stage, place: int) -> Calibration:
    calibration = Calibration()
    weeks = np.arange(0, len(watched.moments), _CALIBRATED_EVERY)
    for row, life in enumerate(watched.lives):
        is_in = [holds(life, stage, watched.moments[week] * SECONDS_PER_DAY) for week in weeks]
        said = watched.probabilities[row, weeks, place].astype(np.float32)
        calibration.add(said, np.array(is_in))
    return calibration


def _share(those: NDArray[np.bool_]) -> Estimate:
    """Return the share of those who are, with its interval."""
    return bootstrap_mean(pd.DataFrame({"share": those.astype(np.float64)}))["share"]
