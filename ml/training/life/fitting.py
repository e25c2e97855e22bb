"""The table of signs, learned from customers whose lives are known.

Two thirds of the customers say which signs there are; the rest, who had no part in that, say how
far the signs together are to be trusted.
"""

from collections.abc import Sequence
from dataclasses import replace

from ml.model.life_stages.signs import SignTable
from ml.training.life.labelled import LabelError, Life, stage_label
from ml.training.life.selection import select_signs
from ml.training.life.trusting import trusted
from ml.training.life.usual import usual_rates

LEAST_CHANGED = 15
"""Lives that must have changed in one way for its signs to be learned."""

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
        stages.append(
            replace(
                stage,
                per_year=count / years,
                half_life_months=half_life,
                trust=1.0,
                signs=tuple(signs),
                odds_factor=1.0,
                odds_power=1.0,
            )
        )
    if not stages:
        raise LabelError(f"no stage has {LEAST_CHANGED} customers who came to it")
    return SignTable(trusted(trust_from, stages))
