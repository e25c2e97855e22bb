"""The table of signs: which life stages there are, and what is bought more or less in each."""

from dataclasses import dataclass

from ml.model.life_stages.history import MONTHS, Kind


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


@dataclass(frozen=True, slots=True)
class SignTable:
    """All stages that are looked for."""

    stages: tuple[Stage, ...] = ()

    @property
    def sensitive(self) -> frozenset[str]:
        """Return the names of the stages that need consent."""
        return frozenset(each.name for each in self.stages if each.is_sensitive)
