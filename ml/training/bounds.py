"""Within what a setting may lie, told in its type: ``Annotated[int, Bounds(1, 100)]``.

The libraries that learn check their own parameters, but after the long work before them and in
words of their own.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bounds:
    """The least and the most, both included unless it says otherwise."""

    low: float
    high: float
    is_above_low: bool = False
    """Whether ``low`` itself is left out."""

    def admit(self, value: float) -> bool:
        """Return whether a value lies within; NaN lies nowhere."""
        is_high_enough = value > self.low if self.is_above_low else value >= self.low
        return is_high_enough and value <= self.high

    def __str__(self) -> str:
        """Return the rule as it ends a sentence that begins with ``must be a number``."""
        if self.is_above_low:
            return f"above {self.low:,} and up to {self.high:,}"
        return f"from {self.low:,} to {self.high:,}"
