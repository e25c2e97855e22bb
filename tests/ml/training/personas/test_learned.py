"""Personas learned from a shop in which a child can tell them apart."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from ml.dataset.dataset import Dataset, Description, make_dataset
from ml.model.persona import Rhythm
from ml.training.artefacts.attribute_map import item_attributes
from ml.training.artefacts.purchases import Purchases, purchases_of
from ml.training.personas.choosing import choose_count, stability
from ml.training.personas.learned import Learned, learn_personas
from ml.training.personas.mixture import fit_mixture
from ml.training.personas.words import rhythm_of

START = datetime(2026, 1, 5, tzinfo=UTC)
CATEGORIES = {"earl-grey": "Tea", "sencha": "Tea", "espresso": "Coffee", "filter": "Coffee"}
CATEGORIES |= {"bread": "Bread", "milk": "Milk"}
LIKED = {"t": ("earl-grey", "sencha"), "c": ("espresso", "filter")}
"""Everybody buys bread and milk; the first letter of a customer's name says what else."""


def shop(customers: int = 60, baskets: int = 4) -> Dataset:
    rows = []
    for number in range(customers):
        letter = "tc"[number % 3 == 0]
        for sequence in range(baskets):
            hot = LIKED[letter][(number + sequence) % 2]
            moment = START + timedelta(days=7 * sequence)
            name = f"{letter}{number:02d}"
            rows += [
                (name, f"{name}-{sequence}", sequence, moment, item, 1.0, 2.0, None)
                for item in (hot, "bread", "milk")
            ]
    columns = ["customer_id", "basket_id", "sequence", "occurred_at", "item_id"]
    frame = pd.DataFrame(rows, columns=[*columns, "quantity", "unit_price", "store"])
    frame["store"] = frame["store"].astype("str").where(frame["store"].notna(), None)
    items = pd.DataFrame(
        [(item, item.title(), category, None, 2.0) for item, category in CATEGORIES.items()],
        columns=["item_id", "name", "category", "brand", "price"],
    )
    return make_dataset(Description("two kinds", dated=True), frame, items=items)


@pytest.fixture(scope="module")
def purchases() -> Purchases:
    return purchases_of(shop())


@pytest.fixture(scope="module")
def learned(purchases: Purchases) -> Learned:
    return learn_personas(purchases, item_attributes(shop().items), seed=3)


def test_two_kinds_of_people_are_found_as_two_personas(learned: Learned) -> None:
    tea, coffee = learned.personas.personas
    assert tea.name.startswith("Tea")
    assert coffee.name.startswith("Coffee")
    assert tea.share == pytest.approx(2 / 3, abs=0.05)
    assert dict(coffee.lifts)["Coffee"] > 2


def test_everybody_is_told_apart_by_what_they_buy(purchases: Purchases, learned: Learned) -> None:
    likeliest = learned.memberships.argmax(axis=1).tolist()
    assert likeliest == [0 if name.startswith("t") else 1 for name in purchases.customer_ids]


def test_a_membership_in_closed_form_is_the_one_that_was_learned(
    purchases: Purchases, learned: Learned
) -> None:
    customer = purchases.customer_ids[0]
    rhythm = rhythm_of(purchases.baskets(customer))
    words = learned.personas.words_of({"Coffee": 4, "Bread": 4, "Milk": 4}, rhythm)
    found = learned.personas.memberships(words)
    np.testing.assert_allclose(found, learned.memberships[0], rtol=1e-9)


def test_one_coffee_already_says_more_than_the_shares(learned: Learned) -> None:
    _, unknown = learned.personas.memberships({})
    _, after_one = learned.personas.memberships(learned.personas.words_of({"Coffee": 1}, Rhythm()))
    assert after_one > unknown + 0.2


def test_personas_stand_firm_when_other_customers_are_drawn(learned: Learned) -> None:
    found = stability(learned.lessons, learned.mixture, seed=0)
    assert found.adjusted_rand > 0.95
    assert found.cosine > 0.95


def test_chance_makes_one_persona_and_more_of_it_do_not_stand_firm() -> None:
    words = np.random.default_rng(0).poisson(1.0, (300, 12)).astype(np.float64)
    said = sparse.csr_matrix(words)
    count, trials = choose_count(said, seed=0, counts=(1, 2, 3))
    assert count == 1
    assert [each.count for each in trials] == [2, 3]
    assert stability(said, fit_mixture(said, 4, seed=0), seed=0).adjusted_rand < 0.5


def test_the_same_data_and_seed_give_the_same_personas(purchases: Purchases) -> None:
    again = [learn_personas(purchases, {}, seed=5, count=2).personas for _ in range(2)]
    assert again[0] == again[1]


def test_items_without_a_category_are_topics_of_their_own(purchases: Purchases) -> None:
    found = learn_personas(purchases, {}, seed=0, count=2)
    assert found.topics == {item: item for item in purchases.item_ids}


def test_who_came_once_has_a_basket_size_and_no_gap() -> None:
    assert rhythm_of([]) == Rhythm()
    assert rhythm_of([(0, ["tea", "milk"])]) == Rhythm(2.0)
    assert rhythm_of([(0, ["tea"]), (86_400 * 4, ["tea", "milk"])]) == Rhythm(1.5, 4.0)


def test_of_many_customers_some_are_learned_from_and_all_are_told(
    purchases: Purchases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ml.training.personas.learned.MOST_CUSTOMERS", 30)
    found = learn_personas(purchases, item_attributes(shop().items), seed=3, count=2)
    assert found.lessons.shape[0] == 30
    assert len(found.memberships) == len(purchases.customer_ids)
    likeliest = found.memberships.argmax(axis=1).tolist()
    assert likeliest == [0 if name.startswith("t") else 1 for name in purchases.customer_ids]
