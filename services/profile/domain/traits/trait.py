"""What a trait is: a number about a customer, with its evidence and a sentence for people."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class Unit(Enum):
    """What a number counts."""

    DAYS = "days"
    COUNT = "count"
    PER_MONTH = "per month"
    SHARE = "share"
    """From 0 to 1; a probability too."""
    CURRENCY = "currency"
    """The deployment's."""
    RATIO = "ratio"
    """To what is typical; 1 is typical."""
    COEFFICIENT = "coefficient"
    """Without a unit; 0 is typical."""
    NONE = ""
    """Of moments, words and mixes."""


Mix = tuple[tuple[str, float], ...]
"""Shares by name, the largest first; they add up to 1."""

Value = float | datetime | str | Mix


@dataclass(frozen=True, slots=True)
class Trait:
    """Something about a customer that follows from history, now and what is typical."""

    name: str
    value: Value
    unit: Unit
    evidence_count: int
    """How many observations of this customer are behind it."""
    explanation: str
    """One plain sentence."""
    subject: str = ""
    """What it is about, where that is not the whole customer: ``items/…`` or ``categories/…``."""
