"""What is typical of a shop's customers: what one is taken for until their own history speaks.

The figures of a shop are fitted by ``python -m ml priors`` and reach the service as a file. Without
it the traits that cannot do without are absent, and the others lean weakly on the defaults here.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class LifetimePrior:
    """BG/NBD: how often customers buy and when they leave; the letters are the paper's."""

    r: float
    alpha: float
    """In days."""
    a: float
    b: float


@dataclass(frozen=True, slots=True)
class SpendPrior:
    """Gamma-gamma: what customers spend on a day with a purchase; the letters are the paper's."""

    p: float
    q: float
    """More than 1."""
    gamma: float
    """In the deployment's currency."""


@dataclass(frozen=True, slots=True)
class GapPrior:
    """Log-normal days between two purchases."""

    log_mean: float = math.log(30.0)
    """Of the logarithm of days; a month where nothing is known."""
    log_std: float = 1.0
    """Give or take a factor of e where nothing is known."""
    weight: float = 2.0
    """How many own gaps it is worth; two, as when the model decides what is due."""

    @property
    def usual_days(self) -> float:
        """The gap that half of all gaps exceed."""
        return math.exp(self.log_mean)


@dataclass(frozen=True, slots=True)
class RepurchasePrior:
    """Of one item or category: whether and when it is bought again."""

    repeat_rate: float = 0.5
    """Share of buyers who bought it again."""
    gap: GapPrior = field(default_factory=GapPrior)


@dataclass(frozen=True, slots=True)
class PricePrior:
    """What is paid for one unit within a category: mean and spread of its logarithm."""

    log_mean: float
    log_std: float


@dataclass(frozen=True, slots=True)
class PromotionPrior:
    """Share of priced lines bought at a discount."""

    share: float = 0.25
    """A quarter where nothing is known: about what grocers sell in promotion."""
    weight: float = 8.0
    """How many own lines it is worth: an ordinary basket."""


@dataclass(frozen=True, slots=True)
class VarietyPrior:
    """Share of choices within a category that are of another item than last time."""

    share: float = 0.5
    """As likely as not where nothing is known."""
    weight: float = 8.0
    """How many own choices it is worth: an ordinary basket."""


@dataclass(frozen=True, slots=True)
class Priors:
    """Everything that is typical."""

    visits: GapPrior = field(default_factory=lambda: GapPrior(log_mean=math.log(14.0)))
    """Gaps between days with a purchase; a fortnight where nothing is known."""
    promotion: PromotionPrior = field(default_factory=PromotionPrior)
    variety: VarietyPrior = field(default_factory=VarietyPrior)
    anything: RepurchasePrior = field(default_factory=RepurchasePrior)
    """Of an item or category that is not in the tables below."""
    items: Mapping[str, RepurchasePrior] = field(default_factory=dict)
    categories: Mapping[str, RepurchasePrior] = field(default_factory=dict)
    prices: Mapping[str, PricePrior] = field(default_factory=dict)
    """By category."""
    lifetime: LifetimePrior | None = None
    spend: SpendPrior | None = None


DEFAULT_PRIORS = Priors()
"""What is taken for typical where nothing was fitted."""
