"""Items hidden as if they came in today: nothing of them is left, and the ranker learns."""

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import cast

import numpy as np
import pandas as pd
import pytest

from ml.dataset.dataset import Dataset
from ml.model.attributes import ItemAttributes
from ml.model.bundle import LISTS, Bundle
from ml.model.bundle_fit import check_fit
from ml.model.candidates import SOURCES, Moment
from ml.model.features import FEATURES
from ml.training.artefacts.attribute_map import item_attributes
from ml.training.artefacts.bundle_arrays import fit_artefacts
from ml.training.artefacts.factors import FactorConfig
from ml.training.artefacts.purchases import purchases_of
from ml.training.lessons.launches import launch, with_catalogue, without_items
from ml.training.lessons.samples import window_samples
from ml.training.lessons.windows import Window, windows
from tests.ml.shopping import START, checkered, dataset_of
from tests.models import small_bundle

NOW = datetime(2026, 7, 1, tzinfo=UTC)
POPULARITY = FEATURES.index("popular_28")
NEXT = SOURCES.index("next")
SMALL = FactorConfig(factors=8, iterations=3)


def described(dataset: Dataset) -> pd.DataFrame:
    """Return the catalogue of a checkered town: even items are teas, odd ones soaps."""
    ids = sorted(dataset.interactions["item_id"].unique())
    kinds = [("tea", "soap")[int(each[-2:]) % 2] for each in ids]
    return pd.DataFrame({"item_id": ids, "category": kinds}).assign(
        name=None, brand=None, price=None
    )


@pytest.fixture(scope="module")
def town() -> Window:
    bought = checkered(customers=120)
    dataset = dataclasses.replace(bought, items=described(bought))
    return next(windows(dataset, NOW, count=1))


@pytest.fixture(scope="module")
def bundle(town: Window) -> Bundle:
    known = item_attributes(town.history.items)
    return fit_artefacts(purchases_of(town.history), known, SMALL)


def test_what_only_those_bought_who_are_gone_is_gone_with_them() -> None:
    # everybody but "only" buys all others; hide what "only" bought, and "rare" has no buyer left
    baskets = {f"c{number}": [(day, [f"i{day}"]) for day in range(30)] for number in range(9)}
    dated = {"only": [(day, [f"i{day}"]) for day in range(3)]}
    town = dataset_of(baskets | dated)
    targets = pd.DataFrame({"customer_id": ["only"], "item_id": ["rare"]})
    dates = pd.DataFrame({"customer_id": ["only"], "occurred_at": [START + timedelta(days=40)]})
    items = sorted({*town.interactions["item_id"], "rare"})
    names = pd.DataFrame({"item_id": items}).assign(
        name=None, category=items, brand=None, price=None
    )
    known = dataclasses.replace(town, targets=targets, target_dates=dates, items=names)
    bundle = fit_artefacts(purchases_of(known), item_attributes(names), SMALL)
    assert "rare" in bundle.vocabulary

    class Hiding:
        def random(self, count: int) -> np.ndarray:
            return np.array([0.0 if each in {"i0", "i1", "i2"} else 1.0 for each in items])

    found = launch(bundle, known, cast("np.random.Generator", Hiding()))

    assert found is not None
    left = found.candidates.bundle.vocabulary.item_ids
    assert left == found.purchases.item_ids
    assert not {"rare", "i0", "i1", "i2"} & set(left)
    proposed = set(found.candidates.vocabulary.ids(np.arange(len(items) - 1)))
    assert proposed == {*left, "i0", "i1", "i2"}  # what is gone did not come in either


