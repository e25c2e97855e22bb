"""Who is left out by a protocol is asked by himself, at the same moment."""

import dataclasses

import pandas as pd

from ml.evaluation.beginners import beginners
from ml.evaluation.question import questions
from tests.ml.shopping import Baskets, dataset_of

BASKETS: Baskets = {
    "ann": [(0, ["tea"]), (10, ["tea"]), (60, ["soap"])],  # a regular
    "bob": [(5, ["coffee"]), (70, ["milk"]), (80, ["rum"])],  # one basket is known
    "eve": [(75, ["jam"]), (90, ["tea"])],  # nothing is known
    "dan": [(6, ["coffee"])],  # never came again
}
SHOP = dataset_of(BASKETS)


def test_who_has_one_basket_or_none_is_asked_about_the_next() -> None:
    (question,) = questions(SHOP, "calendar")
    assert set(question.truth) == {"ann"}

    asked = beginners(SHOP, question, horizon_days=45)

    assert asked is not None
    assert asked.truth == {"bob": frozenset({"milk"}), "eve": frozenset({"jam"})}
    assert asked.history is question.history
    assert asked.cut == question.cut


def test_where_everybody_is_asked_already_nobody_is_left() -> None:
    regulars = dataset_of({"ann": [(0, ["tea"]), (10, ["tea"]), (60, ["soap"])]})
    (question,) = questions(regulars, "calendar")

    assert beginners(regulars, question, horizon_days=45) is None


def test_without_dates_the_last_basket_of_a_beginner_is_as_hidden_as_that_of_a_regular() -> None:
    undated = dataset_of(BASKETS, dated=False)
    (question,) = questions(undated, "last-basket")
    assert question.truth == {"ann": frozenset({"soap"}), "bob": frozenset({"rum"})}
    bought = question.history.interactions
    assert bought.groupby("customer_id").size().to_dict() == {"ann": 2, "bob": 2, "eve": 1}

    asked = beginners(undated, question, horizon_days=45)

    assert asked is not None
    assert asked.truth == {"dan": frozenset({"coffee"}), "eve": frozenset({"tea"})}
    assert asked.history is question.history


def test_where_targets_say_who_is_asked_nobody_is_left() -> None:
    undated = dataset_of(BASKETS, dated=False)
    targets = pd.DataFrame({"customer_id": ["dan"], "item_id": ["tea"]}, dtype="str")
    shop = dataclasses.replace(undated, targets=targets)
    (question,) = questions(shop, "last-basket")

    assert question.truth == {"dan": frozenset({"tea"})}
    assert len(question.history.interactions) == len(shop.interactions)
    assert beginners(shop, question, horizon_days=45) is None


def test_at_the_moment_of_each_visit_nobody_is_a_beginner() -> None:
    (question,) = questions(SHOP, "last-basket")

    assert question.visits
    assert beginners(SHOP, question, horizon_days=45) is None
