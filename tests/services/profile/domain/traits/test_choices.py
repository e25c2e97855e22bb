"""What somebody chooses: prices, discounts, brands, variety, places; a child can count it."""

import math
from datetime import timedelta, timezone

import pytest

from services.profile.domain.traits.priors import PricePrior, Priors, PromotionPrior
from tests.services.profile.domain.traits.shopper import MOMENT, line, number, receipt, traits_of

SHOP = Priors(
    promotion=PromotionPrior(share=0.2, weight=10.0),
    prices={"Tea": PricePrior(math.log(4), 0.5)},
)


def test_discounts_are_a_share_of_lines_shrunk_to_the_typical_share() -> None:
    half = [
        *(receipt(day, line("tea", price=4, off=1)) for day in range(10)),
        *(receipt(day, line("rice", price=4)) for day in range(10, 20)),
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


def test_variety_does_not_grow_with_the_length_of_a_history() -> None:
    def history(rounds: int) -> dict[str, float]:
        events = [receipt(day, line("ab"[day % 2])) for day in range(2 * rounds)]
        return {name: number(each) for name, each in traits_of(*events).items() if "var" in name}

    assert history(1)["variety_seeking"] == 1.0
    assert history(500)["variety_seeking"] == pytest.approx(0.5, abs=0.001)


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
