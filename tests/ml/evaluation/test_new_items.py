"""Items made new: nobody bought them as far as anybody knows, and who buys them next is asked."""

import dataclasses

import pandas as pd
import pytest

from ml.dataset.dataset import Dataset
from ml.evaluation.new_items import NoNewItemsError, withdraw
from ml.evaluation.question import Question, questions
from tests.ml.shopping import checkered, dataset_of


def catalogue(*item_ids: str) -> pd.DataFrame:
    return pd.DataFrame({"item_id": item_ids}).assign(
        name=None, category="any", brand=None, price=None
    )


def asked(dataset: Dataset) -> Question:
    (question,) = questions(dataset, "calendar")
    return question


def town(*others: str) -> Question:
    """Return the question of a town whose catalogue holds other items too."""
    bought = checkered()
    names = sorted(bought.interactions["item_id"].unique())
    return asked(dataclasses.replace(bought, items=catalogue(*names, *others)))


def test_new_items_are_in_the_catalogue_and_in_the_truth_alone() -> None:
    question = town()

    found = withdraw(question, share=0.2, seed=1)

    assert len(found.items) == 4  # a fifth of twenty
    assert not set(found.items) & set(found.question.history.interactions["item_id"])
    assert set(found.items) <= set(found.question.history.items["item_id"])
    assert found.question.truth == {
        customer: basket & set(found.items)
        for customer, basket in question.truth.items()
        if basket & set(found.items)
    }
    assert found.baskets == {name: question.truth[name] for name in found.question.truth}
    before, after = len(question.history.interactions), len(found.question.history.interactions)
    assert found.purchases == before - after > 0


def test_what_nobody_ever_bought_is_no_new_item() -> None:
    found = withdraw(town("never on sale"), share=0.2, seed=1)

    assert found.items == withdraw(town(), share=0.2, seed=1).items
    assert "never on sale" not in set(found.question.history.items["item_id"])


def test_the_same_seed_draws_the_same_and_another_others() -> None:
    drawn = [withdraw(town(), share=0.2, seed=seed).items for seed in (1, 1, 2)]

    assert drawn[0] == drawn[1] != drawn[2]


def test_at_least_one_item_is_new() -> None:
    assert len(withdraw(town(), share=0, seed=1).items) == 1


def test_what_the_catalogue_does_not_describe_cannot_be_placed() -> None:
    shop = dataset_of(
        {"ann": [(0, ["tea"]), (10, ["tea"]), (60, ["tea"])]}, items=catalogue("soap")
    )

    with pytest.raises(NoNewItemsError, match=r"items.parquet: item_id: describes none of the 1 "):
        withdraw(asked(shop), share=0.1, seed=0)
