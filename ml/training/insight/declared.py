"""What it is worth that somebody says which persona is theirs, by how much is known of them.

What is said is heard as the services hear any answer: with wider candidates, beside the history,
and fading as the history grows. Told is the persona that the whole history fits best, so nobody
chooses wrongly here, while an answer is believed as far as its question's confidence says.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.evaluation.intervals import Estimate, bootstrap_mean, paired_difference
from ml.evaluation.question import Question
from ml.model.bundle import Bundle
from ml.model.candidates import SOURCE_SIZE, SOURCES, CandidateGenerator, Moment
from ml.model.eliciting import LIST_LENGTH
from ml.model.hearing import FEW_BASKETS, WIDE_SOURCE_SIZE, Bought, heard, with_odds
from ml.model.index import build_index
from ml.model.likings import Subjects, Teaching
from ml.model.ranker import Ranker
from ml.training.lessons.asking import Answer, Asking
from ml.training.lessons.present import Presents
from ml.training.personas.beginnings import Beginnings
from ml.training.personas.declaring import persona_teaching

OWN, SAID = "own history only", "and persona said"

_POPULAR = SOURCES.index("popular")


@dataclass(frozen=True, slots=True, eq=False)
class Declared:
    """How lists did, by the number of known baskets."""

    recalls: Mapping[int, pd.DataFrame]
    """A row a customer, columns ``OWN`` and ``SAID``."""

    def means(self, baskets: int) -> dict[str, Estimate]:
        """Return the recall of either list."""
        return bootstrap_mean(self.recalls[baskets])

    def gain(self, baskets: int) -> Estimate:
        """Return what saying it gains, paired by customer."""
        found = self.recalls[baskets]
        said, own = found[[SAID]], found[[OWN]].rename(columns={OWN: SAID})
        return paired_difference(said, own)[SAID]


def declared(
    bundle: Bundle, beginnings: Beginnings, question: Question, customers: Iterable[str]
) -> Declared:
    """Ask about customers as if their latest few baskets were known, without and with an answer.

    Args:
        bundle: learned from the same purchases as ``beginnings``.
        beginnings: the personas to choose from.
        question: what is asked.
        customers: of the question.
    """
    generator = CandidateGenerator.of(bundle, build_index(bundle.item_factors))
    purchases, ranker = beginnings.purchases, Ranker(bundle.ranker)
    presents, teaching = Presents(generator, purchases, question.now), persona_teaching(beginnings)
    found: dict[int, dict[str, tuple[float, float]]] = {}
    for customer in customers:
        present, store = presents.of(customer), purchases.last_store(customer)
        asking, basket = Asking(present.candidates, ranker), question.truth[customer]
        place = int(beginnings.told(customer).argmax())
        for known in range(min(len(purchases.baskets(customer)), FEW_BASKETS) + 1):
            history = purchases.history(customer, last=known)
            usual, wide = (
                asking.about(history, Moment(store=store, source_size=size), present.now_seconds)
                for size in (SOURCE_SIZE, WIDE_SOURCE_SIZE)
            )
            said = _heard(teaching, place, wide, known)
            own = _recall(usual, usual.probabilities, basket)
            found.setdefault(known, {})[customer] = (own, _recall(wide, said, basket))
    return Declared(
        {
            known: pd.DataFrame.from_dict(scores, orient="index", columns=[OWN, SAID])
            for known, scores in sorted(found.items())
        }
    )


def _heard(teaching: Teaching, place: int, answer: Answer, known: int) -> NDArray[np.float64]:
    """Return the probabilities of the candidates after one of the answers was given."""
    candidates = answer.candidates
    nothing = np.zeros(len(candidates.item_ids), np.int64)
    subjects = Subjects(candidates.item_ids, ("",), nothing, ("",), nothing)
    bought = Bought.of(answer.features.own_counts, candidates.scores[_POPULAR], known)
    hearing = heard(teaching, subjects, bought)
    return with_odds(answer.probabilities, hearing.change(place, teaching.confidence))


def _recall(answer: Answer, probabilities: NDArray[np.floating], basket: frozenset[str]) -> float:
    first = np.argsort(-probabilities, kind="stable")[:LIST_LENGTH]
    shown = {answer.candidates.item_ids[place] for place in first.tolist()}
    return len(shown & basket) / len(basket)
