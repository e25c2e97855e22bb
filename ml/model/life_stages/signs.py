"""The table of signs: which life stages there are, and what is bought more or less in each."""

from collections.abc import Sequence
from dataclasses import dataclass

from ml.model.life_stages.history import (
    ANOTHER_STORE,
    MONTHS,
    OTHER_HOURS,
    USUAL_STORE,
    WORKING_HOURS,
    Kind,
)

Shift = tuple[Kind, str, bool]
"""What is bought otherwise, and whether more of it."""

_OPPOSITES = {(Kind.STORE, USUAL_STORE): ANOTHER_STORE, (Kind.DAYPART, OTHER_HOURS): WORKING_HOURS}
"""A visit more to one is a visit less to the other: they are one sign."""


@dataclass(frozen=True, slots=True)
class Usual:
    """How often something is bought by customers of whom nothing special is known."""

    rate: float
    """Its share of all lines, or of all baskets; 0 to 1, open."""
    shape: float
    """How alike customers are in it: the shape of the gamma distribution of their rates. Below 1
    many buy next to none and some much; from about 3 on all are nearly alike."""
    seasons: tuple[float, ...] = (1.0,) * MONTHS
    """(12,): factor by month of the year, January first."""


@dataclass(frozen=True, slots=True)
class Sign:
    """Something that is bought more, or less, from the day on that a life changes."""

    kind: Kind
    name: str
    """The category, the part of the week, or the usual or another store."""
    ratio: float
    """How many times as often as before; below 1 for less often, 1 for as often."""
    usual: Usual
    seen_in: float = 0.8
    """Share of those whose life changes in whom it shows at all, 0 to 1, open."""
    after_months: int = 0
    """How many months after the change it begins."""
    before: float = 1.0
    """How many times as often as is usual they buy it before, to whom the change comes: children
    grow where there are nappies."""

    @property
    def shift(self) -> Shift | None:
        """Return what shifts which way; ``None`` where it only tells before the change."""
        if self.ratio == 1.0:
            return None
        is_more = self.ratio > 1.0
        opposite = _OPPOSITES.get((self.kind, self.name))
        return (self.kind, opposite, not is_more) if opposite else (self.kind, self.name, is_more)


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of life that begins with a change."""

    name: str
    """Lower case, digits and underscores: conditions call it by this name."""
    display_name: str
    """What people call it."""
    is_sensitive: bool
    """Whether it may only be looked for with the customer's consent to that."""
    per_year: float
    """How many in a customer and year come to it, 0 to 1, open: the hazard of the change."""
    lasts_months: int
    """For how long after the change a customer is in it."""
    half_life_months: float
    """After how many months half of a sign is gone; infinite where signs stay."""
    trust: float
    """How far the signs are believed, 0 to 1: below 1 because they do not come independently of
    each other, nor purchases of each other."""
    signs: tuple[Sign, ...]
    odds_factor: float = 1.0
    """Before they are told the odds are multiplied by this, for they turned out so much larger."""
    odds_power: float = 1.0
    """And raised to this before: below 1 because they turned out less sure."""


@dataclass(frozen=True, slots=True)
class SignTable:
    """All stages that are looked for."""

    stages: tuple[Stage, ...] = ()

    @property
    def sensitive(self) -> frozenset[str]:
        """Return the names of the stages that need consent."""
        return frozenset(each.name for each in self.stages if each.is_sensitive)


def rivals(stages: Sequence[Stage]) -> list[tuple[int, ...]]:
    """Return for each stage the places of those that may explain what speaks for it.

    Stages are rivals where the same sign shifts the same way in both, and so are a rival's rivals.
    """
    groups: list[tuple[set[Shift], list[int]]] = []
    for place, stage in enumerate(stages):
        shifts = {shift for sign in stage.signs if (shift := sign.shift) is not None}
        joined = [group for group in groups if group[0] & shifts]
        groups = [group for group in groups if not group[0] & shifts]
        members = [place, *(each for _, places in joined for each in places)]
        groups.append((shifts.union(*(of for of, _ in joined)), members))
    of_place = {place: members for _, members in groups for place in members}
    return [
        tuple(each for each in of_place[place] if each != place) for place in range(len(stages))
    ]
