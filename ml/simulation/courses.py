"""The course of a life: which change comes to it, when, and how much of it shows."""

from dataclasses import dataclass

import numpy as np

from ml.simulation.lives import Change, Stage, Step
from ml.simulation.town import Town

_TRACELESS_SHARE = 0.12
"""Share of changes of which the shop sees nothing: what they need is bought elsewhere."""
_STRENGTHS = (0.5, 1.15)
"""How much of the others shows, from least to most: the exponent of a step's factors."""
_PACE_SPREAD = 0.2
"""Standard deviation of the log of how long the steps of a change take."""
_FLEXIBLE_SHARE = 0.3
"""Share of those who work who can shop at any hour: part-time, shifts."""


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """What the history holds for one life."""

    change: Change
    day: float
    """Day of the history on which it begins."""
    chance: float
    """From 0 to 1: it comes to pass where this is below the town's share of changes."""
    strength: float = 1.0
    """How much of it shows: the exponent of the factors of its steps."""
    pace: float = 1.0
    """How long its steps take, relative to a life of middling pace."""
    is_flexible: bool = False
    """Whether work leaves them free to shop at any hour."""

    def steps(self, days: int) -> tuple[tuple[float, Step], ...]:
        """Return the steps that fall into a history of so many days, each with its day."""
        dated = ((self.day + self.pace * step.after_days, step) for step in self.change.steps)
        return tuple((day, step) for day, step in dated if day < days)


def draw_course(town: Town, stage: Stage, rng: np.random.Generator) -> Course:
    """Draw what may happen to a life that begins in a stage."""
    chance, moment = rng.random(), rng.uniform(0.25, 0.75)
    day = moment * town.config.days
    if not town.config.life_courses:
        change = town.changes[int(rng.integers(len(town.changes)))]
        return Course(change, day, chance)
    known = [each for each in town.changes if not each.stages or stage.name in each.stages]
    weights = np.array([each.weight for each in known])
    change = known[int(rng.choice(len(known), p=weights / weights.sum()))]
    is_traceless, strength = rng.random() < _TRACELESS_SHARE, rng.uniform(*_STRENGTHS)
    return Course(
        change,
        day,
        chance,
        strength=0.0 if is_traceless else float(strength),
        pace=float(rng.lognormal(0, _PACE_SPREAD)),
        is_flexible=bool(rng.random() < _FLEXIBLE_SHARE),
    )
