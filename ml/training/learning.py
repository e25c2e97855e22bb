"""From purchase histories to a whole bundle, in one call; evaluation and production share it."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Protocol

import numpy as np
from tqdm.auto import tqdm

from ml.dataset.dataset import Dataset
from ml.dataset.split import HORIZON_DAYS
from ml.evaluation.question import Now
from ml.model.attributes import ItemAttributes
from ml.model.bundle import Bundle
from ml.training.artefacts.attribute_map import item_attributes
from ml.training.artefacts.bundle_arrays import fit_artefacts
from ml.training.artefacts.factors import FactorConfig, Weighting
from ml.training.artefacts.purchases import Purchases, purchases_of
from ml.training.bounds import Bounds
from ml.training.lessons.ranker_training import RankerConfig, train_ranker
from ml.training.lessons.samples import Samples, joined, window_samples
from ml.training.lessons.windows import Window, moment_seconds, windows

Attributes = Mapping[str, ItemAttributes]


class TrainingError(Exception):
    """A model cannot be learned from these data; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class LearningConfig:
    """Everything that decides a bundle besides the data."""

    factors: FactorConfig = field(default_factory=FactorConfig)
    ranker: RankerConfig = field(default_factory=RankerConfig)
    weighting: Weighting = "cosine"
    """Of the neighbour lists."""
    windows: Annotated[int, Bounds(1, 100)] = 4
    """Moments the ranker learns from, ``horizon_days`` apart."""
    horizon_days: Annotated[int, Bounds(1, 3_650)] = HORIZON_DAYS
    """How far from a moment on the next basket is looked for; a hundred windows of ten years end a
    thousand years ago, which calendars still know."""
    seed: Annotated[int, Bounds(0, 2**31 - 1)] = 0
    """Same data and seed give the same arrays; LightGBM's are whole numbers of 32 bits."""
    show_progress: bool = True
    """Whether bars are drawn on standard error."""


Memory = dict[int, Samples]
"""Samples of dated moments, by the moment's second: a later present finds them again, for what was
known at a moment, and the basket that came within its horizon, do not change."""


class Artefacts(Protocol):
    """Makes every array of a bundle but the ranker; on this machine, or on others."""

    def __call__(self, known: Dataset, purchases: Purchases, now_seconds: int) -> Bundle:
        """Return the arrays of what was known at a moment.

        Args:
            known: histories of customers, of a moment's window or of the present.
            purchases: the same as arrays.
            now_seconds: the moment, seconds since 1970.
        """
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """All that is counted before trees are grown; several rankers may be taught from one."""

    bundle: Bundle
    """Everything that may be known, as arrays, without a ranker."""
    samples: Samples
    """What the ranker learns from."""

    def taught(self, config: RankerConfig, *, seed: int) -> Bundle:
        """Return the bundle with a ranker."""
        return dataclasses.replace(
            self.bundle, ranker=train_ranker(self.samples, config, seed=seed)
        )


def learn(
    history: Dataset,
    now: Now,
    config: LearningConfig,
    *,
    memory: Memory | None = None,
    artefacts: Artefacts | None = None,
) -> Bundle:
    """Return a bundle that is not sealed yet: without version, moment, digest and metrics.

    Args:
        history: everything that may be known; its targets are baskets of others at this moment.
        now: the present moment, right behind the history, or that of each visit to be asked about;
            ``None`` for undated data.
        config: how.
        memory: samples of an earlier call on the same data with the same configuration; added to.
        artefacts: ``None`` counts here.

    Raises:
        TrainingError: when no moment has both a past and a basket after it.
    """
    prepared = prepare(history, now, config, memory=memory, artefacts=artefacts)
    return prepared.taught(config.ranker, seed=config.seed)


def prepare(
    history: Dataset,
    now: Now,
    config: LearningConfig,
    *,
    memory: Memory | None = None,
    artefacts: Artefacts | None = None,
) -> Prepared:
    """Return what ``learn`` grows its trees from; same arguments and errors."""
    make = artefacts or _counted_here(item_attributes(history.items), config)
    samples = _all_samples(history, now, config, make, {} if memory is None else memory)
    return Prepared(make(history, purchases_of(history), moment_seconds(now)), samples)


def _all_samples(
    history: Dataset,
    now: Now,
    config: LearningConfig,
    make: Artefacts,
    memory: Memory,
) -> Samples:
    found: list[Samples] = []
    moments = windows(history, now, count=config.windows, horizon_days=config.horizon_days)
    is_remembered = isinstance(now, datetime) and history.targets.empty
    for number, window in enumerate(moments, 1):
        known = memory.get(window.now_seconds) if is_remembered else None
        samples = known or _samples(window, number, config, make)
        if is_remembered:
            memory[window.now_seconds] = samples
        found.append(samples)
    if not found:
        raise TrainingError(
            "the ranker has nothing to learn from: no moment has a customer with a basket before "
            f"it and one within {config.horizon_days} days from it on ({_told_span(history)}); "
            "give a longer history or a shorter horizon"
        )
    samples = joined(found)
    if not 0 < samples.labels.sum() < len(samples.labels):
        raise TrainingError(
            "the ranker has nothing to learn from: every candidate was bought, or none was"
        )
    return samples


def _told_span(history: Dataset) -> str:
    times = history.interactions["occurred_at"].dropna()
    if times.empty:
        return "the baskets have no dates"
    return f"the baskets are dated from {times.min():%Y-%m-%d} to {times.max():%Y-%m-%d}"


def _samples(window: Window, number: int, config: LearningConfig, make: Artefacts) -> Samples:
    purchases = purchases_of(window.history)

    def progress(customers: Sequence[str]) -> Iterable[str]:
        label = f"lesson {number}"
        return tqdm(customers, desc=label, disable=not config.show_progress, leave=False)

    return window_samples(
        make(window.history, purchases, window.now_seconds),
        purchases,
        window,
        max_customers=config.ranker.max_customers,
        generator=np.random.default_rng([config.seed, window.now_seconds, len(window.truth)]),
        progress=progress,
    )


def _counted_here(attributes: Attributes, config: LearningConfig) -> Artefacts:
    def make(known: Dataset, purchases: Purchases, now_seconds: int) -> Bundle:  # noqa: ARG001
        return fit_artefacts(
            purchases, attributes, config.factors, weighting=config.weighting, seed=config.seed
        )

    return make
