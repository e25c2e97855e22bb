"""Whether somebody still is a customer, checked against published and independent figures."""

import pytest
from scipy.special import hyp2f1

from services.profile.domain.traits.hypergeometric import hypergeometric
from services.profile.domain.traits.lifetime import (
    Purchasing,
    active_probability,
    expected_days,
    expected_spend,
)
from services.profile.domain.traits.priors import LifetimePrior, Priors, SpendPrior
from tests.services.profile.domain.traits.shopper import line, number, receipt, traits_of

CDNOW = LifetimePrior(r=0.243, alpha=4.414, a=0.793, b=2.426)
"""In weeks. Source: Fader, Hardie and Lee, 2005, table 2."""
CDNOW_SPEND = SpendPrior(p=6.25, q=3.74, gamma=15.44)
"""Source: Fader and Hardie, "The Gamma-Gamma Model of Monetary Value", 2013."""
MONTHS = LifetimePrior(0.6, 20.0, 0.8, 40.0)


def test_the_published_customer_buys_as_often_as_published() -> None:
    # x = 2, t_x = 30.43, T = 38.86 gives 1.226 purchases in 39 weeks: Fader, Hardie and Lee,
    # "Implementing the BG/NBD Model for Customer Base Analysis in Excel", 2005.
    expected = expected_days(Purchasing(2, 30.43, 38.86), CDNOW, horizon_days=39)
    assert expected == pytest.approx(1.226, abs=0.0005)


@pytest.mark.parametrize("x", [0, 1, 2, 30, 400])
@pytest.mark.parametrize("t_x", [10.0, 30.0, 38.86])
@pytest.mark.parametrize("horizon", [1.0, 39.0, 500.0])
def test_the_closed_form_is_the_papers(x: int, t_x: float, horizon: float) -> None:
    one = Purchasing(x, t_x if x else 0.0, 38.86)
    r, alpha, a, b = CDNOW.r, CDNOW.alpha, CDNOW.a, CDNOW.b
    z = horizon / (alpha + one.T + horizon)
    # 2F1 of the paper overflows for many purchases; its logarithm does not, by way of Euler.
    papers = hyp2f1(a + b - 1 - r, a - 1, a + b + x - 1, z) * (1 - z) ** (a - 1)
    if x <= 30:
        papers = hyp2f1(r + x, b + x, a + b + x - 1, z) * (1 - z) ** (r + x)
    whole = (a + b + x - 1) / (a - 1) * (1 - papers) * active_probability(one, CDNOW)
    assert expected_days(one, CDNOW, horizon_days=horizon) == pytest.approx(whole, rel=1e-8)


@pytest.mark.parametrize("a", [-0.3, 0.2, 2.5])
@pytest.mark.parametrize("b", [-0.207, 0.7, 3.0])
@pytest.mark.parametrize("c", [0.4, 2.219, 300.0])
@pytest.mark.parametrize("z", [0.0, 0.3, 0.9, 0.999])
def test_the_series_is_gauss_function(a: float, b: float, c: float, z: float) -> None:
    assert hypergeometric(a, b, c, z) == pytest.approx(float(hyp2f1(a, b, c, z)), rel=1e-10)


def test_a_series_that_does_not_settle_is_given_up() -> None:
    with pytest.raises(ArithmeticError):
        hypergeometric(1.0, 1.0, 1.0, 1.0)


def test_silence_after_many_purchases_says_more_than_after_few() -> None:
    loyal, seldom = Purchasing(20, 20.0, 38.86), Purchasing(2, 20.0, 38.86)
    assert active_probability(loyal, CDNOW) < 0.01
    assert active_probability(seldom, CDNOW) > 0.4
    assert active_probability(Purchasing(0, 0.0, 38.86), CDNOW) == 1.0
    assert active_probability(Purchasing(5_000, 10.0, 4_000.0), CDNOW) == 0.0


def test_expected_spend_lies_between_the_own_and_the_typical_mean() -> None:
    typical = CDNOW_SPEND.p * CDNOW_SPEND.gamma / (CDNOW_SPEND.q - 1)
    assert expected_spend(0.0, 0, CDNOW_SPEND) == pytest.approx(typical)
    assert typical < expected_spend(100.0, 3, CDNOW_SPEND) < 100.0
    assert expected_spend(100.0, 10_000, CDNOW_SPEND) == pytest.approx(100.0, abs=0.1)


def test_a_regular_is_told_to_be_one_and_what_that_is_worth() -> None:
    priors = Priors(lifetime=MONTHS, spend=SpendPrior(6.0, 4.0, 15.0))
    history = [receipt(day, line("tea", price=10)) for day in range(2, 180, 7)]
    found = traits_of(*history, priors=priors)
    assert number(found["active_probability"]) > 0.9
    assert number(found["expected_purchase_days"]) == pytest.approx(90 / 7, rel=0.2)
    assert number(found["expected_value"]) == pytest.approx(
        number(found["expected_purchase_days"]) * 10, rel=0.1
    )


def test_without_fitted_models_nothing_is_said_of_the_future() -> None:
    found = traits_of(*(receipt(day, line("tea", price=10)) for day in range(2, 180, 7)))
    assert {"active_probability", "expected_purchase_days", "expected_value"}.isdisjoint(found)
