"""What somebody chooses: prices, discounts, brands, variety, places; a child can count it."""

import math
from datetime import timedelta, timezone

import pytest

from services.profile.domain.history.state import fold
from services.profile.domain.snapshot import columns_of
from services.profile.domain.traits.priors import (
    PricePrior,
    Priors,
    PromotionPrior,
    VarietyPrior,
)
from services.profile.domain.traits.tendencies import tendencies
from tests.services.profile.domain.traits.shopper import MOMENT, line, number, receipt, traits_of

SHOP = Priors(
    promotion=PromotionPrior(share=0.2, weight=10.0),
    variety=VarietyPrior(share=0.4, weight=5.0),
    prices={"Tea": PricePrior(math.log(4), 0.5)},
)


def test_discounts_are_a_share_of_lines_shrunk_to_the_typical_share() -> None:
    half = [
        *(receipt(day, line("tea", price=4, off=1)) for day in range(10)),
        *(receipt(day, line("rice", price=4, off=0.0)) for day in range(10, 20)),
    ]
    found = traits_of(*half, priors=SHOP)
    assert number(found["promotion_sensitivity"]) == pytest.approx((10 + 0.2 * 10) / 30)
    assert number(found["discount_depth"]) == pytest.approx(0.25)
    assert found["promotion_sensitivity"].evidence_count == 20


def test_without_prices_nothing_is_said_of_discounts() -> None:
    found = traits_of(receipt(1, line("tea", off=1.0)))
    assert {"promotion_sensitivity", "discount_depth", "price_level"}.isdisjoint(found)


@pytest.mark.parametrize(("price", "sign"), [(2.0, 1), (8.0, -1), (4.0, 0)])
def test_who_chooses_what_is_cheaper_minds_price_more(price: float, sign: int) -> None:
    found = traits_of(
        *(receipt(day, line("tea", "Tea", price=price)) for day in range(20)), priors=SHOP
    )
    level, sensitivity = number(found["price_level"]), number(found["price_sensitivity"])
    assert level == pytest.approx((price / 4) ** (20 / 40))
    assert sensitivity == pytest.approx(sign * 20 * math.log(2) / (0.25 * 40), abs=1e-5)


def test_prices_of_categories_that_nobody_fitted_say_nothing() -> None:
    assert "price_level" not in traits_of(receipt(1, line("pen", "Pens", price=1)), priors=SHOP)


def test_loyalty_is_the_chance_that_two_choices_of_a_category_are_alike() -> None:
    history = [
        *(receipt(day, line("tea", "Tea", "Harbour")) for day in range(3)),
        *(receipt(day, line("bread", "Bread", brand)) for day, brand in enumerate("AB")),
        receipt(5, line("pen", "Pens", "Blue"), line("gum")),
    ]
    found = traits_of(*history)
    assert number(found["brand_loyalty"]) == pytest.approx(6 / 8)
    assert found["brand_loyalty"].evidence_count == 5
    assert found["favourite_brand categories/Tea"].value == "Harbour"
    assert "favourite_brand categories/Bread" not in found


def test_where_the_till_never_tells_of_discounts_nothing_is_said_of_them() -> None:
    silent = [receipt(day, line("tea", price=4)) for day in range(20)]
    assert "promotion_sensitivity" not in traits_of(*silent, priors=SHOP)
    none = receipt(30, line("tea", price=4, off=0.0))
    known = traits_of(*silent, none, priors=SHOP)["promotion_sensitivity"]
    assert number(known) == pytest.approx(0.2 * 10 / (1 + 10))
    assert known.explanation == "Bought 0 of 1 line at a discount; typical is 20 %."


