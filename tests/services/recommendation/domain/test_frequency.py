"""What can be said without a model."""

import numpy as np

from ml.model.household import at_home
from services.recommendation.domain.frequency import own_candidates, rank_by_frequency
from services.recommendation.domain.ranking import ItemAttributes, Proposal
from tests.services.recommendation.builders import customer, seconds_ago

WEEKLY_TEA = customer(
    baskets=tuple(
        (seconds_ago(days=days), ("tea", "bread") if days == 28 else ("tea",))
        for days in (7, 14, 21, 28)
    )
)


def test_own_items_are_ranked_by_the_share_of_baskets_that_held_them() -> None:
    candidates = own_candidates(WEEKLY_TEA.history, 10)
    none = np.zeros(len(candidates.item_ids), np.int64)
    proposal = Proposal(candidates, ItemAttributes(("",), none, ("",), none))
    ranking = rank_by_frequency(WEEKLY_TEA.history, proposal, seconds_ago(days=0))
    found = dict(zip(ranking.item_ids, ranking.probabilities.tolist(), strict=True))
    assert found == {"tea": 1.0, "bread": 0.25}
    assert not ranking.just_bought().any()
    assert ranking.model_version == ""


def test_what_another_brought_home_is_just_bought() -> None:
    history = at_home(WEEKLY_TEA.history, {"tea": seconds_ago(days=1)})
    candidates = own_candidates(history, 10)
    none = np.zeros(len(candidates.item_ids), np.int64)
    proposal = Proposal(candidates, ItemAttributes(("",), none, ("",), none))
    ranking = rank_by_frequency(history, proposal, seconds_ago(days=0))
    assert dict(zip(ranking.item_ids, ranking.just_bought().tolist(), strict=True)) == {
        "tea": True,
        "bread": False,
    }


def test_only_so_many_of_the_latest_items_are_taken() -> None:
    assert own_candidates(WEEKLY_TEA.history, 1).item_ids == ["tea"]


def test_who_bought_nothing_has_nothing() -> None:
    nothing = customer().history
    none = np.zeros(0, np.int64)
    proposal = Proposal(own_candidates(nothing, 10), ItemAttributes((), none, (), none))
    assert rank_by_frequency(nothing, proposal, 0).item_ids == []
