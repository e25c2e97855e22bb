"""The truth a town was made from can be found again in its purchases."""

import numpy as np
import pandas as pd

from ml.simulation.people import CHAIN_TEA_DRINKER, ONE_COFFEE
from ml.simulation.simulate import Simulation


def with_items(simulation: Simulation) -> pd.DataFrame:
    """Return the purchases with what the items are."""
    return simulation.dataset.interactions.merge(simulation.dataset.items, on="item_id")


def of_character(simulation: Simulation, character: str) -> pd.DataFrame:
    truth = simulation.truth
    named = truth.loc[truth["character"] == character, ["customer_id"]].drop_duplicates()
    return with_items(simulation).merge(named, on="customer_id").sort_values("sequence")


def gap_days(times: pd.Series) -> pd.Series:
    return days(times.dt.normalize().diff().dropna())


def days(spans: pd.Series) -> pd.Series:
    return pd.Series(spans.dt.total_seconds() / 86_400)


def test_the_chain_tea_drinker_buys_the_same_tea_at_the_true_gap(simulation: Simulation) -> None:
    bought = of_character(simulation, CHAIN_TEA_DRINKER)
    truth = simulation.truth
    tea = truth[(truth["character"] == CHAIN_TEA_DRINKER) & (truth["gap_days"] == 4)].iloc[0]

    gaps = gap_days(bought.loc[bought["item_id"] == tea["item_id"], "occurred_at"])

    assert len(gaps) > 80
    assert abs(gaps.median() - tea["gap_days"]) <= 0.5
    assert abs(np.log(gaps).std() - tea["gap_spread"]) < 0.1


def test_who_never_wants_a_second_coffee_bought_one(simulation: Simulation) -> None:
    bought = of_character(simulation, ONE_COFFEE)

    assert (bought["category"] == "Coffee").sum() == 1
    assert bought["sequence"].max() > 20


def test_observed_gaps_of_favourites_follow_the_true_ones(simulation: Simulation) -> None:
    """They are longer, by the days until the next visit to the shop."""
    bought = simulation.dataset.interactions
    gaps = (
        bought.assign(gap=bought.groupby(["customer_id", "item_id"])["occurred_at"].diff())
        .dropna(subset="gap")
        .groupby(["customer_id", "item_id"])["gap"]
        .agg(["median", "size"])
    )
    found = simulation.truth.merge(gaps[gaps["size"] >= 4], on=["customer_id", "item_id"])

    observed = days(found["median"])
    assert len(found) > 500
    assert np.median(observed / found["gap_days"]) > 1
    assert np.corrcoef(np.log(observed), np.log(found["gap_days"]))[0, 1] > 0.7


def test_favourites_are_what_is_bought_most(simulation: Simulation) -> None:
    bought = simulation.dataset.interactions.groupby(["customer_id", "item_id"]).size()
    top = bought.sort_values().groupby("customer_id").tail(3).index
    favourites = pd.MultiIndex.from_frame(simulation.truth[["customer_id", "item_id"]])

    assert top.isin(favourites).mean() > 0.6


def test_popularity_is_skewed_and_repeats_are_as_in_a_shop(simulation: Simulation) -> None:
    bought = simulation.dataset.interactions
    shares = bought["item_id"].value_counts(normalize=True)
    is_repeat = bought.duplicated(["customer_id", "item_id"])

    assert shares.iloc[: len(shares) // 10].sum() > 0.3
    assert 0.4 < is_repeat[bought["sequence"] > 0].mean() < 0.7
    baskets = simulation.dataset.counts["baskets"]
    assert 20 < baskets / simulation.dataset.counts["customers"] < 32
    assert 5 < len(bought) / baskets < 12


def test_tastes_differ_between_customers_and_hold_over_time(simulation: Simulation) -> None:
    bought = with_items(simulation)
    half = bought["occurred_at"] < bought["occurred_at"].quantile(0.5)
    shares = [
        pd.crosstab(part["customer_id"], part["category"], normalize="index")
        for part in (bought[half], bought[~half])
    ]
    first, second = shares[0].align(shares[1], join="inner")
    own = np.einsum("ij,ij->i", first, second) / (
        np.linalg.norm(first, axis=1) * np.linalg.norm(second, axis=1)
    )
    shifted = np.roll(second.to_numpy(), 1, axis=0)
    others = np.einsum("ij,ij->i", first, shifted) / (
        np.linalg.norm(first, axis=1) * np.linalg.norm(shifted, axis=1)
    )

    assert own.mean() > others.mean() + 0.2


def test_a_new_baby_shows_in_the_baskets_from_the_day_on(simulation: Simulation) -> None:
    truth = simulation.truth.drop_duplicates("customer_id")
    parents = truth[truth["life_change"] == "new baby"]
    bought = with_items(simulation).merge(parents[["customer_id", "changed_at"]], on="customer_id")
    is_baby = bought["category"] == "Baby"
    is_after = bought["occurred_at"] >= bought["changed_at"]

    assert len(parents) >= 5
    assert is_baby[is_after].mean() > 5 * max(is_baby[~is_after].mean(), 0.005)


def test_ice_cream_sells_in_summer_and_pasta_brings_sauce(simulation: Simulation) -> None:
    bought = with_items(simulation)
    months = bought["occurred_at"].dt.month
    is_ice = bought["category"] == "Ice cream"
    assert is_ice[months.isin([6, 7, 8])].mean() > 3 * is_ice[months.isin([12, 1, 2])].mean()

    baskets = pd.crosstab(bought["basket_id"], bought["category"]) > 0
    with_pasta = baskets.loc[baskets["Pasta"], "Pasta sauce"].mean()
    without_pasta = baskets.loc[~baskets["Pasta"], "Pasta sauce"].mean()
    assert with_pasta > 1.5 * without_pasta


def test_who_minds_prices_buys_on_offer(simulation: Simulation) -> None:
    bought = with_items(simulation).merge(
        simulation.truth.drop_duplicates("customer_id"), on="customer_id"
    )
    is_offer = bought["unit_price"] < bought["price"] - 0.005
    minds = bought["price_sensitivity"] > 1.5
    relaxed = bought["price_sensitivity"] < 0.5

    assert 0.01 < is_offer.mean() < 0.3
    assert is_offer[minds].mean() > 1.5 * is_offer[relaxed].mean()


def test_lasting_things_are_bought_once(simulation: Simulation) -> None:
    bought = with_items(simulation)
    lasting = bought[bought["category"].isin(["Kitchen things", "Home things"])]

    assert len(lasting) > 20
    assert not lasting.duplicated(["customer_id", "item_id"]).any()
