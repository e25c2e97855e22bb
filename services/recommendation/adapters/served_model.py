"""The published model as requests use it: the ranker, and candidates without a search."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ml.model import candidates as proposing
from ml.model.bundle import Bundle, BundleError
from ml.model.bundle_folder import read_bundle
from ml.model.candidates import CandidateGenerator, Candidates
from ml.model.features import feature_table
from ml.model.history import SECONDS_PER_DAY, History, empty_history, history_of_baskets
from ml.model.ranker import Ranker
from ml.model.trees import TreesError
from services.recommendation.domain.moment import Moment
from services.recommendation.domain.ranking import ItemAttributes, Proposal, Ranking

REHEARSED_ITEMS = 20
"""A basket that a model is tried on holds so many items."""


@dataclass(frozen=True, slots=True)
class ServedModel:
    """The port ``Model`` on a bundle."""

    bundle: Bundle
    ranker: Ranker
    generator: CandidateGenerator
    """Proposes without a search: own items, what follows, goes with and is near them, what is
    popular and what the regression expects."""

    @property
    def version(self) -> str:
        """See ``ports.models.Model.version``."""
        return self.bundle.facts.version

    def candidates(self, history: History, moment: Moment) -> Candidates:
        """See ``ports.models.Model.candidates``."""
        return self.generator.generate(
            history,
            proposing.Moment(current_basket=moment.basket, store=moment.store),
        )

    def rank(self, history: History, proposal: Proposal, now_seconds: int) -> Ranking:
        """See ``ports.models.Model.rank``."""
        table = feature_table(self.bundle, history, proposal.candidates, now_seconds)
        return Ranking(
            proposal=proposal,
            probabilities=self.ranker.probabilities(table.values),
            timing=table.timing,
            own_counts=table.own_counts,
            losses=lambda places: self.ranker.losses(table.values[places]),
            model_version=self.version,
        )


def load(folder: Path) -> ServedModel:
    """Return the model of a bundle's folder, once it has shown that it can answer.

    Raises:
        BundleError: when the bundle may not be used.
    """
    bundle = read_bundle(folder)
    model = ServedModel(bundle, Ranker(bundle.ranker), CandidateGenerator.of(bundle, _NoIndex()))
    _rehearse(model)
    return model


def _rehearse(model: ServedModel) -> None:
    """Ask the model before any customer does: for somebody new, and for one with two baskets.

    Raises:
        BundleError: when it cannot rank, or when a probability is none.
    """
    last = model.bundle.facts.as_of_seconds
    items = model.bundle.vocabulary.item_ids[:REHEARSED_ITEMS]
    moment = Moment(datetime.fromtimestamp(last, UTC))
    baskets = [(last - days * int(SECONDS_PER_DAY), items) for days in (7, 14)]
    for history in (empty_history(), history_of_baskets(baskets)):
        found = model.candidates(history, moment)
        unknown = np.zeros(len(found.item_ids), np.int64)
        proposal = Proposal(found, ItemAttributes(("",), unknown, ("",), unknown))
        try:
            ranking = model.rank(history, proposal, moment.seconds)
        except TreesError as error:
            raise BundleError("BAD_VALUE", f"the ranker does not answer: {error}") from error
        if not ((ranking.probabilities >= 0) & (ranking.probabilities <= 1)).all():
            raise BundleError("NOT_FINITE", "the ranker gives a probability that is none")


class _NoIndex:
    """Finds nothing: searching is what ``embedding`` is for."""

    kind = "none"

    def search(
        self,
        vectors: NDArray[np.float32],
        count: int,  # noqa: ARG002  # the port's
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """See ``ml.model.nearest.ItemIndex.search``."""
        return np.zeros((len(vectors), 0), np.int64), np.zeros((len(vectors), 0), np.float32)
