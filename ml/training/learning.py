"""From purchase histories to a whole bundle, in one call; evaluation and production share it."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from tqdm.auto import tqdm

from ml.dataset.dataset import Dataset
from ml.dataset.split import HORIZON_DAYS
from ml.model.attributes import ItemAttributes
from ml.model.bundle import Bundle
from ml.training.artefacts import fit_artefacts
from ml.training.attribute_map import item_attributes
from ml.training.factors import FactorConfig, Weighting
from ml.training.purchases import purchases_of
from ml.training.ranker_training import (
    RankerConfig,
    Samples,
    joined,
    train_ranker,
    window_samples,
)
from ml.training.windows import windows


class TrainingError(Exception):
    """A model cannot be learned from these data; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class LearningConfig:
    """Everything that decides a bundle besides the data."""

    factors: FactorConfig = field(default_factory=FactorConfig)
    ranker: RankerConfig = field(default_factory=RankerConfig)
    weighting: Weighting = "cosine"
    """Of the neighbour lists."""
    windows: int = 4
    """Moments the ranker learns from, ``horizon_days`` apart."""
    horizon_days: int = HORIZON_DAYS
    """How far from a moment on the next basket is looked for."""
    seed: int = 0
    """Same data and seed give the same arrays."""
    show_progress: bool = True
    """Whether bars are drawn on standard error."""


def learn(history: Dataset, config: LearningConfig) -> Bundle:
    """Return a bundle without version, digest or metrics.

    Args:
        history: everything that may be known; targets are not looked at.
        config: how.

    Raises:
        TrainingError: when no moment has both a past and a basket after it.
    """
    attributes = item_attributes(history.items)
    taught = list(_samples(history, attributes, config))
    if not taught:
        raise TrainingError(
            "the ranker has nothing to learn from: no moment has a customer with a basket before "
            f"it and one within {config.horizon_days} days from it on; give a longer history or "
            "a shorter horizon"
        )
    samples = joined(taught)
    if not 0 < samples.labels.sum() < len(samples.labels):
        raise TrainingError(
            "the ranker has nothing to learn from: no next basket holds a candidate"
        )
    bundle = fit_artefacts(
        purchases_of(history),
        attributes,
        config.factors,
        weighting=config.weighting,
        seed=config.seed,
    )
    ranker = train_ranker(samples, config.ranker, seed=config.seed)
    return dataclasses.replace(bundle, ranker=ranker)


def _samples(
    history: Dataset, attributes: Mapping[str, ItemAttributes], config: LearningConfig
) -> Iterator[Samples]:
    for number, window in enumerate(
        windows(history, config.windows, horizon_days=config.horizon_days), 1
    ):
        purchases = purchases_of(window.history)
        bundle = fit_artefacts(
            purchases,
            attributes,
            config.factors,
            weighting=config.weighting,
            seed=config.seed,
        )

        def progress(customers: Sequence[str], number: int = number) -> "tqdm[str]":
            return tqdm(
                customers,
                desc=f"moment {number} of {config.windows}",
                disable=not config.show_progress,
                leave=False,
            )

        yield window_samples(
            bundle,
            purchases,
            window,
            max_customers=config.ranker.max_customers,
            generator=np.random.default_rng([config.seed, number]),
            progress=progress,
        )
