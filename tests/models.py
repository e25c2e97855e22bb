"""A tiny model whose right answers are plain, for any test that needs one.

Every item belongs to one category, and every category has an axis of its own in the space of the
factors: who bought tea gets tea.
"""

import dataclasses
import functools
import os
from collections.abc import Sequence
from pathlib import Path

import lightgbm
import numpy as np
from numpy.typing import NDArray

from ml.model.attributes import ItemAttributes
from ml.model.bundle import Bundle, ModelFacts
from ml.model.bundle_folder import content_version, write_bundle
from ml.model.features import FEATURES
from ml.model.lists import RelatedLists
from ml.model.vocabulary import Vocabulary

CATEGORIES = ("tea", "coffee", "bread", "soap")
STORES = ("north", "south")
LIST_LENGTH = 8
AS_OF_SECONDS = 1_767_225_600
"""2026-01-01, UTC."""


def small_bundle(
    *,
    item_count: int = 40,
    seed: int = 0,
    categories: Sequence[str] = CATEGORIES,
    factors: int | None = None,
) -> Bundle:
    """Return a valid bundle; item ``row`` is ``tea-0``, ``coffee-1``, … by turns.

    Transitions and neighbours stay within a category; what goes with an item in a basket is of
    the next category; items with small numbers are the popular ones.

    Args:
        item_count: how many items.
        seed: two seeds give two versions of a model with the same answers in the large.
        categories: names, at most as many as there are items.
        factors: dimensions, at least as many as categories; ``None`` for exactly so many.
    """
    random = np.random.default_rng(seed)
    rows = np.arange(item_count)
    axes = np.eye(len(categories), factors or len(categories), dtype=np.float32)
    noise = random.normal(0, 0.05, (item_count, axes.shape[1]))
    shares = (0.5 / (1 + rows)).astype(np.float32)
    bundle = Bundle(
        facts=_facts(),
        vocabulary=Vocabulary(item_ids(item_count, categories)),
        item_factors=(axes[rows % len(categories)] + noise).astype(np.float32),
        transitions=_lists(rows, len(categories), shift=0, strength=0.6),
        neighbours=_lists(rows, len(categories), shift=0, strength=0.9),
        complements=_lists(rows, len(categories), shift=1, strength=0.8),
        next_items=_lists(rows, len(categories), shift=0, strength=0.3),
        popularity=np.stack([shares * 0.9, shares, shares * 1.1], axis=1),
        store_ids=STORES,
        store_popularity=_store_lists(item_count),
        repeat_rates=np.full(item_count, 0.3, np.float32),
        gap_log_means=np.full(item_count, np.log(14), np.float32),
        gap_log_stds=np.full(item_count, 0.9, np.float32),
        basket_counts=np.round(1_000 * shares).astype(np.float32),
        basket_sizes=np.full(item_count, 4, np.float32),
        present_shares=shares,
        attribute_tokens=tuple(f"category={name}" for name in categories),
        attribute_weights=np.vstack([axes, np.zeros((1, axes.shape[1]))]).astype(np.float32),
        ranker=small_ranker(),
    )
    return sealed(bundle)


def contrary_bundle() -> Bundle:
    """Return a small bundle to whom the items with large numbers are the popular ones."""
    bundle = small_bundle()
    turned = dataclasses.replace(
        bundle,
        popularity=bundle.popularity[::-1].copy(),
        present_shares=bundle.present_shares[::-1].copy(),
    )
    return sealed(turned)


def with_foreign_ranker(bundle: Bundle) -> Bundle:
    """Return the bundle with whole and sound trees that were grown on other features."""
    text = bundle.ranker.replace(FEATURES[0], "shoe_size")
    return sealed(dataclasses.replace(bundle, ranker=text))


def item_ids(item_count: int = 40, categories: Sequence[str] = CATEGORIES) -> list[str]:
    """Return the ids of a small bundle's items, in the order of its rows."""
    return [f"{categories[row % len(categories)]}-{row}" for row in range(item_count)]


def item_attributes(item_id: str) -> ItemAttributes:
    """Return what a catalogue would say of an item of a small bundle."""
    category, _, number = item_id.partition("-")
    return ItemAttributes(f"{category} number {number}", category, f"brand {int(number) % 3}", 2.5)


def sealed(bundle: Bundle) -> Bundle:
    """Return the bundle with the version that its content has; needed after any change."""
    facts = dataclasses.replace(bundle.facts, version=content_version(bundle))
    return dataclasses.replace(bundle, facts=facts)


def publish(folder: Path, bundle: Bundle) -> Path:
    """Write the bundle below ``folder`` where it is not there yet, point ``current`` at it.

    Returns:
        The folder of the version.
    """
    version = folder / "versions" / bundle.facts.version
    if not version.exists():
        write_bundle(version, bundle)
    point_current_at(folder, version)
    return version


def point_current_at(folder: Path, version: Path) -> None:
    """Flip the link ``current`` to the folder ``version`` in one step."""
    temporary = folder / ".current"
    temporary.symlink_to(version.relative_to(folder))
    os.replace(temporary, folder / "current")  # noqa: PTH105  # replaces a link, not its target


@functools.cache
def small_ranker() -> str:
    """Return trees over the real features that prefer own, near and popular items."""
    random = np.random.default_rng(0)
    values = random.random((200, len(FEATURES)))
    column = dict(zip(FEATURES, values.T, strict=True))
    column["own"][:] = column["own"] > 0.5
    liking = 2 * column["own"] + column["latent"] + column["complement"] + column["popular_here"]
    booster = lightgbm.train(
        {"objective": "binary", "num_leaves": 7, "seed": 0, "num_threads": 1, "verbosity": -1},
        lightgbm.Dataset(
            values, (liking > np.median(liking)).astype(int), feature_name=list(FEATURES)
        ),
        num_boost_round=10,
    )
    return str(booster.model_to_string())


def _facts() -> ModelFacts:
    return ModelFacts(
        version="",
        created="2026-01-02T03:04:05+00:00",
        as_of_seconds=AS_OF_SECONDS,
        dataset_digest="0" * 64,
        regularization=0.1,
        alpha=5.0,
        gap_log_mean=float(np.log(14)),
        gap_log_std=0.9,
        metrics={"recall_at_10": 0.2},
    )


def _lists(
    rows: NDArray[np.int64], category_count: int, *, shift: int, strength: float
) -> RelatedLists:
    """Return for every row the next rows of the category ``shift`` further on."""
    steps = np.arange(1, LIST_LENGTH + 1) * category_count
    partners = (rows[:, None] + shift + steps) % max(len(rows), 1)
    same = partners == rows[:, None]
    repeated = np.zeros_like(same)
    for place in range(1, LIST_LENGTH):
        repeated[:, place] = (partners[:, :place] == partners[:, place, None]).any(axis=1)
    present = ~(same | repeated)
    scores = np.where(present, strength / np.arange(1, LIST_LENGTH + 1), 0)
    order = np.argsort(-scores, axis=1, kind="stable")
    partners = np.where(present, partners, -1)
    return RelatedLists(
        np.take_along_axis(partners, order, axis=1).astype(np.int32),
        np.take_along_axis(scores, order, axis=1).astype(np.float32),
        len(rows),
    )


def _store_lists(item_count: int) -> RelatedLists:
    """The north sells the first items, the south the last ones."""
    length = min(LIST_LENGTH, item_count)
    north = np.arange(length)
    rows = np.stack([north, item_count - 1 - north]).astype(np.int32)
    scores = np.tile((0.4 / (1 + north)).astype(np.float32), (len(STORES), 1))
    return RelatedLists(rows, scores, item_count)
