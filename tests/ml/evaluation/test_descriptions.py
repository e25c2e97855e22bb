"""Chance and words, judged on shelves where the right answer is plain."""

import numpy as np
import pandas as pd

from ml.evaluation.descriptions import ChanceInCategory, WordsInCommon
from ml.model.attributes import ItemAttributes
from tests.ml.shopping import dataset_of

ITEMS = pd.DataFrame(
    {
        "item_id": ["tea", "new tea", "newer tea", "soap", "new soap", "thing"],
        "name": None,
        "category": ["teas", "teas", "teas", "soaps", "soaps", None],
    }
).assign(brand=None, price=None)
NEW = ["new soap", "new tea", "newer tea", "thing"]
SHOP = dataset_of(
    {
        "ann": [(0, ["tea"]), (5, ["tea"]), (9, ["soap"])],
        "bob": [(0, ["soap"])],
        "eve": [(0, ["soap"]), (1, ["soap"])],
    },
    items=ITEMS,
)


def test_ones_own_category_comes_first_and_what_is_in_it_by_chance() -> None:
    chance = ChanceInCategory(NEW, "own")
    chance.fit(SHOP, None)

    lists = chance.recommend(["ann"] * 40, 2)

    assert {frozenset(each) for each in lists} == {frozenset({"new tea", "newer tea"})}
    assert {each[0] for each in lists} == {"new tea", "newer tea"}
    (bob,) = chance.recommend(["bob"], 1)
    assert bob == ["new soap"]


def test_who_never_bought_gets_the_category_that_is_bought_most() -> None:
    chance = ChanceInCategory(NEW, "own")
    chance.fit(SHOP, None)

    assert chance.recommend(["stranger"], 1) == [["new soap"]]


def test_popular_categories_are_the_same_for_everybody() -> None:
    chance = ChanceInCategory(NEW, "popular")
    chance.fit(SHOP, None)

    assert [each[0] for each in chance.recommend(["ann", "bob"], 4)] == ["new soap"] * 2


def test_words_in_common_count_and_rare_ones_most() -> None:
    named = {
        "tea": ItemAttributes("green tea box"),
        "soap": ItemAttributes("hand soap box"),
        "new tea": ItemAttributes("green tea tin"),
        "new soap": ItemAttributes("hand soap tin"),
        "new box": ItemAttributes("grey paper box"),
    }
    words = WordsInCommon(["new box", "new soap", "new tea"], named)
    words.fit(SHOP, None)

    ann, bob, stranger = words.recommend(["ann", "bob", "stranger"], 3)

    assert ann == ["new tea", "new soap", "new box"]  # two teas and a soap were bought
    assert bob == ["new soap", "new box", "new tea"]
    assert stranger == ["new box", "new soap", "new tea"]  # as they stand on the shelf


def test_items_of_which_nothing_is_known_are_no_mistake() -> None:
    words = WordsInCommon(["a", "b"], dict.fromkeys(["a", "b"], ItemAttributes("")))
    words.fit(SHOP, None)

    assert np.array(words.recommend(["ann"], 2)).tolist() == [["a", "b"]]
