"""Parts of an answer: items bought before and new, seldom and often bought; known baskets."""

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
import pytest

from ml.dataset.dataset import Dataset
from ml.evaluation.comparison import judge
from ml.evaluation.question import Now, Question
from ml.evaluation.strata import Strata, known_of, told
from tests.ml.shopping import dataset_of

HISTORY = dataset_of(
    {
        "ann": [(0, ["tea"]), (1, ["tea", "milk"]), (2, ["tea"])],
        "bob": [(0, ["soap"])],
    }
)
QUESTION = Question(
    "one",
    HISTORY,
    {
        "ann": frozenset({"tea", "soap"}),
        "bob": frozenset({"tea"}),
        "eve": frozenset({"rum"}),
    },
    cut=None,
)


class TeaForAll:
    name = "tea for all"

    def fit(self, history: Dataset, now: Now) -> None:
        pass

    def recommend(self, customer_ids: Sequence[str], count: int) -> list[list[str]]:
        return [["tea"] for _ in customer_ids]


JUDGED = judge(TeaForAll(), [QUESTION])
STRATA = Strata.of([QUESTION], ideal="full")


def test_only_what_was_bought_before_counts_and_who_wants_nothing_of_it_is_left_out() -> None:
    before = STRATA.bought_before(JUDGED)

    assert before is not None
    assert before.scores["recall@10"].to_dict() == {"ann": 1.0}


def test_only_what_is_new_to_the_customer_counts() -> None:
    new = STRATA.new_to_customer(JUDGED)

    assert new is not None
    assert new.scores["recall@10"].to_dict() == {"ann": 0.0, "bob": 1.0, "eve": 0.0}


def test_next_baskets_of_others_that_may_be_known_are_known_purchases() -> None:
    told_of = pd.DataFrame({"customer_id": ["dan"], "item_id": ["rum"]}, dtype="str")
    known = known_of(replace(QUESTION, history=replace(HISTORY, targets=told_of)))

    assert (known.purchases["rum"], known.purchases["tea"]) == (1, 3)
    assert "rum" not in known_of(QUESTION).purchases


def test_items_are_told_apart_by_how_often_anybody_bought_them() -> None:
    bands = STRATA.by_known_purchases(JUDGED)

    # rum was never bought, soap once, tea three times
    assert {band: each.scores["recall@10"].to_dict() for band, each in bands.items()} == {
        "0": {"eve": 0.0},
        "1-2": {"ann": 0.0},
        "3-9": {"ann": 1.0, "bob": 1.0},
    }


def test_customers_are_told_apart_by_their_known_baskets() -> None:
    bands = STRATA.by_known_baskets(JUDGED)

    assert {band: each.scores["recall@10"].to_dict() for band, each in bands.items()} == {
        "0": {"eve": 0.0},
        "1": {"bob": 1.0},
        "3-5": {"ann": 0.5},
    }


def test_a_part_nobody_wants_is_none() -> None:
    nothing_new = Question("two", HISTORY, {"ann": frozenset({"tea"})}, cut=None)

    strata = Strata.of([nothing_new], ideal="full")

    assert strata.new_to_customer(judge(TeaForAll(), [nothing_new])) is None


@pytest.mark.parametrize(("band", "text"), [((0, 0), "0"), ((3, 5), "3-5"), ((6, None), "6+")])
def test_a_band_is_told_as_people_write_it(band: tuple[int, int | None], text: str) -> None:
    assert told(band) == text
