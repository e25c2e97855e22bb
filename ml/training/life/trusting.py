"""How far signs are to be trusted, and how true what is then said turned out.

Customers who had no part in choosing the signs are asked about a few times each. Trusts are fitted
together, for stages that explain the same shifts share one probability, and then of each stage what
its odds are to be multiplied by and raised to before they are told.

Source: Gneiting, Raftery, "Strictly Proper Scoring Rules, Prediction, and Estimation", JASA 102,
2007, section 4 (the logarithmic score); Platt, "Probabilistic Outputs for Support Vector Machines
and Comparisons to Regularized Likelihood Methods", 1999.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from ml.model.life_stages.change_point import change_odds
from ml.model.life_stages.finding import stage_factors
from ml.model.life_stages.history import window_of
from ml.model.life_stages.signs import Stage, rivals
from ml.training.life.labelled import Life, holds, month_at

TRUSTS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)

_ASKED = 6
"""How often each life is asked about."""
_ROUNDS = 5
"""So often each trust is chosen anew beside those of the others; two or three suffice."""
_LEAST_LOG = -20.0
"""No answer is taken for less likely than e to this: one life is not to decide."""
_FACTORS, _POWERS = (0.05, 20.0), (0.2, 5.0)

Real = NDArray[np.float64]


def trusted(lives: Sequence[Life], stages: Sequence[Stage]) -> tuple[Stage, ...]:
    """Return the stages with trust, and with what their odds are told by.

    Args:
        lives: customers whose lives are known.
        stages: with their signs.
    """
    answers = list(_answers(lives, stages))
    if not answers:
        return tuple(stages)
    asked = _Asked.of(answers, stages)
    trusts = [len(TRUSTS) - 1] * len(stages)
    for _ in range(_ROUNDS):
        before = list(trusts)
        for at in range(len(stages)):
            tried = [[*trusts[:at], each, *trusts[at + 1 :]] for each in range(len(TRUSTS))]
            trusts = min(tried, key=asked.loss)
        if trusts == before:
            break
    return tuple(
        _told_truly(replace(stage, trust=TRUSTS[trust]), log_odds, is_in)
        for stage, trust, log_odds, is_in in zip(
            stages, trusts, asked.log_odds(trusts), asked.is_in, strict=True
        )
    )


@dataclass(frozen=True, slots=True)
class _Answer:
    """What is to be said of one life at one moment."""

    evidence: list[list[list[float]]]
    """[stages][signs][M]"""
    is_in: list[bool]
    """Whether it is in each stage."""


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """N answers about S stages under T trusts; log odds are against no change at all."""

    recent: Real
    """(S, T, N), of a change in a month that still counts."""
    passed: Real
    """(S, T, N), of a change longer ago."""
    is_in: NDArray[np.bool_]
    """(S, N)"""
    rivals: list[tuple[int, ...]]

    @classmethod
    def of(cls, answers: Sequence[_Answer], stages: Sequence[Stage]) -> "_Asked":
        """Work out the odds of every answer under every trust."""
        recent = np.zeros((len(stages), len(TRUSTS), len(answers)))
        passed = np.zeros_like(recent)
        for at, stage in enumerate(stages):
            for place, trust in enumerate(TRUSTS):
                believed = replace(stage, trust=trust)
                for row, answer in enumerate(answers):
                    odds = np.array(change_odds(answer.evidence[at], believed))
                    recent[at, place, row] = np.logaddexp.reduce(odds[-stage.lasts_months :])
                    passed[at, place, row] = np.logaddexp.reduce(odds[: -stage.lasts_months])
        is_in = np.array([answer.is_in for answer in answers]).T
        return cls(recent, passed, is_in, rivals(stages))

    def log_odds(self, trusts: Sequence[int]) -> Iterator[Real]:
        """Yield the log odds of each stage against all else, (N,), at these places of trusts."""
        for at, trust in enumerate(trusts):
            against = np.logaddexp(0.0, self.passed[at, trust])
            for rival in self.rivals[at]:
                for odds in (self.recent, self.passed):
                    against = np.logaddexp(against, odds[rival, trusts[rival]])
            yield self.recent[at, trust] - against

    def loss(self, trusts: Sequence[int]) -> float:
        """Return what the logarithmic score of all answers lacks."""
        total = 0.0
        for log_odds, is_in in zip(self.log_odds(trusts), self.is_in, strict=True):
            scores = -np.logaddexp(0.0, np.where(is_in, -log_odds, log_odds))
            total -= float(np.maximum(scores, _LEAST_LOG).sum())
        return total


def _answers(lives: Sequence[Life], stages: Sequence[Stage]) -> Iterator[_Answer]:
    for life in lives:
        for share in np.linspace(0.3, 1.0, _ASKED):
            moment = life.start_seconds + share * (life.end_seconds - life.start_seconds)
            history = life.history(moment)
            window = window_of(history, now_month=month_at(moment))
            if window is not None and window.length > 1:
                yield _Answer(
                    [stage_factors(history, window, stage) for stage in stages],
                    [holds(life, stage, moment) for stage in stages],
                )


def _told_truly(stage: Stage, log_odds: Real, is_in: NDArray[np.bool_]) -> Stage:
    """Return the stage with the factor and the power of its odds that score best."""
    if is_in.all() or not is_in.any():
        return stage
    fitted = LogisticRegression(C=np.inf).fit(log_odds[:, None], is_in)
    return replace(
        stage,
        odds_factor=float(np.clip(np.exp(fitted.intercept_[0]), *_FACTORS)),
        odds_power=float(np.clip(fitted.coef_[0, 0], *_POWERS)),
    )
