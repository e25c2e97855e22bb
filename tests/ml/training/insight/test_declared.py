"""Whoever says which persona is theirs is shown what hardly anybody else buys."""

import numpy as np
import pandas as pd

from ml.dataset.dataset import Dataset
from ml.evaluation.question import questions
from ml.training.artefacts.attribute_map import item_attributes
from ml.training.artefacts.factors import FactorConfig
from ml.training.artefacts.purchases import purchases_of
from ml.training.insight.declared import OWN, SAID, declared
from ml.training.learning import LearningConfig, learn
from ml.training.lessons.ranker_training import RankerConfig
from ml.training.personas.beginnings import Beginnings
from tests.ml.shopping import dataset_of

SMALL = LearningConfig(
    factors=FactorConfig(factors=4, iterations=2),
    ranker=RankerConfig(trees=10),
    windows=1,
    show_progress=False,
)
RED = [f"red-{number:02d}" for number in range(60)]
BLUE = [f"blue-{number:02d}" for number in range(12)]


def town_with_few_who_buy_blue() -> Dataset:
    """Return purchases of 180 customers, of whom every twentieth buys four blue items a week.

    The others buy four red ones, and any of those is bought more often than any blue one.
    """
    random = np.random.default_rng(0)
    baskets = {
        f"customer-{number:03d}": [
            (day, sorted(random.choice(RED if number % 20 else BLUE, 4, replace=False)))
            for day in range(number % 7, 120, 7)
        ]
        for number in range(180)
    }
    ids = [*RED, *BLUE]
    kinds = [each.partition("-")[0] for each in ids]
    items = pd.DataFrame(
        {"item_id": ids, "name": ids, "category": kinds, "brand": None, "price": 1.0}
    )
    return dataset_of(baskets, items=items)


def test_a_persona_that_was_said_brings_up_what_is_too_seldom_bought_to_be_looked_at() -> None:
    town = town_with_few_who_buy_blue()
    (question,) = questions(town, "calendar", horizon_days=SMALL.horizon_days)
    attributes = item_attributes(question.history.items)
    beginnings = Beginnings.of(purchases_of(question.history), attributes, seed=0, count=2)
    bundle = learn(question.history, question.now, SMALL)
    blue = [each for each in question.customer_ids if int(each[-3:]) % 20 == 0]

    strangers = declared(bundle, beginnings, question, blue).recalls[0]

    assert len(blue) == 9
    assert (strangers[OWN] == 0).all()
    assert strangers[SAID].mean() > 0.5
