"""Three kinds of people and what the model says of them: tea all day, coffee monthly, coffee once.

A town is made in which many live who drink one tea after the other, and many who bought coffee
once, as a gift, and want no second; there are ordinary people too who buy coffee about once a
month. The model learns from all others, up to a day; then each of these is followed from their
first such purchase after that day. So what it says of them it knows from nothing but their own gaps
and what others taught it of gaps.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from ml.dataset.dataset import Dataset
from ml.evaluation.question import with_history
from ml.model.history import SECONDS_PER_DAY
from ml.simulation.people import CHAIN_TEA_DRINKER, CHARACTERS, ONE_COFFEE
from ml.simulation.shopping import GIFT_MOMENT
from ml.simulation.simulate import simulate_town
from ml.simulation.town import TownConfig, TownError, customer_id
from ml.training.artefacts.purchases import Purchases, purchases_of
from ml.training.insight.comebacks import LAST_DAY, Case, Comebacks, comebacks
from ml.training.learning import LearningConfig, learn

MONTHLY_COFFEE = "monthly coffee"
"""The third kind: who buys a coffee at least four times before the day, about once a month."""

_CATEGORIES = {CHAIN_TEA_DRINKER: "Tea", MONTHLY_COFFEE: "Coffee", ONE_COFFEE: "Coffee"}
"""The kinds, and of what they buy the item that they are followed by."""

_MONTH_DAYS = 30.0
_LEAST_GAPS = 3

_END = date(2026, 6, 30)
"""Any day will do; a fixed one gives the same picture every day."""

_DAYS = 730
"""A third of two years lies before the gift, enough for the moments that a ranker learns from."""


@dataclass(frozen=True, slots=True)
class StudyConfig:
    """The town, and who of it is followed."""

    customers: int = 1_500
    """How many live there, the followed ones among them."""
    people: int = 40
    """How many of each kind are followed, at most."""
    seed: int = 7
    """From 0; another seed is another town."""
    last_day: int = LAST_DAY
    """How many days they are followed."""
    learning: LearningConfig = field(default_factory=LearningConfig)
    """How the model is learned."""


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """What the model said of the people of one kind."""

    name: str
    """``CHAIN_TEA_DRINKER``, ``MONTHLY_COFFEE`` or ``ONE_COFFEE``."""
    category: str
    """Of the item that they are followed by."""
    gap_days: float | None
    """The median over people of the median days between purchases of the item, up to the one from
    which they are followed; ``None`` where that is the first."""
    comebacks: Comebacks


def coffee_and_tea(config: StudyConfig) -> tuple[Kind, ...]:
    """Let a town live, learn from it, and follow the three kinds.

    Raises:
        TownError: when the town cannot be like that, or is too small for one of the kinds.
        TrainingError: when there is nothing to learn from.
    """
    town = TownConfig(
        end=_END,
        customers=config.customers,
        days=_DAYS,
        characters=config.people + 1,
        seed=config.seed,
    )
    dataset = simulate_town(town, progress=config.learning.show_progress).dataset
    cut = town.start + timedelta(days=int(GIFT_MOMENT * _DAYS))
    purchases = purchases_of(dataset)
    followed = _followed(dataset, purchases, config.people, round(cut.timestamp()))
    names = {case.customer_id for cases in followed.values() for case in cases}
    bought = dataset.interactions
    known = bought[~bought["customer_id"].isin(names) & (bought["occurred_at"] < cut)]
    followed = _of_known_items(followed, set(known["item_id"]))
    bundle = learn(with_history(dataset, known), cut, config.learning)
    return tuple(
        Kind(
            name,
            _CATEGORIES[name],
            _typical_gap_days(purchases, cases),
            comebacks(bundle, purchases, cases, last_day=config.last_day),
        )
        for name, cases in followed.items()
    )


def _followed(
    dataset: Dataset, purchases: Purchases, people: int, cut_seconds: int
) -> dict[str, list[Case]]:
    """Return each kind with the purchases from which its people are followed.

    The first customer of each character lives in every town, so the model may know them.
    """
    names = [customer_id(place) for place in range(len(CHARACTERS) * (people + 1))]
    found = {}
    for kind, category in _CATEGORIES.items():
        cases = _first_cases(purchases, _most_bought(dataset, category), cut_seconds)
        if kind in CHARACTERS:
            own = names[len(CHARACTERS) + CHARACTERS.index(kind) :: len(CHARACTERS)]
            found[kind] = [cases[name] for name in own if name in cases]
        else:
            others = [case for name, case in sorted(cases.items()) if name not in names]
            found[kind] = _monthly(purchases, others)[:people]
    return found


def _of_known_items(
    followed: Mapping[str, list[Case]], item_ids: AbstractSet[str]
) -> dict[str, list[Case]]:
    """Return the cases of items that the model will know, at least one of each kind."""
    found = {}
    for kind, cases in followed.items():
        found[kind] = [case for case in cases if case.item_id in item_ids]
        if not found[kind]:
            raise TownError(f"nobody in so small a town shows {kind!r}: take a larger one")
    return found


def _most_bought(dataset: Dataset, category: str) -> dict[str, str]:
    """Return what each customer bought most often of a category."""
    items = dataset.items.loc[dataset.items["category"] == category, "item_id"]
    bought = dataset.interactions[dataset.interactions["item_id"].isin(items)]
    counts = bought.value_counts(["customer_id", "item_id"]).reset_index()
    ordered = counts.sort_values(["count", "item_id"], ascending=[False, True])
    first = ordered.drop_duplicates("customer_id")
    return dict(zip(first["customer_id"], first["item_id"], strict=True))


def _first_cases(
    purchases: Purchases, items: Mapping[str, str], cut_seconds: int
) -> dict[str, Case]:
    """Return by customer the first purchase of their item in the two months from the cut on.

    Who bought it in none of these days is left out.
    """
    end_seconds = cut_seconds + LAST_DAY * SECONDS_PER_DAY
    found = {}
    for customer, item in items.items():
        times = _times(purchases, customer, item)
        within = [seconds for seconds in times if cut_seconds <= seconds < end_seconds]
        if within:
            found[customer] = Case(customer, item, within[0])
    return found


def _monthly(purchases: Purchases, cases: Sequence[Case]) -> list[Case]:
    """Return the cases with enough gaps before them, those nearest to a month first."""
    gaps = {case: _gaps_days(purchases, case) for case in cases}
    regular = [case for case in cases if len(gaps[case]) >= _LEAST_GAPS]
    return sorted(regular, key=lambda case: abs(np.log(np.median(gaps[case]) / _MONTH_DAYS)))


def _typical_gap_days(purchases: Purchases, cases: Sequence[Case]) -> float | None:
    gaps = [found for case in cases if len(found := _gaps_days(purchases, case))]
    return float(np.median([np.median(each) for each in gaps])) if gaps else None


def _gaps_days(purchases: Purchases, case: Case) -> list[float]:
    """Return the days between purchases of the item, up to that of the case."""
    times = _times(purchases, case.customer_id, case.item_id)
    known = [seconds for seconds in times if seconds <= case.bought_seconds]
    return [float(each) / SECONDS_PER_DAY for each in np.diff(known)]


def _times(purchases: Purchases, customer: str, item: str) -> list[int]:
    return [seconds for seconds, items in purchases.baskets(customer) if item in items]
