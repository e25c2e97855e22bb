"""What is popular here goes before what is popular everywhere."""

import dataclasses

import numpy as np
import pytest

from ml.model.lists import RelatedLists
from ml.model.popular import Popular
from tests.models import small_bundle

BUNDLE = small_bundle()
COUNT = len(BUNDLE.vocabulary)
SHARES = np.linspace(1, 0.1, COUNT, dtype=np.float32)
"""The lower the row, the more popular everywhere."""


@pytest.fixture
def popular() -> Popular:
    """Items that sell less the later they stand, but for the last two in the store ``north``."""
    here = RelatedLists(
        np.array([[COUNT - 1, COUNT - 2]], np.int32), np.array([[0.5, 0.25]], np.float32), COUNT
    )
    return Popular.of(
        dataclasses.replace(
            BUNDLE,
            popularity=np.stack([SHARES, SHARES, SHARES], axis=1),
            store_ids=("north",),
            store_popularity=here,
        )
    )


def test_everywhere_counts_where_no_store_is_known(popular: Popular) -> None:
    for anywhere in (popular, popular.at_store(""), popular.at_store("a new one")):
        assert anywhere.top(3).tolist() == [0, 1, 2]
        np.testing.assert_array_equal(
            anywhere.at(np.array([1, COUNT, 0])), np.array([SHARES[1], 0, SHARES[0]])
        )


def test_the_store_at_hand_counts_where_it_is_known(popular: Popular) -> None:
    here = popular.at_store("north")

    assert here.top(3).tolist() == [COUNT - 1, COUNT - 2]
    assert here.at(np.array([0, COUNT - 2])).tolist() == [0, 0.25]


def test_where_nothing_of_the_store_is_allowed_everywhere_counts_again(popular: Popular) -> None:
    allowed = np.arange(COUNT) == COUNT - 3  # far behind the head of the list

    assert popular.at_store("north").top(2, allowed).tolist() == [COUNT - 3]
    assert popular.top(2, allowed).tolist() == [COUNT - 3]
