"""What is told of a customer's life stages: how likely, since when, and by what signs."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from ml.model.life_stages.change_point import (
    change_odds,
    change_probabilities,
    exposures_of,
    sign_factors,
    told_probability,
)
from ml.model.life_stages.history import Kind, MonthlyHistory, Window, window_of
from ml.model.life_stages.signs import Sign, SignTable, Stage, rivals

INTERVAL = 0.9
"""The months told as an interval hold the change with this probability, if there was one."""

_LEAST_FACTOR = 0.4
"""Log of how many times likelier a sign must make a stage to be told as evidence: 1.5 times."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One sign as it showed in a customer."""

    kind: Kind
    name: str
    count: int
    """How often since the change."""
    count_before: int
    months_before: int
    """Over how many months ``count_before`` was counted."""
    usual_count: float
    """How often it would have been by the customer's own former rate."""
    log_factor: float
    """By how much it makes the stage likelier."""
    is_shift: bool
    """Whether it was bought more, or less, since the change, as the stage has it."""


@dataclass(frozen=True, slots=True)
class LifeStage:
    """One stage of life, as far as purchases tell; months are counted from January 1970."""

    name: str
    display_name: str
    is_sensitive: bool
    probability: float
    """That the customer's life changed so, and recently enough to be in the stage now."""
    since_month: int
    """When the change most likely was, if there was one."""
    earliest_month: int
    latest_month: int
    """Between these it lies with probability ``INTERVAL``, if there was one."""
    evidence: tuple[Evidence, ...]
    """Signs that speak for it, the strongest first; empty where none does."""


def life_stages(
    history: MonthlyHistory,
    table: SignTable,
    *,
    now_month: int,
    sensitive_allowed: Collection[str] = (),
) -> tuple[LifeStage, ...]:
    """Return the life stages of a customer, in the order of the table.

    Args:
        history: what was bought, by month.
        table: the signs to look for.
        now_month: this month, since January 1970.
        sensitive_allowed: the sensitive stages that may be looked for; nothing is computed of the
            others, and they are not in what comes back.

    Returns:
        One finding a stage; none at all where nothing was bought in the last two years.
    """
    window = window_of(history, now_month=now_month)
    if window is None:
        return ()
    stages = [
        stage for stage in table.stages if not stage.is_sensitive or stage.name in sensitive_allowed
    ]
    return tuple(_found(history, window, each) for each in _looked_at(history, window, stages))


@dataclass(frozen=True, slots=True)
class _Looked:
    """One stage, beside its rivals."""

    stage: Stage
    evidence: Sequence[Sequence[float]]
    """[signs][M], log factors."""
    chances: Sequence[float]
    """[M], of a change in each month."""
    probability: float
    """As it is told."""


def _looked_at(
    history: MonthlyHistory, window: Window, stages: Sequence[Stage]
) -> Iterator[_Looked]:
    """Yield how likely each stage is; rivals are so together in one at most."""
    evidence = [stage_factors(history, window, stage) for stage in stages]
    odds = [change_odds(factors, stage) for factors, stage in zip(evidence, stages, strict=True)]
    against = rivals(stages)
    chances = [
        change_probabilities(own, [odds[rival] for rival in of])
        for own, of in zip(odds, against, strict=True)
    ]
    told = [
        told_probability(sum(own[-stage.lasts_months :]), stage)
        for own, stage in zip(chances, stages, strict=True)
    ]
    for at, stage in enumerate(stages):
        together = told[at] + sum(told[rival] for rival in against[at])
        yield _Looked(stage, evidence[at], chances[at], told[at] / max(1.0, together))


def stage_factors(history: MonthlyHistory, window: Window, stage: Stage) -> list[list[float]]:
    """Return the log Bayes factors of each sign of a stage in a customer's history, [signs][M]."""
    return [
        sign_factors(history, window, sign, half_life_months=stage.half_life_months)
        for sign in stage.signs
    ]


def _found(history: MonthlyHistory, window: Window, looked: _Looked) -> LifeStage:
    stage = looked.stage
    counted_from = max(0, window.length - stage.lasts_months)
    recent = looked.chances[counted_from:]
    place = counted_from + max(range(len(recent)), key=recent.__getitem__)
    earliest, latest = _interval(recent)
    shown = sorted(
        (
            _evidence(history, window, sign, place, log_factor=row[place])
            for sign, row in zip(stage.signs, looked.evidence, strict=True)
            if place  # in the first month there is nothing before to compare with
        ),
        key=lambda each: -each.log_factor,
    )
    return LifeStage(
        stage.name,
        stage.display_name,
        stage.is_sensitive,
        looked.probability,
        window.first_month + place,
        window.first_month + counted_from + earliest,
        window.first_month + counted_from + latest,
        tuple(each for each in shown if each.log_factor >= _LEAST_FACTOR and each.is_shift),
    )


def _interval(chances: Sequence[float]) -> tuple[int, int]:
    """Return the places between which the middle ``INTERVAL`` of the chances lies."""
    whole = sum(chances) or 1.0
    tail = (1.0 - INTERVAL) / 2.0
    reached = [each / whole for each in accumulate(chances)]
    last = len(chances) - 1
    low = next((place for place, each in enumerate(reached) if each >= tail), last)
    high = next((place for place, each in enumerate(reached) if each >= 1.0 - tail), last)
    return low, high


def _evidence(
    history: MonthlyHistory, window: Window, sign: Sign, place: int, *, log_factor: float
) -> Evidence:
    counts = window.row(history.of(sign.kind).get(sign.name, {}))
    exposures = exposures_of(window, sign)
    before = sum(counts[:place])
    shape = sign.usual.shape
    rate = (shape + before) / (shape / sign.usual.rate + sum(exposures[:place]))
    count, usual_count = sum(counts[place:]), rate * sum(exposures[place:])
    return Evidence(
        sign.kind,
        sign.name,
        count=count,
        count_before=before,
        months_before=place,
        usual_count=usual_count,
        log_factor=log_factor,
        is_shift=(count - usual_count) * (sign.ratio - 1.0) > 0.0,
    )
