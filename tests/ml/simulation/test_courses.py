"""Lives that change by degrees show it, some more than others, and some not at all."""

from datetime import date

import pandas as pd
import pytest

from ml.simulation.simulate import Simulation, simulate_town
from ml.simulation.town import TownConfig

LOOKED_FOR = {"expecting", "new home", "children growing", "leaving work"}


@pytest.fixture(scope="module")
def town() -> Simulation:
    return simulate_town(
        TownConfig(
            end=date(2026, 6, 30), customers=700, days=730, changed_share=1.0, life_courses=True
        )
    )


def of_change(town: Simulation, change: str) -> pd.DataFrame:
    """Return what these customers bought, with the days since their lives changed."""
    truth = town.truth.drop_duplicates("customer_id")
    changed = truth.loc[truth["life_change"] == change, ["customer_id", "changed_at"]]
    bought = town.dataset.interactions.merge(town.dataset.items, on="item_id")
    bought = bought.merge(changed, on="customer_id")
    days = (bought["occurred_at"] - bought["changed_at"]).dt.days
    return bought.assign(days=days)


def share(bought: pd.DataFrame, category: str, start: int, end: int) -> float:
    within = bought["days"].between(start, end, inclusive="left")
    return float((bought.loc[within, "category"] == category).mean())


def test_the_four_changes_and_some_that_look_like_them_happen(town: Simulation) -> None:
    changes = town.truth.drop_duplicates("customer_id")["life_change"].value_counts()

    assert set(changes.index) > LOOKED_FOR
    assert (changes[sorted(LOOKED_FOR)] >= 15).all()
    assert changes["renovation"] >= 10


def test_those_who_expect_drink_less_wine_long_before_they_buy_nappies(town: Simulation) -> None:
    bought = of_change(town, "expecting")

    assert share(bought, "Wine", 0, 300) < 0.8 * share(bought, "Wine", -360, 0)
    assert share(bought, "Mother-to-be", 0, 150) > 2 * share(bought, "Mother-to-be", -360, 0)
    assert share(bought, "Baby", 0, 100) < 0.5 * share(bought, "Baby", 220, 720)


def test_a_new_home_is_a_burst_that_ends(town: Simulation) -> None:
    bought = of_change(town, "new home")
    before = share(bought, "Home things", -360, 0)

    assert share(bought, "Home things", 0, 60) > 3 * before
    assert share(bought, "Home things", 240, 720) < 2 * before


def test_children_grow_out_of_nappies_by_and_by(town: Simulation) -> None:
    bought = of_change(town, "children growing")
    shares = [share(bought, "Baby", *days) for days in [(-360, 0), (20, 160), (200, 720)]]

    assert shares == sorted(shares, reverse=True)
    assert share(bought, "Children", 200, 720) > 1.5 * share(bought, "Children", -360, 0)


def test_who_leaves_work_shops_by_day_from_then_on(town: Simulation) -> None:
    bought = of_change(town, "leaving work")
    is_working_day = bought["occurred_at"].dt.day_of_week < 5
    by_day = is_working_day & (bought["occurred_at"].dt.hour < 16)

    assert by_day[bought["days"] >= 0].mean() > 1.5 * by_day[bought["days"] < 0].mean()


def test_some_buy_signs_of_a_change_that_never_came(town: Simulation) -> None:
    """Gifts and renovations: one purchase gives nobody away."""
    truth = town.truth.drop_duplicates("customer_id").set_index("customer_id")["life_change"]
    bought = town.dataset.interactions.merge(town.dataset.items, on="item_id")
    signs = bought[bought["category"] == "Mother-to-be"]

    assert (signs["customer_id"].map(truth) != "expecting").mean() > 0.3


def test_a_town_without_courses_sells_nothing_of_them(simulation: Simulation) -> None:
    assert "Mother-to-be" not in set(simulation.dataset.items["category"])
