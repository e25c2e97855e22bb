"""What the model is worth where nothing is known of a customer but the store, or not even that.

Everybody who is asked about has a history, which the question tells nobody; so it is known what
they buy next, and the artefacts are those of any other question. Compared are the ways in which a
shop without a model would begin: with what is popular there, or anywhere.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from tqdm.auto import tqdm

from ml.dataset.dataset import Dataset
from ml.evaluation.comparison import Answered, Judgement, scored
from ml.evaluation.intervals import Estimate
from ml.evaluation.metrics import CUTOFFS
from ml.evaluation.question import Protocol, Question, default_protocol, questions
from ml.model.bundle import Bundle
from ml.model.candidates import CandidateGenerator, Moment
from ml.model.history import empty_history
from ml.model.index import build_index
from ml.model.popular import Popular
from ml.model.ranker import Ranker
from ml.training.artefacts.purchases import purchases_of
from ml.training.learning import LearningConfig, learn
from ml.training.lessons.asking import Asking
from ml.training.lessons.present import Present, Presents

HERE, NOWHERE = "the model, store known", "the model, store not known"
POPULAR_HERE, POPULAR = "popular in the store", "popular"

COUNT = max(CUTOFFS)


@dataclass(frozen=True, slots=True, eq=False)
class Newcomers:
    """How strangers were answered, over all questions of a protocol."""

    protocol: Protocol
    judgements: Mapping[str, Judgement]
    """``HERE``, ``NOWHERE``, ``POPULAR_HERE`` and ``POPULAR``, asked the same."""

    def leads(self) -> dict[str, dict[str, Estimate]]:
        """Return the paired lead of the model that knows the store over each of the others."""
        ours = self.judgements[HERE]
        return {
            name: ours.lead_over(each) for name, each in self.judgements.items() if name != HERE
        }


def newcomers(
    dataset: Dataset, config: LearningConfig, *, protocol: Protocol | None = None
) -> Newcomers:
    """Ask about the customers of each question as if nothing were known of them.

    Args:
        dataset: any; without stores the two ways of asking are one.
        config: of the model.
        protocol: ``None`` takes ``calendar`` for dated data.

    Raises:
        SplitError: when nobody can be asked.
        TrainingError: when there is nothing to learn from.
    """
    chosen = protocol or default_protocol(dataset)
    ideal = dataset.description.ndcg_ideal
    found: dict[str, list[Answered]] = {}
    for question in questions(dataset, chosen, horizon_days=config.horizon_days):
        bundle = learn(question.history, question.now, config)
        lists: dict[str, dict[str, list[str]]] = {}
        for customer, answers in _answers(bundle, question, show_progress=config.show_progress):
            for name, items in answers.items():
                lists.setdefault(name, {})[customer] = items
        for name, each in lists.items():
            found.setdefault(name, []).append(scored(question, each, ideal=ideal))
    return Newcomers(
        chosen, {name: Judgement(name, tuple(answered)) for name, answered in found.items()}
    )


def _answers(
    bundle: Bundle, question: Question, *, show_progress: bool
) -> Iterator[tuple[str, dict[str, list[str]]]]:
    purchases = purchases_of(question.history)
    candidates = CandidateGenerator.of(bundle, build_index(bundle.item_factors))
    presents, ranker = Presents(candidates, purchases, question.now), Ranker(bundle.ranker)
    for customer in tqdm(question.customer_ids, desc="asking", disable=not show_progress):
        store = purchases.last_store(customer)  # the best guess of where they stand
        yield customer, _answers_of(presents.of(customer), ranker, store)


def _answers_of(now: Present, ranker: Ranker, store: str) -> dict[str, list[str]]:
    popular = now.candidates.popular
    return {
        HERE: _best(now, ranker, store),
        NOWHERE: _best(now, ranker, ""),
        POPULAR_HERE: _most(popular.at_store(store), popular),
        POPULAR: _most(popular, popular),
    }


def _best(now: Present, ranker: Ranker, store: str) -> list[str]:
    asking = Asking(now.candidates, ranker)
    return asking.about(empty_history(), Moment(store=store), now.now_seconds).best(COUNT)


def _most(popular: Popular, anywhere: Popular) -> list[str]:
    """Return the most popular items; a store that sold few is filled up from all."""
    rows = np.concatenate([popular.top(COUNT), anywhere.top(2 * COUNT)])
    ids = popular.bundle.vocabulary.ids(rows)
    return list(dict.fromkeys(ids))[:COUNT]