def test_a_bundle_without_items_knows_nothing_of_them_and_the_rest_as_before() -> None:
    bundle = small_bundle()
    hidden = np.zeros(40, np.bool_)
    hidden[[0, 7, 39]] = True

    left = without_items(bundle, hidden, {})

    check_fit(left)
    assert len(left.vocabulary) == 37
    assert not {"tea-0", "soap-7", "soap-39"} & set(left.vocabulary.item_ids)
    for name in LISTS:
        before, after = getattr(bundle, name), getattr(left, name)
        entries = range(len(bundle.store_ids)) if name == "store_popularity" else range(40)
        kept = [each for each in entries if name == "store_popularity" or not hidden[each]]
        for place, entry in enumerate(kept):
            told = _named(bundle, before.rows[entry], before.scores[entry])
            for gone in ("tea-0", "soap-7", "soap-39"):
                told.pop(gone, None)
            assert _named(left, after.rows[place], after.scores[place]) == told


def _named(bundle: Bundle, rows: np.ndarray, scores: np.ndarray) -> dict[str, float]:
    count = int((rows >= 0).sum())
    assert (rows[count:] == -1).all()  # nothing lies behind the end
    names = bundle.vocabulary.ids(rows[:count].astype(np.int64))
    return dict(zip(names, scores[:count].tolist(), strict=True))


def test_where_items_lie_is_learned_without_the_hidden_ones() -> None:
    bundle = small_bundle()
    attributes = {
        item: ItemAttributes("", category=item.split("-")[0]) for item in bundle.vocabulary.item_ids
    }
    is_tea = np.array([item.startswith("tea") for item in bundle.vocabulary.item_ids])

    left = without_items(bundle, is_tea, attributes)

    assert "category=tea" not in left.attribute_tokens
    assert "category=soap" in left.attribute_tokens
    assert left.attribute_places is not None
    assert left.attribute_places.shape == left.item_factors.shape


def test_a_new_tea_is_a_candidate_of_who_drinks_tea_with_the_scores_of_teas(
    town: Window, bundle: Bundle
) -> None:
    found = launch(bundle, town.history, np.random.default_rng(0))
    assert found is not None
    hidden = set(bundle.vocabulary.item_ids) - set(found.candidates.bundle.vocabulary.item_ids)
    assert hidden
    purchases = found.purchases
    assert not hidden & set(purchases.item_ids)

    foretold: dict[bool, list[float]] = {True: [], False: []}
    for place, customer in enumerate(purchases.customer_ids):
        candidates = found.candidates.generate(purchases.history(customer), Moment())
        for item, score in zip(candidates.item_ids, candidates.scores[NEXT].tolist(), strict=True):
            if item in hidden:
                foretold[int(item[-2:]) % 2 == place % 2].append(score)

    assert np.mean(foretold[True]) > 2 * np.mean(foretold[False])


def test_the_ranker_is_taught_items_that_nobody_has_bought(town: Window, bundle: Bundle) -> None:
    purchases = purchases_of(town.history)

    found = window_samples(
        bundle, purchases, town, max_customers=999, generator=np.random.default_rng(0)
    )

    is_new = np.isnan(found.values[:, POPULARITY])
    assert 0 < is_new.sum() < len(is_new)
    assert 0 < found.labels[is_new].sum() < is_new.sum()  # some are bought, some are not


def test_without_a_catalogue_nothing_can_be_placed_and_nothing_is_hidden(
    town: Window, bundle: Bundle
) -> None:
    bare = dataclasses.replace(town.history, items=town.history.items.iloc[:0])

    assert launch(bundle, bare, np.random.default_rng(0)) is None


def test_items_of_the_catalogue_that_the_bundle_does_not_know_are_fresh() -> None:
    bundle = small_bundle()
    catalogue = {
        "tea-0": ItemAttributes("", category="tea"),
        "new tea": ItemAttributes("", category="tea"),
    }

    generator = with_catalogue(bundle, catalogue)

    assert generator.vocabulary.item_ids == (*bundle.vocabulary.item_ids, "new tea")
    lenders = bundle.vocabulary.ids(generator.lenders[0])
    assert all(each.startswith("tea") for each in lenders)
    assert len(with_catalogue(bundle, {}).vocabulary) == len(bundle.vocabulary)
