"""What can be said without a model: what was bought often is bought again."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ml.model.candidates import SOURCES, Candidates
from ml.model.history import History
from ml.model.timing import timing
from services.recommendation.domain.ranking import Proposal, Ranking

USUAL_GAP_DAYS = 14.0
"""The rhythm that own ones are shrunk to: the median of repurchase gaps in grocery data."""
USUAL_GAP_SPREAD = 0.9
"""Standard deviation of the logarithm of gaps (see ``ml.model.timing``)."""


def own_candidates(history: History, count: int) -> Candidates:
    """Return the first ``count`` own items as candidates that no source scored."""
    item_ids = list(history.item_ids[:count])
    scores = np.full((len(SOURCES), len(item_ids)), np.nan, np.float32)
    return Candidates(item_ids, scores, len(item_ids))


def rank_by_frequency(history: History, proposal: Proposal, now_seconds: int) -> Ranking:
    """Return the own items of ``proposal``, each with the share of baskets that held it.

    Args:
        history: the customer's.
        proposal: own items only.
        now_seconds: the moment, seconds since 1970.
    """
    place_of = {item_id: place for place, item_id in enumerate(history.item_ids)}
    places = _places(place_of, proposal.candidates.item_ids)
    counts = history.basket_counts[places]
    prior = (
        np.full(len(places), np.log(USUAL_GAP_DAYS), np.float32),
        np.full(len(places), USUAL_GAP_SPREAD, np.float32),
    )
    return Ranking(
        proposal=proposal,
        probabilities=np.minimum(counts / max(history.basket_count, 1), 1).astype(np.float32),
        timing=timing(history, places, prior=prior, now_seconds=now_seconds),
        own_counts=counts,
        losses=lambda asked: {"habit": counts[asked]},
        model_version="",
    )


def _places(place_of: dict[str, int], item_ids: Sequence[str]) -> NDArray[np.int64]:
    return np.fromiter((place_of[each] for each in item_ids), np.int64, len(item_ids))
