"""Where it is known whom offers attract, money off suits those the most."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy.stats import rankdata

from ml.simulation.simulate import Simulation, simulate_town
from ml.simulation.town import TownConfig
from services.profile.domain.history.purchase_lines import LineSums
from services.profile.domain.traits.price import promotion_sensitivity
from services.profile.domain.traits.priors import PromotionPrior
from services.recommendation.domain.customer import Traits
from services.recommendation.domain.offer import Benefit, BenefitKind
from services.recommendation.domain.scoring import benefit_fit

TEN_PERCENT = Benefit(BenefitKind.PERCENT_OFF, amount=10)
PRIOR = PromotionPrior()
RESAMPLES = 500


@pytest.fixture(scope="module")
def known() -> pd.DataFrame:
    """Give what the till of a town has seen of each customer, beside what attracts them."""
    town = simulate_town(TownConfig(end=date(2026, 6, 30), customers=400))
    bought = lines_of(town)
    baskets = bought.groupby(["customer_id", "basket_id"]).is_discounted.any()
    truth = town.truth.drop_duplicates("customer_id").set_index("customer_id")
    return pd.DataFrame(
        {
            "lines": bought.groupby("customer_id").size(),
            "discounted_lines": bought.groupby("customer_id").is_discounted.sum(),
            "discounted_basket_share": baskets.groupby("customer_id").mean(),
            "truth": truth.price_sensitivity,
        }
    ).dropna()


def lines_of(town: Simulation) -> pd.DataFrame:
    """Return the lines bought; at a discount is what was paid less for than the list says."""
    listed = town.town.catalogue.frame().set_index("item_id").price
    bought = town.dataset.interactions
    off = bought.item_id.map(listed).astype(float) - bought.unit_price.astype(float)
    return bought.assign(is_discounted=off > 0.005)


def fit(lines: int, discounted: int) -> float:
    """Return how well money off suits whoever bought so."""
    told = LineSums(discounted_count=discounted, discount_told_count=lines)
    own = promotion_sensitivity(told, PRIOR)
    tendencies = {"promotion_sensitivity": own, "typical_promotion_sensitivity": PRIOR.share}
    return benefit_fit(TEN_PERCENT, Traits(tendencies=tendencies))


def rank_correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    return float(np.corrcoef(rankdata(one), rankdata(other))[0, 1])


def test_it_tells_whom_offers_attract_better_than_the_share_of_baskets(known: pd.DataFrame) -> None:
    truth = known.truth.to_numpy(float)
    fits = np.array(list(map(fit, known.lines, known.discounted_lines)))
    shares = known.discounted_basket_share.to_numpy(float)
    rng = np.random.default_rng(7)
    drawn = rng.integers(0, len(known), (RESAMPLES, len(known)))
    leads = [
        rank_correlation(fits[rows], truth[rows]) - rank_correlation(shares[rows], truth[rows])
        for rows in drawn
    ]
    assert len(known) == 400
    assert rank_correlation(fits, truth) > 0.55
    assert np.quantile(leads, 0.025) > 0
