"""Probabilities of personas are held against what came later."""

from ml.training.artefacts.attribute_map import item_attributes
from ml.training.artefacts.purchases import purchases_of
from ml.training.personas.agreement import LEAST_FOR_ALL, agreements
from ml.training.personas.learned import learn_personas
from tests.ml.training.personas.test_learned import shop


def test_who_buys_the_same_for_ever_is_told_rightly_and_ever_more_surely() -> None:
    town = shop(baskets=2 * LEAST_FOR_ALL)
    purchases = purchases_of(town)
    learned = learn_personas(purchases, item_attributes(town.items), count=2)
    found = agreements(purchases, learned, seed=0)
    assert [each.depth for each in found] == ["1", "2", "4", "all"]
    assert all(each.customer_count == 60 for each in found)
    sure = [each.confidence for each in found]
    assert sure == sorted(sure)
    assert all(each.agreement >= each.confidence for each in found)


def test_who_came_once_is_not_asked_about() -> None:
    town = shop(baskets=1)
    purchases = purchases_of(town)
    learned = learn_personas(purchases, item_attributes(town.items), count=2)
    assert agreements(purchases, learned, seed=0) == ()
