"""Questions hide the future, all of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pandas as pd

from ml.dataset.dataset import Dataset, Description, make_dataset
from ml.dataset.rules import Fold
from ml.evaluation.question import default_protocol, of_histories_alone, questions, visits_of
from tests.ml.shopping import START, dataset_of

BASKETS = {
    "ann": [(0, ["tea"]), (10, ["tea", "milk"]), (60, ["soap"]), (70, ["bread"])],
    "bob": [(5, ["coffee"]), (20, ["coffee"]), (90, ["milk"])],
    "eve": [(88, ["tea"])],
}


def with_targets(*customers: str, dated: bool) -> Dataset:
    """Return the shop with a next basket of these customers; the first one is asked about."""
    times = [START + timedelta(days=100 + place) for place in range(len(customers))]
    dates = pd.DataFrame({"customer_id": customers, "occurred_at": times})
    return make_dataset(
        Description("x", dated=True),
        dataset_of(BASKETS).interactions,
        targets=pd.DataFrame({"customer_id": customers, "item_id": "tea"}),
        target_dates=dates if dated else None,
        folds=(Fold(train=(), val=customers[1:], test=customers[:1]),),
    )


def test_nothing_from_the_cut_on_is_known() -> None:
    (question,) = questions(dataset_of(BASKETS), "calendar")

    # the last day is 90 days after START; the cut leaves 45 whole days
    assert question.cut == datetime(2026, 2, 16, tzinfo=UTC)
    assert question.history.interactions["occurred_at"].max() < question.cut
    assert question.truth == {"ann": frozenset({"soap"}), "bob": frozenset({"milk"})}


def test_a_shorter_horizon_cuts_later() -> None:
    (question,) = questions(dataset_of(BASKETS), "calendar", horizon_days=10)

    assert question.customer_ids == ("bob",)


def test_the_last_basket_is_asked_about_at_the_moment_it_was_bought() -> None:
    (question,) = questions(dataset_of(BASKETS), "last-basket")

    assert question.cut is None
    assert question.truth == {"ann": frozenset({"bread"}), "bob": frozenset({"milk"})}
    assert question.now == {
        "ann": START + timedelta(days=70),
        "bob": START + timedelta(days=90),
    }
    assert question.history.description.dated


def test_without_dates_only_the_order_is_known() -> None:
    (question,) = questions(dataset_of(BASKETS, dated=False), "last-basket")

    assert question.now is None
    assert question.truth == {"ann": frozenset({"bread"}), "bob": frozenset({"milk"})}


def test_where_targets_have_no_dates_only_the_order_is_known() -> None:
    dataset = with_targets("ann", "bob", dated=False)

    (question,) = questions(dataset, "last-basket")

    assert question.now is None
    assert not question.history.description.dated
    assert question.history.interactions["occurred_at"].isna().all()
    assert question.history.target_dates.empty


def test_where_some_targets_have_no_dates_none_of_them_count() -> None:
    dated = with_targets("ann", "bob", dated=True)
    dates = dated.target_dates
    for customer in ("ann", "bob"):
        some = replace(dated, target_dates=dates[dates["customer_id"] == customer])

        (question,) = questions(some, "last-basket")

        assert question.now is None
        assert not question.history.description.dated
        assert question.history.target_dates.empty


def test_targets_that_may_be_known_keep_their_dates() -> None:
    dataset = with_targets("ann", "bob", dated=True)

    (question,) = questions(dataset, "last-basket")

    assert question.now == {"ann": START + timedelta(days=100)}
    assert visits_of(question.history) == {"bob": START + timedelta(days=101)}


def test_a_catalogue_does_not_tell_what_will_be_sold() -> None:
    names = pd.DataFrame({"item_id": ["bread", "milk", "soap", "tea", "never sold"]})
    described = names.assign(name="x", category=None, brand=None, price=None)
    dataset = dataset_of(BASKETS, items=described)

    (question,) = questions(dataset, "calendar")

    # soap and bread come after the cut, and nobody knows since when the catalogue holds them
    assert question.history.items["item_id"].tolist() == ["milk", "tea"]


def test_what_known_targets_hold_stays_in_the_catalogue() -> None:
    names = pd.DataFrame({"item_id": ["coffee", "new", "tea", "unsold"]})
    described = names.assign(name="x", category=None, brand=None, price=None)
    dataset = make_dataset(
        Description("x", dated=False),
        dataset_of({"ann": [(0, ["tea"])], "bob": [(0, ["coffee"])]}, dated=False).interactions,
        targets=pd.DataFrame({"customer_id": ["ann", "bob"], "item_id": ["unsold", "new"]}),
        items=described,
        folds=(Fold(train=(), val=("bob",), test=("ann",)),),
    )

    (question,) = questions(dataset, "last-basket")

    assert question.history.items["item_id"].tolist() == ["coffee", "new", "tea"]


def test_every_fold_asks_its_test_customers_about_the_same_history() -> None:
    bought = dataset_of(BASKETS, dated=False).interactions
    targets = pd.DataFrame({"customer_id": ["ann", "bob"], "item_id": ["tea", "soap"]})
    folds = (
        Fold(train=(), val=("bob",), test=("ann",)),
        Fold(train=(), val=("ann",), test=("bob",)),
    )
    dataset = make_dataset(Description("x", dated=False), bought, targets=targets, folds=folds)

    first, second = questions(dataset, "last-basket")

    assert (first.customer_ids, second.customer_ids) == (("ann",), ("bob",))
    assert first.history.interactions is second.history.interactions
    alone = of_histories_alone((first, second))
    assert alone[0].history is alone[1].history
    assert alone[0].history.targets.empty
    assert (alone[0].truth, alone[1].truth) == (first.truth, second.truth)
    assert second.truth == {"bob": frozenset({"soap"})}


def test_dates_decide_the_protocol() -> None:
    assert default_protocol(dataset_of(BASKETS)) == "calendar"
    assert default_protocol(dataset_of(BASKETS, dated=False)) == "last-basket"
    assert START.tzinfo is UTC


def test_a_fold_tells_the_baskets_of_its_train_and_val_customers_and_of_nobody_else() -> None:
    bought = dataset_of(BASKETS, dated=False).interactions
    targets = pd.DataFrame(
        {"customer_id": ["ann", "bob", "eve"], "item_id": ["tea", "soap", "milk"]}
    )
    fold = Fold(train=("eve",), val=("bob",), test=("ann",))
    dataset = make_dataset(Description("x", dated=False), bought, targets=targets, folds=(fold,))

    (question,) = questions(dataset, "last-basket")

    told = question.history.targets
    assert set(zip(told["customer_id"], told["item_id"], strict=True)) == {
        ("eve", "milk"),
        ("bob", "soap"),
    }
