"""The checkered town, where everybody also buys bread, and to which strangers move in the end.

Who is new buys bread and nothing else; so only a model that knows what is popular serves them.
"""

import pandas as pd

from ml.dataset.dataset import Dataset, make_dataset
from ml.training.artefacts.factors import FactorConfig
from ml.training.learning import LearningConfig
from ml.training.lessons.ranker_training import RankerConfig
from tests.ml.shopping import checkered, dataset_of

SMALL = LearningConfig(
    factors=FactorConfig(factors=8, iterations=5),
    ranker=RankerConfig(trees=20, leaves=7),
    windows=2,
    show_progress=False,
)
"""Learns in a moment."""

ITEMS = 80
"""More than a source proposes: what is not popular is then not even a candidate."""

STRANGERS = 40
FIRST_DAYS = (20, 65, 110, 170)
"""When strangers move in; the last ones come behind the last cut, so a question asks about them."""


def bread_shop() -> Dataset:
    """Return 60 customers of long standing and 40 strangers at each of ``FIRST_DAYS``."""
    town = checkered(items=ITEMS)
    loaves = town.interactions.groupby(["customer_id", "basket_id"], as_index=False).first()
    strangers = dataset_of(
        {
            f"stranger-{day:03d}-{number:02d}": [(day + number % 20, ["bread"])]
            for day in FIRST_DAYS
            for number in range(STRANGERS)
        }
    )
    bought = [town.interactions, loaves.assign(item_id="bread"), strangers.interactions]
    joined = pd.concat(bought, ignore_index=True)
    joined["store"] = joined["store"].astype("str").where(joined["store"].notna(), None)
    return make_dataset(town.description, joined)
