"""Who was never seen is answered by where they stand: what is popular here, not elsewhere."""

from datetime import UTC, datetime

import numpy as np
import pytest

from ml.dataset.dataset import Dataset
from ml.model.bundle import Bundle
from ml.model.candidates import CandidateGenerator, Moment
from ml.model.features import feature_table
from ml.model.history import empty_history
from ml.model.index import build_index
from ml.model.ranker import Ranker
from ml.training.artefacts.factors import FactorConfig
from ml.training.learning import LearningConfig, learn
from ml.training.lessons.ranker_training import RankerConfig
from ml.training.lessons.windows import moment_seconds
from tests.ml.shopping import dataset_of

NOW = datetime(2026, 7, 1, tzinfo=UTC)


def two_stores() -> Dataset:
    """Return a shop of teas in the north and, for four times as many customers, coffees."""
    random = np.random.default_rng(0)
    baskets, stores = {}, {}
    for number in range(300):
        customer, store = f"c{number:03d}", "north" if number % 5 == 0 else "south"
        kind = "tea" if store == "north" else "coffee"
        days = np.cumsum(random.integers(6, 12, 17)).tolist()
        baskets[customer] = [
            (day, [f"{kind}-{each}" for each in sorted(random.choice(8, 3, replace=False))])
            for day in days
        ]
        stores[customer] = store
    return dataset_of(baskets, stores=stores)


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    config = LearningConfig(
        factors=FactorConfig(factors=8, iterations=3),
        ranker=RankerConfig(trees=60),
        windows=2,
        show_progress=False,
    )
    return learn(two_stores(), NOW, config)


def first_five(bundle: Bundle, store: str) -> list[str]:
    """Return what a stranger is shown."""
    generator = CandidateGenerator.of(bundle, build_index(bundle.item_factors))
    found = generator.generate(empty_history(), Moment(store=store))
    table = feature_table(bundle, empty_history(), found, moment_seconds(NOW))
    said = Ranker(bundle.ranker).probabilities(table.values)
    return [found.item_ids[place] for place in np.argsort(-said, kind="stable")[:5].tolist()]


@pytest.mark.parametrize(("store", "kind"), [("north", "tea"), ("south", "coffee")])
def test_a_stranger_is_shown_what_is_popular_where_they_stand(
    bundle: Bundle, store: str, kind: str
) -> None:
    assert {item.split("-")[0] for item in first_five(bundle, store)} == {kind}


@pytest.mark.parametrize("store", ["", "opened today"])
def test_where_the_store_is_not_known_what_is_popular_everywhere_is_shown(
    bundle: Bundle, store: str
) -> None:
    assert {item.split("-")[0] for item in first_five(bundle, store)} == {"coffee"}
