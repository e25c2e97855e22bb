"""Which benefit suits whom."""

import pytest

from services.recommendation.domain.customer import Traits
from services.recommendation.domain.offer import Benefit, BenefitKind
from services.recommendation.domain.scoring import BENEFIT_SWING, benefit_fit

TEN_PERCENT = Benefit(BenefitKind.PERCENT_OFF, amount=10)
ADVICE = Benefit(BenefitKind.ADVICE, words="How to brew tea")


def buying_at_discount(share: float, *, typical: float = 0.25) -> Traits:
    tendencies = {"promotion_sensitivity": share, "typical_promotion_sensitivity": typical}
    return Traits(tendencies=tendencies)


def test_who_buys_more_at_a_discount_than_others_is_drawn_by_money_off() -> None:
    hunter = buying_at_discount(0.9)
    assert benefit_fit(TEN_PERCENT, hunter) > 1 > benefit_fit(ADVICE, hunter)


def test_who_pays_full_price_is_drawn_by_anything_else() -> None:
    payer = buying_at_discount(0.05)
    assert benefit_fit(ADVICE, payer) > 1 > benefit_fit(TEN_PERCENT, payer)


def test_where_everybody_buys_at_a_discount_who_does_so_half_the_time_is_no_hunter() -> None:
    assert benefit_fit(TEN_PERCENT, buying_at_discount(0.5, typical=0.8)) < 1
    assert benefit_fit(TEN_PERCENT, buying_at_discount(0.5, typical=0.1)) > 1


def test_the_odds_are_held_against_the_typical_ones() -> None:
    # odds of 1 against 1/3: three times as much, so (3 - 1) / (3 + 1) of the swing
    assert benefit_fit(TEN_PERCENT, buying_at_discount(0.5)) == pytest.approx(1 + BENEFIT_SWING / 2)


def test_nobody_is_swayed_by_more_than_the_swing() -> None:
    for share, typical in ((0.0, 0.5), (1.0, 0.5), (0.0, 1.0)):
        fit = benefit_fit(TEN_PERCENT, buying_at_discount(share, typical=typical))
        assert abs(fit - 1) == pytest.approx(BENEFIT_SWING)


@pytest.mark.parametrize(
    "traits",
    [
        None,
        Traits(),
        Traits(basket_count=40, discounted_basket_share=0.9),
        Traits(tendencies={"promotion_sensitivity": 0.9}),
        buying_at_discount(0.25),
        buying_at_discount(0.0, typical=0.0),
    ],
    ids=("unread", "newcomer", "no-discounts-told", "older-profile", "typical", "no-discounts"),
)
def test_where_no_liking_is_known_every_benefit_suits_alike(traits: Traits | None) -> None:
    assert benefit_fit(TEN_PERCENT, traits) == benefit_fit(ADVICE, traits) == 1
