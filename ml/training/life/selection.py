"""Which signs tell a stage of life: those that set lives that changed apart from others.

Lives that changed are set beside lives that did not, at moments drawn alike, and sign after sign is
taken, with the ratio and the share in whom it shows under which the two are told apart best.

Source: Gneiting, Raftery, "Strictly Proper Scoring Rules, Prediction, and Estimation", JASA 102,
2007, section 4 (the logarithmic score); Hastie, Tibshirani, Friedman, "The Elements of Statistical
Learning", 2nd edition, section 3.3 (forward selection).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import inf, log

import numpy as np

from ml.model.life_stages.signs import Sign, Stage, Usual
from ml.training.life.cases import Cases, Key, Moment, Real
from ml.training.life.labelled import LabelError, Life, stage_label

RATIOS = (0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 1.4, 2.0, 3.0, 5.0, 8.0, 13.0, 20.0, 32.0)
SEEN_IN = (0.3, 0.5, 0.7, 0.85, 0.95)
HALF_LIVES = (2.0, 5.0, inf)
AFTER_MONTHS = (0, 3, 6)
BEFORE = (0.1, 0.3, 1.0, 3.0, 10.0)

_MOST_SIGNS = 7
_LEAST_GAIN = 3.0
"""Logarithmic score, over as many lives as changed, that a further sign must bring: two parameters
bring less by chance (half of chi-squared with 2 degrees of freedom, 95 %)."""
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


def select_signs(
    lives: Sequence[Life], stage: Stage, usual: Mapping[Key, Usual], *, seed: int
) -> tuple[float, list[Sign]]:
    """Return the half-life and the signs of one stage, the most telling first.

    Args:
        lives: customers whose lives are known.
        stage: which change is meant, and how long it counts.
        usual: what customers in general do.
        seed: of the moments at which lives that did not change are looked at.

    Raises:
        LabelError: when nothing that is bought tells the change, or it came to everybody.
    """
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
    if not changed or not unchanged:
        raise LabelError(f"to {stage_label(stage)!r} came all or none of those who teach its signs")
    drawn = rng.permutation(len(unchanged))[: _OTHERS * len(changed)]
    months = [each for each in _MONTHS_AFTER if each <= stage.lasts_months] or [stage.lasts_months]
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
    if not len(cases) or not len(controls):
        raise LabelError(f"nobody bought both before and after {stage_label(stage)!r}")
    return cases, controls


def _selected(
    compared: tuple[Cases, Cases], names: Sequence[tuple[Sign, ...]], half_life: float
) -> tuple[float, list[Sign]]:
    """Return the signs taken one after the other under a half-life, and the score they gain."""
    logs = tuple(np.zeros(len(cases)) for cases in compared)
    weight = len(compared[0]) / len(_MONTHS_AFTER)  # the cases of one life are nearly alike
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
