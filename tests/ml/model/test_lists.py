"""Evidence summed from lists, small catalogues and large ones alike."""

import numpy as np
import pytest

import ml.model.lists
from ml.model.lists import NO_EVIDENCE, Evidence, RelatedLists, highest

LISTS = RelatedLists(
    np.array([[1, 2], [0, -1], [3, 0], [-1, -1]], np.int32),
    np.array([[0.5, 0.25], [1.0, 0], [0.4, 0.1], [0, 0]], np.float32),
    4,
)


@pytest.fixture(params=["dense", "sorted"])
def lists(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> RelatedLists:
    """Give the same lists, summed the way of small catalogues and the way of large ones."""
    if request.param == "sorted":
        monkeypatch.setattr(ml.model.lists, "DENSE_ITEM_COUNT", 0)
    return LISTS


def test_evidence_is_the_weighted_sum_of_lists(lists: RelatedLists) -> None:
    found = lists.evidence(np.array([0, 1, 2]), np.array([1, 2, 10], np.float32))

    assert found.rows.tolist() == [0, 1, 2, 3]
    np.testing.assert_allclose(found.scores, [2 + 1, 0.5, 0.25, 4])


def test_the_end_of_a_list_is_no_evidence(lists: RelatedLists) -> None:
    found = lists.evidence(np.array([3, 1]), np.ones(2, np.float32))

    assert (found.rows.tolist(), found.scores.tolist()) == ([0], [1.0])


def test_no_entries_give_no_evidence(lists: RelatedLists) -> None:
    found = lists.evidence(np.zeros(0, np.int64), np.zeros(0, np.float32))

    assert len(found.rows) == 0
    assert found.at(np.array([0, 3])).tolist() == [0, 0]


def test_the_list_of_one_entry_is_its_evidence() -> None:
    one, all_ = LISTS.of_one(2), LISTS.evidence(np.array([2]), np.ones(1, np.float32))

    assert one.rows.tolist() == all_.rows.tolist() == [0, 3]
    np.testing.assert_allclose(one.scores, all_.scores)


def test_scores_are_looked_up_by_row() -> None:
    evidence = Evidence(np.array([2, 5]), np.array([0.2, 0.5], np.float32))

    np.testing.assert_allclose(evidence.at(np.array([5, 0, 2, 9])), [0.5, 0, 0.2, 0])
    assert NO_EVIDENCE.at(np.array([1])).tolist() == [0]


def test_the_top_is_best_first_and_only_what_is_allowed() -> None:
    evidence = Evidence(np.array([1, 3, 4, 6]), np.array([0.2, 0.9, 0.2, 0.5], np.float32))
    allowed = np.array([True, True, True, False, True, True, True])

    assert evidence.top(2).tolist() == [3, 6]
    assert evidence.top(9).tolist() == [3, 6, 1, 4]
    assert evidence.top(9, allowed).tolist() == [6, 1, 4]


def test_among_equal_scores_the_lowest_row_is_first_whatever_the_order() -> None:
    rows = np.random.default_rng(0).permutation(1_000)
    scores = np.repeat(np.array([0.5, 0.7], np.float32), 500)

    best = highest(rows, scores, 600).tolist()

    assert best[:500] == sorted(rows[500:].tolist())
    assert best[500:] == sorted(best[500:])
    assert highest(np.array([9, 4, 7, 1]), np.zeros(4, np.float32), 9).tolist() == [1, 4, 7, 9]
