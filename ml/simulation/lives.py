"""Stages of life and what changes a life, read from ``lives.toml``."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_FILE = Path(__file__).parent / "lives.toml"


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


@dataclass(frozen=True, slots=True)
class Change:
    """Something that happens to a life and stays; each is as likely as the others."""

    name: str
    tastes: Mapping[str, float]
    """Factor by category from then on, on top of the stage's (which counts as at least 1 where
    the change adds: a student with a baby buys nappies)."""
    basket_factor: float
    moves_store: bool
    """Whether another store becomes the home store."""


def read_lives() -> tuple[tuple[Stage, ...], tuple[Change, ...]]:
    """Return the stages and the changes."""
    document = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    stages = tuple(Stage(**each) for each in document["stages"])
    return stages, tuple(Change(**each) for each in document["changes"])
