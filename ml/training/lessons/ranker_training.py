"""Growing the trees of the ranker from its lessons."""

from dataclasses import dataclass
from typing import Annotated

import lightgbm

from ml.model.features import FEATURES
from ml.model.ranker import FIRST_TREES
from ml.training.bounds import Bounds
from ml.training.lessons.samples import Samples


@dataclass(frozen=True, slots=True)
class RankerConfig:
    """How the trees are grown; the defaults were measured on Ta-Feng and Online Retail.

    The bounds are LightGBM's own where it has any.
    """

    trees: Annotated[int, Bounds(1, 10_000)] = 200
    leaves: Annotated[int, Bounds(2, 131_072)] = 31
    first_learning_rate: Annotated[float, Bounds(0, 1, is_above_low=True)] = 0.1
    """Of the first trees, which are asked about every candidate (``ml.model.ranker``): alone they
    must say what the whole model says, only more coarsely."""
    learning_rate: Annotated[float, Bounds(0, 1, is_above_low=True)] = 0.06
    """Of the trees behind them."""
    l2: Annotated[float, Bounds(0, 1_000_000)] = 5.0
    feature_fraction: Annotated[float, Bounds(0, 1, is_above_low=True)] = 0.5
    threads: Annotated[int, Bounds(1, 256)] = 1
    """The trees do not depend on it. More than one waits busily for the others: ten times slower
    where cores are shared."""
    max_customers: Annotated[int, Bounds(1, 10_000_000)] = 20_000
    """Customers of a window that are learned from, drawn at random where there are more."""


def train_ranker(samples: Samples, config: RankerConfig, *, seed: int) -> str:
    """Return the trees in LightGBM's text form.

    Args:
        samples: at least one of each label.
        config: of the trees.
        seed: same samples and seed give the same trees.
    """
    data = lightgbm.Dataset(
        samples.values, samples.labels, weight=samples.weights, feature_name=list(FEATURES)
    )
    parameters = {
        "objective": "binary",
        "num_leaves": config.leaves,
        "learning_rate": config.first_learning_rate,
        "lambda_l2": config.l2,
        "feature_fraction": config.feature_fraction,
        "deterministic": True,
        "force_row_wise": True,
        "seed": seed,
        "num_threads": config.threads,
        "verbosity": -1,
    }
    falling = lightgbm.reset_parameter(
        learning_rate=lambda tree: (
            config.first_learning_rate if tree < FIRST_TREES else config.learning_rate
        )
    )
    trees = lightgbm.train(parameters, data, config.trees, callbacks=[falling])
    return str(trees.model_to_string())
