"""Which benefit suits whom."""

from services.recommendation.domain.customer import Traits
from services.recommendation.domain.offer import Benefit, BenefitKind
from services.recommendation.domain.scoring import benefit_fit

TEN_PERCENT = Benefit(BenefitKind.PERCENT_OFF, amount=10)
ADVICE = Benefit(BenefitKind.ADVICE, words="How to brew tea")
BARGAIN_HUNTER = Traits(basket_count=40, discounted_basket_share=0.9)
FULL_PRICE_PAYER = Traits(basket_count=40, discounted_basket_share=0.05)


def test_who_buys_with_discounts_is_drawn_by_money_off() -> None:
    assert benefit_fit(TEN_PERCENT, BARGAIN_HUNTER) > 1 > benefit_fit(ADVICE, BARGAIN_HUNTER)


def test_who_pays_full_price_is_drawn_by_anything_else() -> None:
    assert benefit_fit(ADVICE, FULL_PRICE_PAYER) > 1 > benefit_fit(TEN_PERCENT, FULL_PRICE_PAYER)


def test_little_is_made_of_a_single_basket() -> None:
    once = Traits(basket_count=1, discounted_basket_share=1.0)
    often = Traits(basket_count=30, discounted_basket_share=1.0)
    assert 1 < benefit_fit(TEN_PERCENT, once) < benefit_fit(TEN_PERCENT, often)


def test_for_the_unknown_every_benefit_suits_alike() -> None:
    assert benefit_fit(TEN_PERCENT, None) == benefit_fit(ADVICE, None) == 1
    assert benefit_fit(TEN_PERCENT, Traits()) == benefit_fit(ADVICE, Traits()) == 1
