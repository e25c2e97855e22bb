"""What the model is worth on new items: among everything, and among the new ones alone.

In the list of everything new items stand beside what a customer always buys; so the second figure
asks only which of the new items fits, as a campaign for them does.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from ml.dataset.dataset import Dataset
from ml.evaluation.baselines import Popular
from ml.evaluation.descriptions import ChanceInCategory, WordsInCommon
from ml.evaluation.intervals import Estimate, bootstrap_mean, paired_difference
from ml.evaluation.metrics import Baskets, Lists, score_customers
from ml.evaluation.new_items import NewItems, withdraw
from ml.evaluation.question import Protocol, default_protocol, questions
from ml.evaluation.recommender import Recommender
from ml.training.artefacts.attribute_map import item_attributes
from ml.training.insight.placed_factors import PlacedFactors
from ml.training.learned import Ofone, Ranking
from ml.training.learning import LearningConfig

CUTOFFS = (10, 20, 100)
"""List lengths that are reported."""

BLOCK_SIZE = 500
"""So many customers' orders of everything are held at once."""

METRICS = tuple(f"recall@{each}" for each in CUTOFFS)


@dataclass(frozen=True, slots=True)
class Draw:
    """Which items are made new."""

    share: float = 0.1
    """Of the items that are asked for."""
    seed: int = 0


@dataclass(slots=True, eq=False)
class Scores:
    """A row of ``METRICS`` for each customer asked, by recommender, the model first."""

    by_name: dict[str, list[pd.DataFrame]] = field(default_factory=dict)

    def add(self, name: str, lists: Lists, truth: Baskets) -> None:
        """Score the answers to one question."""
        scores = score_customers(lists, truth, ideal="full", cutoffs=CUTOFFS)
        self.by_name.setdefault(name, []).append(scores[list(METRICS)])

    def estimates(self) -> dict[str, dict[str, Estimate]]:
        """Return every mean with its interval."""
        return {name: bootstrap_mean(pd.concat(each)) for name, each in self.by_name.items()}

    def leads(self) -> dict[str, dict[str, Estimate]]:
        """Return the model's paired lead over each of the others."""
        ours = pd.concat(self.by_name[Ofone.name])
        return {
            name: paired_difference(ours, pd.concat(each))
            for name, each in self.by_name.items()
            if name != Ofone.name
        }


@dataclass(slots=True, eq=False)
class ColdStart:
    """What was found, over all questions of a protocol."""

    protocol: Protocol
    draw: Draw
    asked: list[NewItems] = field(default_factory=list)
    among_all: Scores = field(default_factory=Scores)
    """Every item of the catalogue may be listed."""
    among_new: Scores = field(default_factory=Scores)
    """New items alone are listed."""
    whole: Scores = field(default_factory=Scores)
    """Every item may be listed, and all that was bought counts: what hits on new items cost."""
    candidate_recalls: list[float] = field(default_factory=list)
    """Of each customer, the share of the new items bought that were candidates."""
    said: float = 0.0
    """How many purchases of new candidates were expected, all probabilities summed up."""
    happened: int = 0
    """How many there were."""


def cold_start(
    dataset: Dataset, config: LearningConfig, draw: Draw, *, protocol: Protocol | None = None
) -> ColdStart:
    """Make items new, learn, and ask who bought them.

    Args:
        dataset: with attributes of its items.
        config: of the model.
        draw: which items.
        protocol: ``None`` takes ``calendar`` for dated data.

    Raises:
        NoNewItemsError: when the catalogue describes none that is asked for.
        SplitError: when nobody can be asked.
        TrainingError: when there is nothing to learn from.
    """
    chosen = protocol or default_protocol(dataset)
    found = ColdStart(chosen, draw)
    for question in questions(dataset, chosen, horizon_days=config.horizon_days):
        asked = withdraw(question, share=draw.share, seed=draw.seed)
        found.asked.append(asked)
        _ask_model(found, asked, config)
        for rival in _rivals(asked, config):
            _ask_rival(found, rival, asked)
    return found


def _ask_model(found: ColdStart, asked: NewItems, config: LearningConfig) -> None:
    question, new = asked.question, frozenset(asked.items)

    def see(ranking: Ranking) -> None:
        wanted = question.truth[ranking.customer_id]
        is_new = np.array([item in new for item in ranking.item_ids], np.bool_)
        hits = len(wanted.intersection(ranking.item_ids))
        found.candidate_recalls.append(hits / len(wanted))
        found.said += float(ranking.probabilities[is_new].sum())
        found.happened += hits

    model = Ofone(config, observe=see)
    model.fit(question.history, question.now)
    customers = question.customer_ids
    answers = model.recommend(customers, max(CUTOFFS))
    lists = dict(zip(customers, answers, strict=True))
    found.among_all.add(Ofone.name, lists, question.truth)
    found.whole.add(Ofone.name, lists, asked.baskets)
    fresh = model.recommend_fresh(customers, max(CUTOFFS))
    found.among_new.add(Ofone.name, dict(zip(customers, fresh, strict=True)), question.truth)


def _rivals(asked: NewItems, config: LearningConfig) -> tuple[Recommender, ...]:
    attributes = item_attributes(asked.question.history.items)
    shelf = sorted(attributes)
    return (
        Popular(),
        ChanceInCategory(shelf, "popular", seed=config.seed),
        ChanceInCategory(shelf, "own", seed=config.seed),
        WordsInCommon(shelf, attributes),
        PlacedFactors(shelf, attributes, config.factors, seed=config.seed),
    )


def _ask_rival(found: ColdStart, rival: Recommender, asked: NewItems) -> None:
    """Ask for an order of everything; what it says of the new items is their order too."""
    question, new = asked.question, frozenset(asked.items)
    rival.fit(question.history, question.now)
    everything = len(question.history.items) + question.history.interactions["item_id"].nunique()
    customers = question.customer_ids
    firsts: dict[str, Sequence[str]] = {}
    fresh: dict[str, Sequence[str]] = {}
    for start in range(0, len(customers), BLOCK_SIZE):
        block = customers[start : start + BLOCK_SIZE]
        for customer, order in zip(block, rival.recommend(block, everything), strict=True):
            firsts[customer] = order[: max(CUTOFFS)]
            fresh[customer] = [item for item in order if item in new][: max(CUTOFFS)]
    found.among_all.add(rival.name, firsts, question.truth)
    found.whole.add(rival.name, firsts, asked.baskets)
    found.among_new.add(rival.name, fresh, question.truth)
