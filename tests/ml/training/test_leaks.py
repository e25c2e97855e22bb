"""Nothing that is learned may see what is asked: other truths, same bundle, to the byte.

Targets of those who are asked are replaced with random items, and everything is learned anew.
"""

import dataclasses

import numpy as np
import pandas as pd

from ml.dataset.dataset import Dataset, Description, make_dataset
from ml.dataset.rules import Fold
from ml.dataset.split import last_cut
from ml.evaluation.question import Protocol, Question, questions
from ml.model.bundle_folder import content_version
from ml.training.artefacts.factors import FactorConfig
from ml.training.learning import LearningConfig, learn
from ml.training.lessons.ranker_training import RankerConfig
from tests.ml.shopping import checkered

SMALL = LearningConfig(
    factors=FactorConfig(factors=4, iterations=2),
    ranker=RankerConfig(trees=5),
    windows=2,
    show_progress=False,
)


def shop() -> Dataset:
    """Return a shop whose customers' last baskets are targets; a third of them is asked."""
    bought = checkered(customers=60).interactions
    bought = bought.assign(occurred_at=pd.Series(pd.NaT, bought.index, "datetime64[us, UTC]"))
    ends = bought.groupby("customer_id")["sequence"].transform("max")
    held_out = bought[bought["sequence"] == ends]
    customers = sorted(bought["customer_id"].unique())
    fold = Fold(
        train=tuple(customers[::3]), val=tuple(customers[1::3]), test=tuple(customers[2::3])
    )
    return make_dataset(
        Description("shop", dated=False),
        bought[bought["sequence"] < ends],
        targets=held_out[["customer_id", "item_id"]],
        folds=(fold,),
    )


def scrambled(dataset: Dataset, customers: frozenset[str]) -> Dataset:
    """Return the data set with other targets for these customers."""
    targets = dataset.targets.copy()
    theirs = targets["customer_id"].isin(customers)
    items = np.sort(dataset.interactions["item_id"].unique())
    drawn = np.random.default_rng(1).choice(items, int(theirs.sum()))
    targets.loc[theirs, "item_id"] = drawn
    return dataclasses.replace(dataset, targets=targets.drop_duplicates(ignore_index=True))


def version(question: Question) -> str:
    """Return the version of what is learned for a question: a digest of every byte of it."""
    return content_version(learn(question.history, question.now, SMALL))


def asked(dataset: Dataset, protocol: Protocol) -> Question:
    return questions(dataset, protocol)[0]


def test_targets_of_those_who_are_asked_leave_no_trace_in_any_array() -> None:
    dataset = shop()
    other = scrambled(dataset, frozenset(dataset.folds[0].test))

    before, after = asked(dataset, "last-basket"), asked(other, "last-basket")

    assert before.truth != after.truth
    assert version(before) == version(after)


def test_targets_that_may_be_known_are_learned_from() -> None:
    dataset = shop()
    other = scrambled(dataset, frozenset(dataset.folds[0].train))

    assert version(asked(dataset, "last-basket")) != version(asked(other, "last-basket"))


def test_nothing_from_the_cut_on_leaves_a_trace_in_any_array() -> None:
    dataset = checkered(customers=60)
    bought = dataset.interactions
    items = sorted(bought["item_id"].unique())
    other_item = dict(zip(items, items[1:] + items[:1], strict=True))
    is_late = bought["occurred_at"] >= last_cut(bought)
    changed = bought["item_id"].where(~is_late, bought["item_id"].map(other_item))
    other = dataclasses.replace(dataset, interactions=bought.assign(item_id=changed))

    before, after = asked(dataset, "calendar"), asked(other, "calendar")

    assert all(before.truth[each] != after.truth[each] for each in before.customer_ids)
    assert version(before) == version(after)


def test_a_planted_leak_is_caught() -> None:
    dataset = shop()
    other = scrambled(dataset, frozenset(dataset.folds[0].test))

    def leaking(each: Dataset) -> Question:
        question = asked(each, "last-basket")
        return dataclasses.replace(
            question, history=dataclasses.replace(question.history, targets=each.targets)
        )

    assert version(leaking(dataset)) != version(leaking(other))