def test_lines_of_a_till_that_never_tells_discounts_say_nothing_beside_those_of_one_that_does() -> (
    None
):
    silent = [receipt(day, line("rice", price=4)) for day in range(200)]
    web = [receipt(day, line("tea", price=4, off=1), channel="web") for day in range(10)]
    known = traits_of(*silent, *web, priors=SHOP)["promotion_sensitivity"]
    assert number(known) == pytest.approx((10 + 0.2 * 10) / (10 + 10))
    assert known.evidence_count == 10
    assert known.explanation == "Bought 10 of 10 lines at a discount; typical is 20 %."
    columns = columns_of(fold([*silent, *web]))
    leaned_on = tendencies(columns.evidence, columns.traits, MOMENT, SHOP)
    assert leaned_on.promotion_sensitivity == known.value
    assert leaned_on.typical_promotion_sensitivity == 0.2
    unknown = columns_of(fold(silent))
    assert tendencies(unknown.evidence, unknown.traits, MOMENT, SHOP).promotion_sensitivity is None


def test_variety_is_taking_something_else_than_last_time_within_a_category() -> None:
    history = [
        receipt(50, line("green", "Tea"), line("rye", "Bread"), line("gum")),
        receipt(40, line("black", "Tea"), line("rye", "Bread"), line("gum")),
        receipt(30, line("black", "Tea"), line("green", "Tea"), line("pen", "Pens")),
        receipt(20, line("rye", "Bread"), line("white", "Bread"), line("cup")),
    ]
    found = traits_of(*history, priors=SHOP)["variety_seeking"]
    assert number(found) == pytest.approx((3 + 0.4 * 5) / (6 + 5))
    assert found.evidence_count == 6
    assert found.explanation == (
        "Took something else than last time in 3 of 6 choices within a category; typical is 40 %."
    )


def test_who_always_takes_the_same_of_each_category_seeks_no_variety() -> None:
    def faithful(rounds: int) -> float:
        lines = [line(f"item{kind}", f"kind{kind}") for kind in range(20)]
        history = [receipt(day, *lines) for day in range(rounds)]
        return number(traits_of(*history, priors=SHOP)["variety_seeking"])

    assert faithful(2) == pytest.approx(0.4 * 5 / 25)
    assert faithful(20) < 0.01


def test_where_no_category_is_bought_from_twice_nothing_is_said_of_variety() -> None:
    once = [receipt(day, line("tea"), line(f"item{day}", f"kind{day}")) for day in range(9)]
    assert "variety_seeking" not in traits_of(*once, priors=SHOP)


def test_exploring_is_buying_what_was_never_bought_before() -> None:
    found = traits_of(
        receipt(9, line("tea"), line("milk")),
        receipt(5, line("tea"), line("rice")),
        receipt(1, line("tea"), line("salt"), line("milk")),
    )
    assert number(found["exploration"]) == pytest.approx(2 / 5)


def test_places_and_times_are_shares_in_the_time_of_the_shop() -> None:
    history = [
        *(receipt(7 * week, line("tea"), channel="store", store="mitte") for week in range(3)),
        receipt(2, line("tea"), channel="web"),
    ]
    found = traits_of(*history)
    assert found["channel_mix"].value == (("store", 0.75), ("web", 0.25))
    assert found["store_mix"].value == (("mitte", 1.0),)
    assert found["daypart_mix"].value == (("weekday morning", 1.0),)
    later = MOMENT.astimezone(timezone(timedelta(hours=9)))
    assert traits_of(*history, now=later)["daypart_mix"].value == (("weekday afternoon", 1.0),)
    assert found["channel_mix"].explanation == "Mostly store 75 %, web 25 %."


def test_recency_frequency_and_money_are_counted() -> None:
    found = traits_of(*(receipt(day, line("tea", price=6)) for day in (0, 10, 20, 60)))
    assert number(found["days_since_purchase"]) == pytest.approx(0)
    assert number(found["purchase_days_per_month"]) == pytest.approx(2)
    assert number(found["spend_per_purchase_day"]) == pytest.approx(6)


def test_of_nobody_in_particular_nothing_is_said() -> None:
    assert traits_of(priors=SHOP) == {}
