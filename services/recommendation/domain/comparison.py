"""How much two lists have in common: what the champion said and what the challenger would say."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ml.model.history import History
from services.recommendation.domain.moment import Moment
from services.recommendation.domain.ranking import Ranking

COMPARED_ITEMS = 10
"""Lists are compared as far as people read them."""

PERSISTENCE = 0.9
"""Chance that a reader goes on to the next item; so 86 % of the measure rests on the first ten
(Webber, Moffat and Zobel, 2010, equation 21)."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What was asked and how a model ranked it."""

    history: History
    moment: Moment
    ranking: Ranking
    seconds: float
    """What candidates and ranking took."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """What two rankings of the same customer at the same moment have in common."""

    overlap: float
    """Share of the longer list that the other holds too, in any order; 0 to 1."""
    rank_biased_overlap: float
    """The same with the first places weighing most; 0 to 1."""
    champion_score: float
    """Mean probability of the champion's list; 0 for an empty one."""
    challenger_score: float
    """Mean probability of the challenger's list; 0 for an empty one."""


def likeness(champion: Ranking, challenger: Ranking, moment: Moment) -> Likeness:
    """Compare the items that each would recommend; what lies in the basket at hand is left out."""
    first, second = (
        each.best(COMPARED_ITEMS, left_out=each.in_basket(moment))
        for each in (champion, challenger)
    )
    champions = [champion.item_ids[place] for place in first]
    challengers = [challenger.item_ids[place] for place in second]
    return Likeness(
        overlap=overlap(champions, challengers),
        rank_biased_overlap=rank_biased_overlap(champions, challengers),
        champion_score=_mean_score(champion, first),
        challenger_score=_mean_score(challenger, second),
    )


def overlap(one: Sequence[str], other: Sequence[str]) -> float:
    """Return which share of the longer list the other holds too; 1 for two empty lists."""
    longer = max(len(one), len(other))
    return len(set(one) & set(other)) / longer if longer else 1.0


def rank_biased_overlap(one: Sequence[str], other: Sequence[str]) -> float:
    """Return how alike two rankings are, 0 to 1, the first places weighing most.

    Source: Webber, Moffat, Zobel, "A Similarity Measure for Indefinite Rankings", ACM TOIS 28(4),
    2010, equation 32 for lists of one length: the agreement at the last place is taken to go on.

    Args:
        one: items, best first, none twice.
        other: items, best first, none twice; the longer list is cut to the shorter one.

    Returns:
        1 for two empty lists, 0 where one alone is empty.
    """
    k, p = min(len(one), len(other)), PERSISTENCE
    if k == 0:
        return 1.0 if len(one) == len(other) else 0.0
    seen_in_one: set[str] = set()
    seen_in_other: set[str] = set()
    weighed = agreement = 0.0
    for depth, (left, right) in enumerate(zip(one[:k], other[:k], strict=True), start=1):
        seen_in_one.add(left)
        seen_in_other.add(right)
        agreement = len(seen_in_one & seen_in_other) / depth
        weighed += agreement * p**depth
    return agreement * p**k + (1 - p) / p * weighed


def _mean_score(ranking: Ranking, places: Sequence[int]) -> float:
    return float(np.mean(ranking.probabilities[list(places)])) if places else 0.0
