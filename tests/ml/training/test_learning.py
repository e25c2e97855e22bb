"""A whole bundle from a town whose answer is plain; honest, and the same every time."""

import dataclasses
from datetime import timedelta
from functools import cache

import numpy as np
import pytest

from ml.dataset.dataset import Dataset, make_dataset
from ml.dataset.split import SplitError
from ml.evaluation.baselines import Popular
from ml.evaluation.comparison import judge
from ml.evaluation.question import questions
from ml.model.bundle import COLUMNS, LISTS, MATRICES, Bundle
from ml.model.bundle_fit import check_fit
from ml.model.bundle_folder import content_version
from ml.training.artefacts.attribute_map import item_attributes
from ml.training.artefacts.bundle_arrays import fit_artefacts, popularity
from ml.training.artefacts.factors import FactorConfig
from ml.training.artefacts.purchases import SECONDS_PER_DAY, purchases_of
from ml.training.learned import Ofone
from ml.training.learning import LearningConfig, Memory, TrainingError, learn
from ml.training.lessons.ranker_training import RankerConfig
from ml.training.lessons.windows import end_of
from tests.ml.shopping import checkered, dataset_of

SMALL = LearningConfig(
    factors=FactorConfig(factors=8, iterations=5),
    ranker=RankerConfig(trees=20, leaves=7),
    windows=2,
    show_progress=False,
)


@cache
def town() -> Dataset:
    return checkered()


@cache
def learned() -> Bundle:
    return learn(town(), end_of(town()), SMALL)


def same(one: Bundle, other: Bundle) -> bool:
    arrays = all(
        np.array_equal(getattr(one, name), getattr(other, name)) for name in (*COLUMNS, *MATRICES)
    )
    lists = all(
        np.array_equal(getattr(one, name).rows, getattr(other, name).rows)
        and np.array_equal(getattr(one, name).scores, getattr(other, name).scores)
        for name in LISTS
    )
    return arrays and lists and one.ranker == other.ranker


def test_what_is_learned_fits_together() -> None:
    check_fit(learned())

    assert len(learned().vocabulary) == 20
    assert learned().facts.as_of_seconds == purchases_of(town()).as_of_seconds


def test_the_same_data_and_seed_give_the_same_arrays() -> None:
    again = learn(checkered(), end_of(town()), SMALL)

    assert same(learned(), again)
    assert content_version(learned()) == content_version(again)


def test_another_seed_gives_another_model() -> None:
    other = learn(town(), end_of(town()), dataclasses.replace(SMALL, seed=1))

    assert not same(learned(), other)


def test_moments_remembered_change_nothing() -> None:
    now = end_of(town())
    assert now is not None
    earlier = now - timedelta(days=SMALL.horizon_days)
    bought = town().interactions
    known = make_dataset(town().description, bought[bought["occurred_at"] < earlier])
    memory: Memory = {}
    learn(known, earlier, SMALL, memory=memory)
    assert len(memory) == 2

    again = learn(town(), now, SMALL, memory=memory)

    assert len(memory) == 3
    assert same(learned(), again)


def test_it_knows_everybodys_colour_and_beats_the_popular() -> None:
    asked = questions(town(), "calendar")

    ofone = judge(Ofone(SMALL), asked)

    assert ofone.lead_over(judge(Popular(), asked))["recall@10"].is_above_zero
    for customer, ranked in ofone.lists.items():
        colour = int(customer.removeprefix("customer-")) % 2
        assert all(int(item.removeprefix("item-")) % 2 == colour for item in ranked[:4])


def test_the_truth_has_no_part_in_the_answer() -> None:
    # the target-scrambling test: with other items from the cut on, nothing may change
    (question,) = questions(town(), "calendar")
    bought = town().interactions.copy()
    future = bought["occurred_at"] >= question.cut
    number = bought["item_id"].str.removeprefix("item-").astype(int)
    bought.loc[future, "item_id"] = [f"item-{(each * 7 + 3) % 20:02d}" for each in number[future]]
    scrambled = bought.drop_duplicates(["customer_id", "basket_id", "item_id"])
    (other,) = questions(make_dataset(town().description, scrambled), "calendar")
    assert other.truth != question.truth

    answers = []
    for each in (question, other):
        ofone = Ofone(SMALL)
        ofone.fit(each.history, each.cut)
        answers.append(ofone.recommend(question.customer_ids, 10))

    assert answers[0] == answers[1]


def test_undated_baskets_teach_as_well() -> None:
    undated = dataset_of(
        {f"c-{n}": [(d, [f"tea-{n % 3}", f"x-{d % 4}"]) for d in range(6)] for n in range(30)},
        dated=False,
    )

    (question,) = questions(undated, "last-basket")
    judged = judge(Ofone(SMALL), [question])

    assert all(ranked[0] == f"tea-{int(name[2:]) % 3}" for name, ranked in judged.lists.items())


def test_a_stranger_gets_what_is_popular() -> None:
    ofone = Ofone(SMALL)
    assert ofone.recommend(["anybody"], 3) == [[]]
    ofone.fit(town(), end_of(town()))

    (ranked,) = ofone.recommend(["stranger"], 10)

    assert len(ranked) == len(set(ranked)) == 10


def test_too_short_a_history_is_refused_in_a_sentence() -> None:
    short = dataset_of({"ann": [(0, ["tea"]), (3, ["tea"])]})

    with pytest.raises(
        TrainingError,
        match="dated from 2026-01-01 to 2026-01-04",
    ):
        learn(short, end_of(short), SMALL)
    with pytest.raises(SplitError):
        questions(short, "calendar")


@pytest.mark.parametrize("method", ["als", "bpr", "lmf"])
def test_every_method_fills_a_bundle(method: str) -> None:
    config = FactorConfig(
        "bpr" if method == "bpr" else "lmf" if method == "lmf" else "als", factors=4, iterations=3
    )
    attributes = item_attributes(town().items)

    check_fit(fit_artefacts(purchases_of(town()), attributes, config, seed=0))


def test_popularity_is_the_share_of_recent_baskets() -> None:
    shop = dataset_of(
        {"ann": [(0, ["tea"]), (80, ["tea"]), (99, ["soap"])], "bob": [(100, ["soap", "tea"])]}
    )

    purchases = purchases_of(shop)

    soap, tea = popularity(purchases, purchases.as_of_seconds)

    np.testing.assert_allclose(soap, [2 / 2, 2 / 3, 2 / 3])
    np.testing.assert_allclose(tea, [1 / 2, 2 / 3, 2 / 3])


def test_what_is_bought_later_is_not_popular_yet() -> None:
    shop = dataset_of({"ann": [(0, ["tea"]), (20, ["soap"])], "bob": [(24, ["tea"])]})
    purchases = purchases_of(shop)
    day_20 = purchases.as_of_seconds - 4 * SECONDS_PER_DAY

    soap, tea = popularity(purchases, day_20)

    np.testing.assert_allclose(soap, [1 / 1, 1 / 2, 1 / 2])
    np.testing.assert_allclose(tea, [0, 1 / 2, 1 / 2])
    assert not popularity(purchases, day_20 - 100 * SECONDS_PER_DAY).any()
