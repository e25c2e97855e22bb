"""Who is left out by a protocol is asked by himself, at the same moment."""

from ml.evaluation.beginners import beginners
from ml.evaluation.question import questions
from tests.ml.shopping import dataset_of

SHOP = dataset_of(
    {
        "ann": [(0, ["tea"]), (10, ["tea"]), (60, ["soap"])],  # a regular
        "bob": [(5, ["coffee"]), (70, ["milk"]), (80, ["rum"])],  # one basket is known
        "eve": [(75, ["jam"]), (90, ["tea"])],  # nothing is known
        "dan": [(6, ["coffee"])],  # never came again
    }
)


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


def test_an_undated_question_knows_no_newcomers() -> None:
    (question,) = questions(SHOP, "last-basket")

    assert beginners(SHOP, question, horizon_days=45) is None
