"""The table of signs, learned from customers whose lives are known.

Two thirds of the customers say which signs there are. Lives that changed are set beside lives that
did not, at moments drawn alike; sign after sign is taken, with the ratio and the share in whom it
shows under which the two are told apart best. The rest of the customers, who had no part in
that, say how far the signs together are to be trusted.

Source: Gneiting, Raftery, "Strictly Proper Scoring Rules, Prediction, and Estimation", JASA 102,
2007, section 4 (the logarithmic score); signs by forward selection, Hastie, Tibshirani, Friedman,
"The Elements of Statistical Learning", 2nd edition, section 3.3.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import exp, inf, log

import numpy as np

from ml.model.life_stages.change_point import change_probabilities, sign_factors
from ml.model.life_stages.history import window_of
from ml.model.life_stages.signs import Sign, SignTable, Stage, Usual
from ml.training.life.cases import Cases, Key, Moment, Real
from ml.training.life.labelled import LabelError, Life, month_at
from ml.training.life.usual import usual_rates

LEAST_CHANGED = 15
"""Lives that must have changed in one way for its signs to be learned."""

RATIOS = (0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 1.4, 2.0, 3.0, 5.0, 8.0, 13.0, 20.0, 32.0)
SEEN_IN = (0.3, 0.5, 0.7, 0.85, 0.95)
HALF_LIVES = (2.0, 5.0, inf)
AFTER_MONTHS = (0, 3, 6)
BEFORE = (0.1, 0.3, 1.0, 3.0, 10.0)
TRUSTS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)

_MOST_SIGNS = 7
_LEAST_GAIN = 3.0
"""Logarithmic score, over as many lives as changed, that a further sign must bring: its two
parameters bring less by chance (half of chi-squared with 2 degrees of freedom, 95 %)."""
_TRIED_NAMES = 12
"""Names looked at closely, those whose purchases shifted most."""
_TRIED_LEANS = 5
"""The same of those that those who will change buy most otherwise than others, before they do."""
_LEAST_SHIFT = 2.0
"""Standard deviations: what lives that changed buy must have shifted, not only be unlike others."""
_MONTHS_AFTER = (2, 5, 10)
"""How long after the change a life is looked at: signs must show soon, and stay."""
_OTHERS = 3
"""Lives that did not change so, for each that did."""
_ASKED = 6
"""How often each life is asked about while trust is fitted."""
_DAYS_PER_YEAR = 365.25
_SECONDS_PER_DAY = 86_400.0


def stage_label(stage: Stage) -> str:
    """Return what the change is called in labels: ``new home`` for the stage ``new_home``."""
    return stage.name.replace("_", " ")


def holds(life: Life, stage: Stage, at_seconds: float) -> bool:
    """Return whether a life is in a stage at a moment."""
    if life.change != stage_label(stage) or at_seconds < life.changed_seconds:
        return False
    return month_at(at_seconds) - month_at(life.changed_seconds) < stage.lasts_months


def fit_signs(lives: Sequence[Life], template: SignTable, *, seed: int = 0) -> SignTable:
    """Return the table with signs, hazards and trusts learned.

    Args:
        lives: customers whose lives are known.
        template: which stages there are, their names, sensitivity and duration. Those that too few
            came to (``LEAST_CHANGED``) are left out.
        seed: of the moments at which lives that did not change are looked at.

    Raises:
        LabelError: when too few came to any of them.
    """
    signs_from = [life for place, life in enumerate(lives) if place % 3]
    trust_from = [life for place, life in enumerate(lives) if not place % 3]
    usual = usual_rates(
        [life.history(min(life.changed_seconds, life.end_seconds)) for life in signs_from]
    )
    seconds = sum(life.end_seconds - life.start_seconds for life in lives)
    years = seconds / _SECONDS_PER_DAY / _DAYS_PER_YEAR
    stages = []
    for stage in template.stages:
        count = sum(life.change == stage_label(stage) for life in lives)
        if count < LEAST_CHANGED:
            continue
        half_life, signs = _fit_effects(signs_from, stage, usual, seed=seed)
        learned = replace(
            stage, per_year=count / years, half_life_months=half_life, signs=tuple(signs)
        )
        stages.append(replace(learned, trust=_fit_trust(trust_from, learned)))
    if not stages:
        raise LabelError(f"no stage has {LEAST_CHANGED} customers who came to it")
    return SignTable(tuple(stages))


def _fit_effects(
    lives: Sequence[Life], stage: Stage, usual: Mapping[Key, Usual], *, seed: int
) -> tuple[float, list[Sign]]:
    """Return the half-life and the signs of one stage, the most telling first."""
    changed, others = _compared(lives, stage, list(usual), seed=seed)
    open_ = _open_signs(changed, others, usual)
    best: tuple[float, float, list[Sign]] = (0.0, inf, [])
    for half_life in HALF_LIVES:
        gain, signs = _selected((changed, others), open_, half_life)
        if gain > best[0]:
            best = (gain, half_life, signs)
    if not any(sign.ratio != 1.0 for sign in best[2]):
        raise LabelError(f"nothing that is bought tells {stage_label(stage)!r}")
    return best[1], best[2]


def _open_signs(
    changed: Cases, others: Cases, usual: Mapping[Key, Usual]
) -> list[tuple[Sign, ...]]:
    """Return what may be a sign, name by name: with every ratio and beginning to be tried."""
    shifts = {key: changed.shift(key, usual[key]) for key in usual}
    leans = {
        key: log(changed.lean(key, usual[key]) / others.lean(key, usual[key])) for key in usual
    }
    by_shift = sorted(usual, key=lambda key: -abs(shifts[key]))[:_TRIED_NAMES]
    by_lean = sorted(usual, key=lambda key: -abs(leans[key]))[:_TRIED_LEANS]
    names = []
    for key in dict.fromkeys((*by_shift, *by_lean)):
        moved = abs(shifts[key]) >= _LEAST_SHIFT and key in by_shift
        names.append(
            (
                Sign(*key, 1.0, usual[key], 0.5),
                *(
                    Sign(*key, ratio, usual[key], after_months=after)
                    for ratio in RATIOS
                    for after in AFTER_MONTHS
                    if moved and shifts[key] * log(ratio) > 0
                ),
            )
        )
    return names


def _compared(
    lives: Sequence[Life], stage: Stage, names: Sequence[Key], *, seed: int
) -> tuple[Cases, Cases]:
    """Return lives that changed, and others at moments drawn from theirs."""
    rng = np.random.default_rng(seed)
    changed = [life for life in lives if life.change == stage_label(stage)]
    unchanged = [life for life in lives if life.change != stage_label(stage)]
    if not unchanged:
        raise LabelError(f"everybody came to {stage_label(stage)!r}: there is nobody to compare")
    drawn = rng.permutation(len(unchanged))[: _OTHERS * len(changed)]
    months = [months for months in _MONTHS_AFTER if months <= stage.lasts_months]
    cases = Cases.of(
        [Moment(life, life.changed_seconds, after) for life in changed for after in months], names
    )
    times = rng.choice([life.changed_seconds for life in changed], len(drawn))
    supposed = zip(drawn, times, strict=True)
    controls = Cases.of(
        [
            Moment(unchanged[place], float(time), after)
            for place, time in supposed
            for after in months
        ],
        names,
    )
    return cases, controls


def _selected(
    compared: tuple[Cases, Cases], names: Sequence[tuple[Sign, ...]], half_life: float
) -> tuple[float, list[Sign]]:
    """Return the signs taken one after the other under a half-life, and the score they gain."""
    logs = tuple(np.zeros(len(cases)) for cases in compared)
    weight = len(compared[0]) / len(_MONTHS_AFTER)
    first = reached = _score(*logs)
    open_, taken = list(names), list[Sign]()
    while open_ and len(taken) < _MOST_SIGNS:
        tried = [_best_of(compared, each, logs, half_life) for each in open_]
        place = int(np.argmax([score for score, _ in tried]))
        score, sign = tried[place]
        if (score - reached) * weight < _LEAST_GAIN:
            break
        logs = tuple(
            log_ + cases.log_factors(sign, half_life_months=half_life)
            for log_, cases in zip(logs, compared, strict=True)
        )
        reached = score
        taken.append(sign)
        open_ = [each for at, each in enumerate(open_) if at != place]
    return (reached - first) * weight, taken


def _best_of(
    compared: tuple[Cases, Cases],
    signs: Sequence[Sign],
    logs: tuple[Real, ...],
    half_life: float,
) -> tuple[float, Sign]:
    """Return the best of one name's signs: first ratio and beginning, then the rest, by turns."""

    def score(sign: Sign) -> float:
        ours, theirs = (
            log_ + cases.log_factors(sign, half_life_months=half_life)
            for log_, cases in zip(logs, compared, strict=True)
        )
        return _score(ours, theirs)

    best = max(signs, key=score)
    best = max((replace(best, before=before) for before in BEFORE), key=score)
    if best.ratio != 1.0:
        best = max((replace(best, ratio=each.ratio) for each in signs[1:]), key=score)
        best = max((replace(best, seen_in=seen) for seen in SEEN_IN), key=score)
    return score(best), best


def _score(changed: Real, others: Real) -> float:
    """Return the mean logarithmic score of both, were a change as likely as none beforehand."""
    return float(-np.logaddexp(0, -changed).mean() - np.logaddexp(0, others).mean())


def _fit_trust(lives: Sequence[Life], stage: Stage) -> float:
    """Return the trust under which what is said of other lives has the best logarithmic score."""
    losses = np.zeros(len(TRUSTS))
    for life in lives:
        for share in np.linspace(0.3, 1.0, _ASKED):
            moment = life.start_seconds + share * (life.end_seconds - life.start_seconds)
            history = life.history(moment)
            window = window_of(history, now_month=month_at(moment))
            if window is None:
                continue
            evidence = [
                sign_factors(history, window, sign, half_life_months=stage.half_life_months)
                for sign in stage.signs
            ]
            is_in = holds(life, stage, moment)
            for place, trust in enumerate(TRUSTS):
                chances = change_probabilities(evidence, replace(stage, trust=trust))
                losses[place] += _loss(sum(chances[-stage.lasts_months :]), is_in=is_in)
    return TRUSTS[int(losses.argmin())]


def _loss(probability: float, *, is_in: bool) -> float:
    return -log(max(probability if is_in else 1.0 - probability, exp(-20.0)))
