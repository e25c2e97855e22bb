"""A bundle asked as the services ask it: candidates, then features, then the ranker."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.model.bundle import Bundle
from ml.model.candidates import CandidateGenerator, Candidates, Moment
from ml.model.features import FeatureTable, feature_table
from ml.model.history import History
from ml.model.index import build_index
from ml.model.ranker import Ranker


def looked_at(
    generator: CandidateGenerator,
    history: History,
    moment: Moment,
    now_seconds: int,
    *,
    allowed: NDArray[np.bool_] | None = None,
) -> tuple[Candidates, FeatureTable]:
    """Return a customer's candidates and their features.

    Args:
        generator: proposes, and knows the bundle that the features are of.
        history: what is known of the customer.
        moment: basket, store and how many candidates.
        now_seconds: when it is asked, seconds since 1970.
        allowed: as in ``CandidateGenerator.generate``.
    """
    found = generator.generate(history, moment, allowed)
    return found, feature_table(generator.bundle, history, found, now_seconds)


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What a model says of one customer at one moment."""

    candidates: Candidates
    features: FeatureTable
    probabilities: NDArray[np.float32]
    """Float32 [n], that the next basket holds each candidate."""

    def best(self, count: int) -> list[str]:
        """Return the most likely candidates, best first; ties in the order of the candidates."""
        order = np.argsort(-self.probabilities, kind="stable")
        return [self.candidates.item_ids[place] for place in order[:count].tolist()]


@dataclass(frozen=True, slots=True, eq=False)
class Asking:
    """A model, ready to be asked."""

    generator: CandidateGenerator
    """Of the bundle, and of whatever its catalogue holds besides."""
    ranker: Ranker

    @classmethod
    def of(cls, bundle: Bundle) -> "Asking":
        """Return a bundle alone, ready to be asked."""
        generator = CandidateGenerator.of(bundle, build_index(bundle.item_factors))
        return cls(generator, Ranker(bundle.ranker))

    def about(
        self,
        history: History,
        moment: Moment,
        now_seconds: int,
        *,
        allowed: NDArray[np.bool_] | None = None,
    ) -> Answer:
        """Return what the model says of a customer; arguments as of ``looked_at``."""
        found, features = looked_at(self.generator, history, moment, now_seconds, allowed=allowed)
        return Answer(found, features, self.ranker.probabilities(features.values))
