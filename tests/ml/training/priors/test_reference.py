"""The fitted figures beside published ones and beside a maintained library, on CDNOW itself.

The customers come from the wheel of ``lifetimes``, the models from ``pymc-marketing``; where either
is missing the test says so and is skipped (``make test-reference`` has both).
"""

from importlib import resources

import numpy as np
import pandas as pd
import pytest

from ml.training.priors.lifetime import fit_lifetime, log_likelihood
from ml.training.priors.spend import fit_spend
from services.profile.domain.traits.lifetime import (
    Purchasing,
    active_probability,
    expected_days,
)
from services.profile.domain.traits.priors import LifetimePrior
from tests.ml.training.priors.published import CDNOW, CDNOW_LOG_LIKELIHOOD, CDNOW_SPEND

HORIZON_WEEKS = 39.0


@pytest.fixture(scope="module")
def cdnow() -> pd.DataFrame:
    """Give CDNOW's 2,357 customers: x, t_x, T in weeks."""
    return _table("cdnow_customers_summary.csv")


def _table(name: str) -> pd.DataFrame:
    pytest.importorskip("lifetimes", reason="lifetimes, whose wheel holds CDNOW, is not there")
    with resources.as_file(resources.files("lifetimes") / "datasets" / name) as path:
        table = pd.read_csv(path)
    return table.rename(columns={"frequency": "x", "recency": "t_x"})


def test_the_customers_of_cdnow_give_the_published_figures(cdnow: pd.DataFrame) -> None:
    x, t_x, age = (cdnow[name].to_numpy(np.float64) for name in ("x", "t_x", "T"))
    found = fit_lifetime(x, t_x, age)
    assert (found.r, found.alpha, found.a, found.b) == pytest.approx(
        (CDNOW.r, CDNOW.alpha, CDNOW.a, CDNOW.b), abs=0.001
    )
    assert log_likelihood(found, x, t_x, age) == pytest.approx(CDNOW_LOG_LIKELIHOOD, abs=0.05)


def test_the_spends_of_cdnow_give_the_published_figures() -> None:
    table = _table("cdnow_customers_summary_with_transactions.csv")
    paying = table[(table["x"] > 0) & (table["zbar"] > 0)]
    found = fit_spend(paying["x"].to_numpy(np.float64), paying["zbar"].to_numpy(np.float64))
    assert (found.p, found.q, found.gamma) == pytest.approx(
        (CDNOW_SPEND.p, CDNOW_SPEND.q, CDNOW_SPEND.gamma), abs=0.01
    )


def test_the_library_says_the_same_of_every_customer(cdnow: pd.DataFrame) -> None:
    clv = pytest.importorskip("pymc_marketing.clv", reason="pymc-marketing is not there")
    priors = pytest.importorskip("pymc_extras.prior", reason="pymc-extras is not there")
    table = cdnow.rename(columns={"ID": "customer_id", "x": "frequency", "t_x": "recency"})
    flat = {name: priors.Prior("HalfFlat") for name in ("r", "alpha", "a", "b")}
    model = clv.BetaGeoModel(data=table, model_config=flat)
    model.fit(method="map", progressbar=False)
    theirs = model.fit_summary()
    known = LifetimePrior(*(float(theirs[name]) for name in ("r", "alpha", "a", "b")))
    assert (known.r, known.alpha, known.a, known.b) == pytest.approx(
        (CDNOW.r, CDNOW.alpha, CDNOW.a, CDNOW.b), abs=0.005
    )
    ours = [Purchasing(int(x), t_x, age) for x, t_x, age in cdnow[["x", "t_x", "T"]].to_numpy()]

    # What fit_summary rounds to three digits moves an expectation by less than a percent.
    expected = model.expected_purchases(table, future_t=HORIZON_WEEKS).mean(("chain", "draw"))
    active = model.expected_probability_alive(table).mean(("chain", "draw"))
    assert [expected_days(one, known, horizon_days=HORIZON_WEEKS) for one in ours] == pytest.approx(
        expected.to_numpy().tolist(), rel=0.01
    )
    assert [active_probability(one, known) for one in ours] == pytest.approx(
        active.to_numpy().tolist(), rel=0.01
    )
