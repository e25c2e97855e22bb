"""A persona is called what a shopkeeper would call such people."""

import numpy as np

from ml.model.persona import MIDDLING, OFTEN, SMALL
from ml.training.personas.naming import ORDINARY, named, strongest_lifts


def test_a_name_says_what_is_bought_then_how_and_nothing_of_the_middle() -> None:
    lifts = (("Tea", 3.0), (MIDDLING, 2.0), ("Jam", 1.9), ("Milk", 1.8), (OFTEN, 1.5))

    assert named(lifts, {}) == "Tea and jam, comes often"
    assert named(((SMALL, 1.4),), {}) == f"{ORDINARY}, small baskets"
    assert named((), {}) == ORDINARY


def test_an_item_goes_by_its_title_and_capitals_stay() -> None:
    lifts = (("85123A", 3.0), ("22423", 2.0))

    assert named(lifts, {"85123A": "HEART", "22423": "CAKESTAND"}) == "HEART and CAKESTAND"


def test_a_rare_word_names_nobody_however_much_more_often_it_is_said() -> None:
    words, everybody = ("Saffron", "Tea", "Bread"), np.array([0.0001, 0.2, 0.7999])
    members = np.log(np.array([0.002, 0.4, 0.598]))

    assert strongest_lifts(words, members, everybody) == (("Tea", 2.0),)
