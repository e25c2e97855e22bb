"""Stages of life and what changes a life, read from ``lives.toml`` or ``life_courses.toml``."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_FOLDER = Path(__file__).parent
_AT_ONCE = _FOLDER / "lives.toml"
_BY_DEGREES = _FOLDER / "life_courses.toml"


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of life: what it buys more or less of than the town."""

    name: str
    share: float
    """Share of customers who are in it when the history begins; all shares add up to 1."""
    tastes: Mapping[str, float]
    """Factor by category; 1 where none is given."""
    basket_factor: float
    """How large its baskets are, relative to the town's."""
    works: bool = False
    """Whether most of it can shop in the evening only, from Monday to Friday."""


@dataclass(frozen=True, slots=True)
class Step:
    """What a change makes of a life from one of its days on."""

    tastes: Mapping[str, float]
    """Factor by category, on top of the stage's (which counts as at least 1 where the step adds: a
    student with a baby buys nappies)."""
    basket_factor: float = 1.0
    """On top of the stage's."""
    after_days: float = 0.0
    """Days since the change, for a life of middling pace."""
    works: bool | None = None
    """What becomes of the stage's ``works``; ``None`` for nothing."""


@dataclass(frozen=True, slots=True)
class Change:
    """Something that happens to a life and stays."""

    name: str
    steps: tuple[Step, ...]
    """In the order of their days; the first is the change itself."""
    moves_store: bool = False
    """Whether another store becomes the home store."""
    weight: float = 1.0
    """How often it happens, relative to the other changes that a stage knows."""
    stages: tuple[str, ...] = ()
    """To whom it happens; nobody named is everybody."""
    wander: float = 0.0
    """Standard deviation of the log of what it makes of each category, at random."""


def read_lives(*, by_degrees: bool = False) -> tuple[tuple[Stage, ...], tuple[Change, ...]]:
    """Return the stages and the changes.

    Args:
        by_degrees: whether changes come step by step, to those they happen to; else at once, and
            each as likely as the others.
    """
    file = _BY_DEGREES if by_degrees else _AT_ONCE
    document = tomllib.loads(file.read_text(encoding="utf-8"))
    stages = tuple(Stage(**each) for each in document["stages"])
    changes = tuple(
        Change(
            **{
                **each,
                "steps": tuple(Step(**step) for step in each["steps"]),
                "stages": tuple(each.get("stages", ())),
            }
        )
        for each in document["changes"]
    )
    return stages, changes
