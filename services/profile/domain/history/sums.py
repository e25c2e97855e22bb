"""Putting facts together so that their order never shows: sums, extremes, the latest so many."""

from collections.abc import Callable, Mapping
from typing import TypeVar

CEILING = 2**62
"""Sums of counts and micro-units stop here, so that no history outgrows a stored integer."""

Name = TypeVar("Name", bound=str | int)
Value = TypeVar("Value")
Fact = TypeVar("Fact", bound=tuple[object, ...])


def total(one: int, other: int) -> int:
    """Return the sum of two amounts, at most ``CEILING``."""
    return min(one + other, CEILING)


def earliest(one: int, other: int) -> int:
    """Return the smaller of two times of which 0 means never."""
    return min(one, other) if one and other else one or other


def latest(one: tuple[Fact, ...], other: tuple[Fact, ...], most: int) -> tuple[Fact, ...]:
    """Return the latest facts of two lists in the order of the facts, latest first."""
    if not one or not other:
        return one or other
    return tuple(sorted(one + other, reverse=True)[:most])


def joined(
    one: Mapping[Name, Value], other: Mapping[Name, Value], merged: Callable[[Value, Value], Value]
) -> Mapping[Name, Value]:
    """Return every name of both with its value, those of a name in both put together."""
    if not one or not other:
        return one or other
    larger, smaller = (one, other) if len(one) >= len(other) else (other, one)
    together = dict(larger)
    for name, value in smaller.items():
        together[name] = merged(together[name], value) if name in together else value
    return together


def counted(one: Mapping[Name, int], other: Mapping[Name, int]) -> Mapping[Name, int]:
    """Return the counts of both, by name."""
    if not one or not other:
        return one or other
    larger, smaller = (one, other) if len(one) >= len(other) else (other, one)
    together = dict(larger)
    for name, count in smaller.items():
        together[name] = together.get(name, 0) + count
    return together
