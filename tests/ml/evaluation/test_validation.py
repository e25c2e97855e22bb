"""What hyperparameters are chosen by is asked as in the end, and knows nothing of the truth."""

from datetime import UTC, datetime, timedelta

import pandas as pd

from ml.dataset.dataset import Dataset, Description, make_dataset
from ml.dataset.rules import Fold
from ml.evaluation.question import questions, targets_as_baskets
from ml.evaluation.validation import validation_question
from tests.ml.shopping import dataset_of

BASKETS = {
    "ann": [(0, ["tea"]), (10, ["milk"]), (20, ["soap"])],
    "bob": [(0, ["tea"]), (10, ["bread"])],
    "eve": [(0, ["rum"]), (10, ["rum"]), (20, ["rum"])],
}
FOLD = Fold(train=("ann",), val=("bob",), test=("eve",))


def folded(eve_buys: str = "wine") -> Dataset:
    targets = pd.DataFrame(
        {"customer_id": ["ann", "bob", "eve"], "item_id": ["jam", "salt", eve_buys]}
    )
    return make_dataset(
        Description("x", dated=False),
        dataset_of(BASKETS, dated=False).interactions,
        targets=targets,
        folds=(FOLD,),
    )


def items_of(dataset: Dataset, customer: str) -> list[str]:
    bought = dataset.interactions
    return bought.loc[bought["customer_id"] == customer, "item_id"].tolist()


def test_a_fold_is_tuned_on_its_val_customers_knowing_the_train_customers_last_baskets() -> None:
    dataset = folded()
    (question,) = questions(dataset, "last-basket")

    asked = validation_question(question, FOLD, horizon_days=45)

    assert asked is not None
    assert asked.truth == {"bob": frozenset({"salt"})}
    assert asked.history.targets["customer_id"].tolist() == ["ann"]
    assert items_of(asked.history, "ann") == ["tea", "milk", "soap"]
    assert items_of(asked.history, "bob") == ["tea", "bread"]
    assert items_of(asked.history, "eve") == ["rum"] * 3


def test_what_test_customers_bought_changes_nothing() -> None:
    found = []
    for eve_buys in ("wine", "tea"):
        dataset = folded(eve_buys)
        (question,) = questions(dataset, "last-basket")
        asked = validation_question(question, FOLD, horizon_days=45)
        assert asked is not None
        found.append((asked.truth, asked.history))

    (truth, history), (other_truth, other_history) = found
    assert truth == other_truth
    pd.testing.assert_frame_equal(history.interactions, other_history.interactions)
    pd.testing.assert_frame_equal(history.targets, other_history.targets)


def test_a_last_basket_becomes_a_basket_behind_the_others() -> None:
    (question,) = questions(folded(), "last-basket")

    known = targets_as_baskets(question.history)

    assert items_of(known, "bob") == ["tea", "bread", "salt"]
    assert known.targets.empty
    bought = known.interactions
    assert bought.loc[bought["item_id"] == "salt", "sequence"].tolist() == [2]


def test_without_val_customers_the_basket_before_the_last_is_asked() -> None:
    dataset = dataset_of(BASKETS, dated=False)
    (question,) = questions(dataset, "last-basket")
    assert question.truth == {"ann": frozenset({"soap"}), "eve": frozenset({"rum"})}

    asked = validation_question(question, None, horizon_days=45)

    assert asked is None  # two baskets are left of each, and one who is asked needs two behind it
    longer = dataset_of({**BASKETS, "ann": [*BASKETS["ann"], (30, ["jam"])]}, dated=False)
    (question,) = questions(longer, "last-basket")
    asked = validation_question(question, None, horizon_days=45)
    assert asked is not None
    assert asked.truth == {"ann": frozenset({"soap"})}
    assert items_of(asked.history, "ann") == ["tea", "milk"]


def test_a_dated_question_is_asked_a_horizon_earlier() -> None:
    weekly = {"ann": [(7 * week, ["tea"]) for week in range(30)]}
    dataset = dataset_of(weekly)
    (question,) = questions(dataset, "calendar", horizon_days=14)
    assert question.cut is not None

    asked = validation_question(question, None, horizon_days=14)

    assert asked is not None
    assert asked.cut == question.cut - timedelta(days=14)
    assert asked.history.interactions["occurred_at"].max() < asked.cut
    assert asked.truth == {"ann": frozenset({"tea"})}


def test_a_dated_history_too_short_for_an_earlier_moment_has_none() -> None:
    dataset = dataset_of({"ann": [(0, ["tea"]), (1, ["tea"]), (20, ["tea"])]})
    (question,) = questions(dataset, "calendar", horizon_days=10)
    assert question.cut == datetime(2026, 1, 12, tzinfo=UTC)

    assert validation_question(question, None, horizon_days=10) is None
