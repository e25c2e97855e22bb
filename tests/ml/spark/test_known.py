"""Everybody is known up to the moment at which the customers at hand are shown."""

import dataclasses
from collections.abc import Iterator

import pandas as pd
import pytest

pytest.importorskip("pyspark", reason="pyspark is in the environment of make setup-spark alone")

from ml.dataset.dataset import Dataset, make_dataset
from ml.dataset.rules import Fold
from ml.dataset.split import timeline
from ml.evaluation.question import default_protocol, questions, with_history
from ml.spark.histories import Histories
from ml.spark.known import Everybody
from ml.spark.session import SparkError
from ml.training.lessons.windows import end_of, moment_seconds, windows
from tests.ml.shopping import dataset_of
from tests.ml.spark.conftest import Read

BASKETS = {
    "ann": [(0, ["tea"]), (7, ["milk", "tea"]), (14, ["tea"]), (21, ["soap"])],
    "bob": [(0, ["milk"]), (50, ["soap", "tea"])],
    "eve": [(30, ["tea"])],
}


def town(*, dated: bool) -> Dataset:
    """Return three customers; the next basket of two of them is held out."""
    dataset = dataset_of(BASKETS, dated=dated)
    targets = pd.DataFrame({"customer_id": ["ann", "bob"], "item_id": ["milk", "tea"]})
    dates = pd.DataFrame({"customer_id": ["ann", "bob"]})
    dates["occurred_at"] = pd.to_datetime(["2026-03-01", "2026-03-02"], utc=True)
    return make_dataset(
        dataset.description,
        dataset.interactions,
        targets=targets,
        target_dates=dates if dated else None,
        folds=(Fold(("ann",), (), ("bob",)),),
    )


def told(histories: Histories) -> set[tuple[int, str]]:
    """Return the rows as sequence and item; customers are numbers that nobody knows."""
    rows = histories.rows.select("sequence", "item").collect()
    return {(row["sequence"], histories.item_ids[row["item"]]) for row in rows}


def row_count(histories: Histories) -> int:
    return int(histories.rows.count())


def moments(dataset: Dataset) -> Iterator[tuple[Dataset, int]]:
    """Give every history that a run shows, with its moment: questions, the present, windows."""
    for question in questions(dataset, default_protocol(dataset), horizon_days=20):
        yield question.history, moment_seconds(question.now)
        for window in windows(question.history, question.now, count=3, horizon_days=20):
            yield window.history, window.now_seconds
    whole = with_history(dataset, timeline(dataset))
    yield whole, moment_seconds(end_of(whole))
    for window in windows(whole, end_of(whole), count=3, horizon_days=20):
        yield window.history, window.now_seconds


@pytest.mark.parametrize("dated", [True, False])
def test_spark_knows_as_many_rows_as_are_shown(histories: Read, *, dated: bool) -> None:
    dataset = town(dated=dated)
    everybody = Everybody.of(histories(dataset), dataset, dataset.folds)

    shown = list(moments(dataset))

    counts = [row_count(everybody.known(known, moment)) for known, moment in shown]
    assert counts == [len(known.interactions) + len(known.targets) for known, _ in shown]
    assert dated or any(len(known.targets) for known, _ in shown)
    assert len(set(counts)) > 2


@pytest.mark.parametrize("folds", [True, False])
def test_visits_of_dated_data_are_refused(histories: Read, *, folds: bool) -> None:
    dataset = town(dated=True)
    everybody = Everybody.of(histories(dataset), dataset, dataset.folds)
    asked = dataset if folds else with_history(dataset, dataset.interactions)
    (question,) = questions(asked, "last-basket")

    with pytest.raises(SparkError, match="visit by visit"):
        everybody.known(question.history, moment_seconds(question.now))


def test_what_is_known_of_some_tells_what_is_known_of_all(histories: Read) -> None:
    dataset = town(dated=False)
    ann = "customer_id == 'ann'"
    at_hand = dataclasses.replace(
        dataset,
        interactions=dataset.interactions.query(ann),
        targets=dataset.targets.query(ann),
    )
    everybody = Everybody.of(histories(dataset), at_hand)
    (window,) = windows(with_history(at_hand, at_hand.interactions), None, count=1)

    known = told(everybody.known(window.history, window.now_seconds))

    # beside what is held out the last basket is hidden, but for eve's only one
    assert known == {(0, "tea"), (1, "milk"), (1, "tea"), (2, "tea"), (0, "milk")}


def held_out_of_others(dataset: Dataset, folds: tuple[Fold, ...]) -> Dataset:
    """Return what ann's question shows of herself alone, who is in a fold's ``train``."""
    ann = "customer_id == 'ann'"
    mine = with_history(dataset, dataset.interactions.query(ann))
    return dataclasses.replace(mine, targets=dataset.targets.query(ann), folds=folds)


@pytest.mark.parametrize(
    ("folds", "expected"),
    [
        ((Fold(("ann", "bob"), (), ("eve",)),), {"ann", "bob"}),
        ((Fold(("ann",), (), ("bob",)),), {"ann"}),
        ((Fold(("ann", "bob"), (), ("eve",)), Fold((), ("ann",), ("bob",))), {"ann"}),
    ],
    ids=["in train", "in test", "in train of one of two folds that explain what is shown"],
)
def test_held_out_baskets_of_who_is_not_at_hand_are_known_where_the_fold_allows_it(
    histories: Read, folds: tuple[Fold, ...], expected: set[str]
) -> None:
    dataset = town(dated=False)
    shown = held_out_of_others(dataset, folds)
    everybody = Everybody.of(histories(dataset), shown, folds)

    known = everybody.known(shown, 0)

    assert row_count(known) == len(dataset.interactions) + len(expected)
    held_out = known.rows.filter("held_out").join(known.customers, "customer")
    assert {row["customer_id"] for row in held_out.collect()} == expected


def test_held_out_baskets_that_no_fold_allows_are_refused(histories: Read) -> None:
    dataset = town(dated=False)
    shown = held_out_of_others(dataset, ())
    everybody = Everybody.of(histories(dataset), shown, (Fold((), (), ("ann",)),))
    with pytest.raises(SparkError, match="no fold lets a model know"):
        everybody.known(shown, 0)


def test_held_out_baskets_behind_part_of_the_histories_are_refused(histories: Read) -> None:
    dataset = town(dated=False)
    everybody = Everybody.of(histories(dataset), dataset, dataset.folds)
    short = dataset.interactions[dataset.interactions["sequence"] == 0]
    shown = dataclasses.replace(dataset, interactions=short)
    with pytest.raises(SparkError, match="without the whole histories"):
        everybody.known(shown, 0)


def test_histories_that_end_anywhere_are_refused(histories: Read) -> None:
    dataset = town(dated=False)
    everybody = Everybody.of(histories(dataset), dataset)
    bought = dataset.interactions
    odd = bought[~((bought["customer_id"] == "ann") & (bought["sequence"] >= 2))]
    with pytest.raises(SparkError, match="do not end at one moment"):
        everybody.known(with_history(dataset, odd), 0)
