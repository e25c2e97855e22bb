"""The table of signs, learned from customers whose lives are known.

Two thirds of the customers say which signs there are; the rest, who had no part in that, say how
far the signs together are to be trusted.
"""

from collections.abc import Sequence
from dataclasses import replace
from math import exp, log

import numpy as np

from ml.model.life_stages.change_point import change_probabilities, sign_factors
from ml.model.life_stages.history import window_of
from ml.model.life_stages.signs import SignTable, Stage
from ml.training.life.labelled import LabelError, Life, holds, month_at, stage_label
from ml.training.life.selection import select_signs
from ml.training.life.usual import usual_rates

LEAST_CHANGED = 15
"""Lives that must have changed in one way for its signs to be learned."""

TRUSTS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)

_ASKED = 6
"""How often each life is asked about while trust is fitted."""
_DAYS_PER_YEAR = 365.25
_SECONDS_PER_DAY = 86_400.0


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
        half_life, signs = select_signs(signs_from, stage, usual, seed=seed)
        learned = replace(
            stage, per_year=count / years, half_life_months=half_life, signs=tuple(signs)
        )
        stages.append(replace(learned, trust=_fit_trust(trust_from, learned)))
    if not stages:
        raise LabelError(f"no stage has {LEAST_CHANGED} customers who came to it")
    return SignTable(tuple(stages))


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
