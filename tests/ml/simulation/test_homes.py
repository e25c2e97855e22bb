"""Who lives together buys for the house in turns, and for themselves as before."""

from collections.abc import Sequence
from dataclasses import replace
from math import inf

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from ml.simulation.favourites import Favourites
from ml.simulation.homes import HOUSE_CATEGORIES, keep_house, partner_of
from ml.simulation.people import CHARACTERS, make_person
from ml.simulation.shopping import SECONDS_PER_DAY, Shopping
from ml.simulation.simulate import Simulation, simulate_town
from ml.simulation.town import TownConfig, customer_id
from ml.training.insight.homes import HOUSE_DAYS
from services.profile.adapters.files.catalogue_file import load_catalogue
from tests.ml.simulation.conftest import END

TOGETHER = TownConfig(end=END, customers=202, shared_homes=1.0)


@pytest.fixture(scope="module")
def together() -> Simulation:
    return simulate_town(TOGETHER)


def bought(simulation: Simulation, customer: str) -> pd.DataFrame:
    lines = simulation.dataset.interactions
    lines = lines[lines["customer_id"] == customer]
    return lines.merge(simulation.dataset.items[["item_id", "category"]], on="item_id")


def test_everybody_lives_with_the_one_who_lives_with_them() -> None:
    partners = [partner_of(TOGETHER, index) for index in range(TOGETHER.customers)]
    assert partners[: len(CHARACTERS)] == [None] * len(CHARACTERS)
    for index, partner in enumerate(partners[len(CHARACTERS) :], len(CHARACTERS)):
        assert partner is not None
        assert partners[partner] == index


def test_some_live_alone_where_not_all_live_together() -> None:
    half = TownConfig(end=END, customers=402, shared_homes=0.5)
    alone = [partner_of(half, index) is None for index in range(402)]
    assert 0.35 < np.mean(alone) < 0.65
    assert all(partner_of(TownConfig(end=END), index) is None for index in range(20))


def test_who_lives_at_the_edge_of_the_town_lives_alone() -> None:
    odd = TownConfig(end=END, customers=203, shared_homes=1.0)
    assert partner_of(odd, 202) is None


def test_what_is_personal_is_bought_as_if_everybody_lived_alone(together: Simulation) -> None:
    alone = simulate_town(TownConfig(end=END, customers=202))
    for index in (2, 3, 50):
        ours, theirs = (bought(town, customer_id(index)) for town in (together, alone))
        columns = ["occurred_at", "item_id", "quantity", "unit_price"]
        own, as_before = (
            each[~each["category"].isin(HOUSE_CATEGORIES)][columns].reset_index(drop=True)
            for each in (ours, theirs)
        )
        pd.testing.assert_frame_equal(own, as_before)


def test_what_both_need_is_brought_by_either_and_as_often_as_both_use_it(
    together: Simulation,
) -> None:
    truth = together.truth
    truth = truth[truth["until"].isna() & (truth["since"] == TOGETHER.start)]
    house = together.dataset.items.set_index("item_id")["category"].isin(HOUSE_CATEGORIES)
    one_needs, other_brings = 0, 0
    for index in range(2, TOGETHER.customers, 2):
        pair = [customer_id(index), customer_id(index + 1)]
        needs = [set(truth[truth["customer_id"] == each]["item_id"]) for each in pair]
        for mine, yours in ((0, 1), (1, 0)):
            only_mine = {item for item in needs[mine] - needs[yours] if house[item]}
            one_needs += len(only_mine)
            other_brings += len(only_mine & set(bought(together, pair[yours])["item_id"]))
    assert one_needs > 100
    assert other_brings > 0.7 * one_needs


def milk_days(
    together: Simulation, *, gaps: tuple[float, float], known: Sequence[tuple[float, float]]
) -> NDArray[np.float64]:
    """Return on which days of a year milk is brought home by two who shop twice a day.

    Args:
        together: the town.
        gaps: after how many days either has used theirs up, always the same.
        known: from which day on, and until which, each of them drinks milk.
    """
    town = together.town
    milk = town.catalogue.rows_of("Milk")
    nothing = np.array([], np.int64)
    people, lives = [], []
    for index, (gap, (since, until)) in enumerate(zip(gaps, known, strict=True), 2):
        person = make_person(town, index, np.random.default_rng(index))
        only_milk = Favourites(
            milk[:1], np.array([gap]), np.zeros(1), np.array([since]), np.array([until])
        )
        people.append(replace(person, favourites=only_milk))
        trips = (np.arange(0, 365, 0.5) * SECONDS_PER_DAY).astype(np.int64) + index
        anywhere = np.zeros(len(trips), np.int64)
        lives.append(Shopping(trips, anywhere, nothing, nothing, nothing, np.array([], np.float64)))
    kept = keep_house(town, people, lives)
    return np.sort(np.concatenate([each.seconds for each in kept])) / SECONDS_PER_DAY


def test_what_two_need_is_used_up_as_fast_as_both_use_it(together: Simulation) -> None:
    days = milk_days(together, gaps=(10.0, 15.0), known=[(0.0, inf)] * 2)

    assert len(days) / 365 == pytest.approx(1 / 10 + 1 / 15, rel=0.1)


def test_what_two_need_is_brought_from_the_first_who_does_until_the_last(
    together: Simulation,
) -> None:
    early, late = (50.0, 200.0), (100.0, 300.0)
    for known in ((early, late), (late, early)):
        days = milk_days(together, gaps=(10.0, 10.0), known=known)
        assert days[0] == pytest.approx(50, abs=6)
        assert days[-1] == pytest.approx(300, abs=6)


def test_no_basket_is_empty_and_no_item_twice_in_one(together: Simulation) -> None:
    lines = together.dataset.interactions
    assert not lines.duplicated(["basket_id", "item_id"]).any()
    baskets = lines.groupby("customer_id")
    last = baskets["sequence"].max() + 1
    assert last.to_dict() == baskets["basket_id"].nunique().to_dict()


def test_the_town_buys_for_the_house_what_the_shipped_catalogue_shares() -> None:
    house = load_catalogue().house
    assert house.categories == set(HOUSE_CATEGORIES)
    assert house.days == HOUSE_DAYS
