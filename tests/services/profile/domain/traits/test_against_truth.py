"""In a simulated town, where it is known what people are like, their traits say so."""

from collections import defaultdict
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from ml.dataset.purchases import purchase_records
from ml.simulation.simulate import Simulation, simulate_town
from ml.simulation.town import TownConfig
from ml.training.priors.document import write_priors
from ml.training.priors.typical import typical
from services.profile.adapters.files.priors_file import read_priors
from services.profile.domain.history.events import MICROS, Event, EventLine, EventType, ItemId
from tests.services.profile.domain.traits.shopper import number, traits_of

END = date(2026, 6, 30)


@pytest.fixture(scope="module")
def town() -> Simulation:
    return simulate_town(TownConfig(end=END, customers=200))


@pytest.fixture(scope="module")
def told(town: Simulation, tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """Give each customer's traits beside the truth, by what is typical of the town."""
    path: Path = tmp_path_factory.mktemp("priors") / "priors.json"
    write_priors(typical(town.dataset), path, digest="of the test")
    priors = read_priors(path)
    histories: dict[str, list[Event]] = defaultdict(list)
    for record in purchase_records(town.dataset):
        lines = tuple(
            EventLine(
                ItemId(line.item_id),
                line.quantity,
                line.unit_price,
                None,
                line.category,
                line.brand,
            )
            for line in record.lines
        )
        micros = round(record.occurred_at.timestamp()) * MICROS
        name = f"{record.customer_id}-{record.basket_id}"
        histories[record.customer_id].append(
            Event("till", name, EventType.PURCHASE, micros, lines=lines)
        )
    now = datetime(END.year, END.month, END.day, 23, tzinfo=UTC)
    rows = {}
    for customer, events in histories.items():
        found = traits_of(*events, priors=priors, now=now)
        rows[customer] = {
            name: number(found[name])
            for name in ("price_sensitivity", "usual_gap_days")
            if name in found
        }
    truth = town.truth.drop_duplicates("customer_id").set_index("customer_id")
    return pd.DataFrame(rows).T.dropna().join(truth.add_suffix("_truth"))


def correlation(told: pd.DataFrame, trait: str, truth: str) -> float:
    return float(np.asarray(spearmanr(told[trait], told[truth])[0]))


def test_who_minds_price_is_told_to(told: pd.DataFrame) -> None:
    assert len(told) > 190
    assert correlation(told, "price_sensitivity", "price_sensitivity_truth") > 0.5
    assert abs(correlation(told, "usual_gap_days", "price_sensitivity_truth")) < 0.3


def test_who_comes_often_is_told_to(told: pd.DataFrame) -> None:
    assert correlation(told, "usual_gap_days", "basket_gap_days_truth") > 0.85
