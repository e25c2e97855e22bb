"""What it is worth to know what others brought home.

A town is made in which many live two by two and buy for the house in turns. The model learns from
everybody's own purchases, as the services give them; then each of those who live together is asked
about twice: as if nobody else lived there, and with what the other brought home known to be there.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

import pandas as pd
from tqdm.auto import tqdm

from ml.evaluation.intervals import Estimate, bootstrap_mean, paired_difference
from ml.evaluation.question import Question, questions
from ml.model.candidates import Moment
from ml.model.history import SECONDS_PER_DAY, History
from ml.model.household import at_home
from ml.simulation.homes import HOUSE_CATEGORIES, partner_of
from ml.simulation.simulate import simulate_town
from ml.simulation.town import Town, TownConfig, TownError, customer_id
from ml.training.artefacts.purchases import Purchases, purchases_of
from ml.training.learning import LearningConfig, learn
from ml.training.lessons.asking import Asking
from ml.training.lessons.windows import moment_seconds

OWN, HOME = "own history only", "with what others brought home"
RECALL, WASTED = "recall@10", "wasted@10"
"""The share of the next basket among the first ten; and how many of the first ten another had
brought home in the last ``FRESH_DAYS`` and the customer did not buy."""
LENGTH = 10
HOUSE_DAYS = 60
"""As far back as ``profile`` looks (``[house]`` in its catalogue)."""
FRESH_DAYS = 7
_END = date(2026, 6, 30)
"""Any day will do; a fixed one gives the same figures every day."""


@dataclass(frozen=True, slots=True)
class HomesConfig:
    """The town."""

    customers: int = 3_000
    """How many live there."""
    shared_homes: float = 0.6
    """Share of them who live with another."""
    seed: int = 7
    """From 0; another seed is another town."""
    learning: LearningConfig = field(default_factory=LearningConfig)
    """How the model is learned."""


@dataclass(frozen=True, slots=True, eq=False)
class HomesWorth:
    """How either way of asking did: a row a customer, a column a metric."""

    scores: Mapping[str, pd.DataFrame]

    def estimates(self) -> dict[str, dict[str, Estimate]]:
        """Return the means by way of asking and metric."""
        return {name: bootstrap_mean(each) for name, each in self.scores.items()}

    def leads(self) -> dict[str, Estimate]:
        """Return by how much it is more with what others brought home, paired by customer."""
        return paired_difference(self.scores[HOME], self.scores[OWN])


def homes_worth(config: HomesConfig) -> HomesWorth:
    """Let a town live, learn from it, and ask about those who live together.

    Raises:
        SplitError: when nobody can be asked.
        TownError: when the town cannot be like that, or nobody in it lives with another.
        TrainingError: when there is nothing to learn from.
    """
    simulation = simulate_town(
        TownConfig(
            end=_END,
            customers=config.customers,
            seed=config.seed,
            shared_homes=config.shared_homes,
        ),
        progress=config.learning.show_progress,
    )
    horizon_days = config.learning.horizon_days
    (question,) = questions(simulation.dataset, "calendar", horizon_days=horizon_days)
    asking = Asking.of(learn(question.history, question.now, config.learning))
    street = _Street(simulation.town, question, asking, purchases_of(question.history))
    pairs = list(_together(simulation.town, question))
    if not pairs:
        raise TownError("nobody in so small a town lives with another: take a larger one")
    scores: dict[str, dict[str, dict[str, float]]] = {OWN: {}, HOME: {}}
    for me, other in tqdm(pairs, desc="asking", disable=not config.learning.show_progress):
        for name, score in street.scores(me, other).items():
            scores[name][me] = score
    return HomesWorth(
        {name: pd.DataFrame.from_dict(each, orient="index") for name, each in scores.items()}
    )


def brought_home(
    town: Town, purchases: Purchases, customer: str, *, since_seconds: float
) -> dict[str, int]:
    """Return when a customer last brought home what is for the house, by item.

    Args:
        town: says which items are.
        purchases: of everybody.
        customer: of the purchases.
        since_seconds: what was brought before is used up; since 1970.
    """
    goods = town.catalogue
    category_of = dict(zip(goods.item_ids, goods.category_rows.tolist(), strict=True))
    return {
        item: seconds
        for seconds, items in purchases.baskets(customer)
        if seconds >= since_seconds
        for item in items
        if goods.categories[category_of[item]] in HOUSE_CATEGORIES
    }


@dataclass(frozen=True, slots=True, eq=False)
class _Street:
    """The town at the moment of asking, and the model."""

    town: Town
    question: Question
    asking: Asking
    purchases: Purchases

    def scores(self, me: str, other: str) -> dict[str, dict[str, float]]:
        """Return the metrics by way of asking."""
        since = self._now_seconds - HOUSE_DAYS * SECONDS_PER_DAY
        brought = brought_home(self.town, self.purchases, other, since_seconds=since)
        fresh = self._now_seconds - FRESH_DAYS * SECONDS_PER_DAY
        just_brought = {item for item, seconds in brought.items() if seconds >= fresh}
        truth = set(self.question.truth[me])
        history = self.purchases.history(me)
        found = {}
        for name, known in ((OWN, history), (HOME, at_home(history, brought))):
            items = self._first(me, known)
            found[name] = {
                RECALL: len(truth.intersection(items)) / len(truth),
                WASTED: float(len(just_brought.intersection(items) - truth)),
            }
        return found

    @property
    def _now_seconds(self) -> int:
        return moment_seconds(self.question.now)

    def _first(self, me: str, history: History) -> list[str]:
        moment = Moment(store=self.purchases.last_store(me))
        return self.asking.about(history, moment, self._now_seconds).best(LENGTH)


def _together(town: Town, question: Question) -> Iterator[tuple[str, str]]:
    """Yield who can be asked about and lives with another, and that other."""
    for index in range(town.config.customers):
        partner = partner_of(town.config, index)
        if partner is not None and customer_id(index) in question.truth:
            yield customer_id(index), customer_id(partner)
