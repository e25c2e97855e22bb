"""Models of purchases and spends are recovered from customers drawn after them."""

import numpy as np
import pytest
from scipy.integrate import dblquad

from ml.training.priors.fitting import FitError, fitted
from ml.training.priors.lifetime import Lifetime, fit_lifetime
from ml.training.priors.lifetime import log_likelihood as lifetime_log_likelihood
from ml.training.priors.spend import Spend, fit_spend
from ml.training.priors.spend import log_likelihood as spend_log_likelihood
from tests.ml.training.priors.published import CDNOW, CDNOW_SPEND, drawn


def test_the_published_customers_are_recovered_from_what_they_do() -> None:
    people = drawn(20_000, seed=1)
    found = fit_lifetime(people.x, people.t_x, people.T)
    assert found.r == pytest.approx(CDNOW.r, rel=0.1)
    assert found.alpha == pytest.approx(CDNOW.alpha, rel=0.1)
    assert found.a / (found.a + found.b) == pytest.approx(CDNOW.a / (CDNOW.a + CDNOW.b), rel=0.1)
    at_summit = lifetime_log_likelihood(found, people.x, people.t_x, people.T)
    assert at_summit >= lifetime_log_likelihood(CDNOW, people.x, people.t_x, people.T)


def test_the_published_spends_are_recovered_from_what_they_pay() -> None:
    people = drawn(20_000, seed=2)
    found = fit_spend(people.x + 1, people.mean_spend)
    assert found.p == pytest.approx(CDNOW_SPEND.p, rel=0.1)
    assert found.q == pytest.approx(CDNOW_SPEND.q, rel=0.1)
    assert found.gamma == pytest.approx(CDNOW_SPEND.gamma, rel=0.1)


@pytest.mark.parametrize(("x", "t_x"), [(0.0, 0.0), (1.0, 3.0), (4.0, 9.0)])
def test_the_likelihood_is_the_story_told_summed_over_all_customers(x: float, t_x: float) -> None:
    # Staying: never left, silent since; leaving: left right after the last purchase.
    model, age = Lifetime(0.9, 4.0, 1.5, 3.0), 12.0

    def story(rate: float, leaving: float) -> float:
        density = rate ** (model.r - 1) * np.exp(-rate * model.alpha) * model.alpha**model.r
        density *= leaving ** (model.a - 1) * (1 - leaving) ** (model.b - 1)
        stays = (1 - leaving) ** x * rate**x * np.exp(-rate * age)
        leaves = leaving * (1 - leaving) ** (x - 1) * rate**x * np.exp(-rate * t_x) if x else 0.0
        return float(density * (stays + leaves))

    def whole(rate: float, leaving: float) -> float:
        density = rate ** (model.r - 1) * np.exp(-rate * model.alpha) * model.alpha**model.r
        return float(density * leaving ** (model.a - 1) * (1 - leaving) ** (model.b - 1))

    likelihood = dblquad(story, 0, 1, 1e-9, 20)[0] / dblquad(whole, 0, 1, 1e-9, 20)[0]
    told = lifetime_log_likelihood(model, np.array([x]), np.array([t_x]), np.array([age]))
    assert told == pytest.approx(np.log(likelihood), abs=1e-3)


def test_a_mean_spend_is_likeliest_around_the_typical_one() -> None:
    typical = CDNOW_SPEND.p * CDNOW_SPEND.gamma / (CDNOW_SPEND.q - 1)
    told = [
        spend_log_likelihood(CDNOW_SPEND, np.array([3.0]), np.array([typical * factor]))
        for factor in (0.1, 0.7, 10.0)
    ]
    assert told[1] > max(told[0], told[2])


def test_what_the_histories_do_not_tell_is_refused_with_the_model_s_name() -> None:
    never = np.zeros(50)
    with pytest.raises(FitError, match="BG/NBD"):
        fit_lifetime(never, never, np.full(50, 30.0))
    with pytest.raises(FitError, match="nothing"):
        fitted(lambda _: float("nan"), [1.0], model="nothing")


def test_a_spread_without_a_mean_is_refused() -> None:
    chance = np.random.default_rng(3)
    wild = Spend(2.0, 0.5, 1.0)
    means = chance.gamma(2.0 * 5, 1 / chance.gamma(wild.q, 1.0, 3_000)) / 5
    with pytest.raises(FitError, match="no finite mean"):
        fit_spend(np.full(3_000, 5.0), means)
