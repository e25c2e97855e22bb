"""Whoever is asked about a visit of long ago does not know what became popular later."""

from datetime import timedelta

import numpy as np
import pytest

from ml.model.candidates import CandidateGenerator
from ml.model.index import build_index
from ml.training.artefacts.bundle_arrays import fit_artefacts
from ml.training.artefacts.factors import FactorConfig
from ml.training.artefacts.purchases import purchases_of
from ml.training.lessons.present import Presents
from tests.ml.shopping import START, dataset_of

PURCHASES = purchases_of(
    dataset_of(
        {
            "ann": [(0, ["tea"]), (10, ["tea"]), (60, ["soap"])],
            "bob": [(9, ["tea"]), (60, ["soap"]), (61, ["soap"])],
        }
    )
)
BUNDLE = fit_artefacts(PURCHASES, {}, FactorConfig(factors=2, iterations=1))
CANDIDATES = CandidateGenerator.of(BUNDLE, build_index(BUNDLE.item_factors))
SOAP, TEA = range(2)


def days(count: int) -> timedelta:
    return timedelta(days=count, hours=15)


def test_each_visit_has_the_popularity_of_the_day_before() -> None:
    presents = Presents(CANDIDATES, PURCHASES, {"ann": START + days(11), "bob": START + days(62)})

    early, late = presents.of("ann"), presents.of("bob")

    np.testing.assert_allclose(early.candidates.bundle.popularity[TEA], [1, 1, 1])
    assert not early.candidates.bundle.popularity[SOAP].any()
    assert early.candidates.bundle.present_shares[SOAP] == 0
    assert early.candidates.popular.by_share[0] == TEA
    assert early.candidates.next_basket.by_share[0] == TEA
    np.testing.assert_allclose(late.candidates.bundle.popularity[SOAP, 0], 1)
    assert late.candidates.popular.by_share[0] == SOAP
    assert late.candidates.next_basket.by_share[0] == SOAP
    assert late.now_seconds - early.now_seconds == timedelta(days=51).total_seconds()


def test_what_was_bought_on_the_day_of_the_visit_is_not_popular_yet() -> None:
    presents = Presents(CANDIDATES, PURCHASES, {"ann": START + timedelta(days=9, hours=3)})

    bundle = presents.of("ann").candidates.bundle

    # bob bought tea three hours ago, ann nine days ago
    assert bundle.popularity[TEA].tolist() == [0, 1, 1]


def test_visits_of_one_day_share_its_popularity() -> None:
    hour = timedelta(hours=1)
    presents = Presents(
        CANDIDATES, PURCHASES, {"ann": START + days(11), "bob": START + days(11) + hour}
    )

    assert presents.of("ann").candidates is presents.of("bob").candidates
    assert presents.of("bob").now_seconds - presents.of("ann").now_seconds == hour.total_seconds()


def test_one_moment_of_all_is_the_bundle_as_it_is() -> None:
    presents = Presents(CANDIDATES, PURCHASES, START + days(70))

    assert presents.of("ann").candidates.bundle is BUNDLE
    assert presents.of("ann") is presents.of("a newcomer")


def test_before_anything_was_bought_nothing_is_popular() -> None:
    presents = Presents(CANDIDATES, PURCHASES, {"ann": START - days(5)})

    bundle = presents.of("ann").candidates.bundle
    assert not bundle.popularity.any()
    assert not bundle.present_shares.any()


def test_each_visit_has_what_was_popular_in_its_store_by_then() -> None:
    stores = {"ann": "north", "bob": "south"}
    purchases = purchases_of(
        dataset_of(
            {
                "ann": [(0, ["tea"]), (10, ["tea"]), (60, ["soap"])],
                "bob": [(9, ["tea"]), (60, ["soap"]), (61, ["soap"])],
            },
            stores=stores,
        )
    )
    bundle = fit_artefacts(purchases, {}, FactorConfig(factors=2, iterations=1))
    candidates = CandidateGenerator.of(bundle, build_index(bundle.item_factors))
    presents = Presents(candidates, purchases, {"ann": START + days(11), "bob": START + days(62)})

    early, late = (presents.of(each).candidates for each in ("ann", "bob"))

    assert early.popular.at_store("south").at(np.array([SOAP, TEA])).tolist() == [0, 1]
    assert late.popular.at_store("south").at(np.array([SOAP, TEA])).tolist() == pytest.approx(
        [2 / 3, 1 / 3]
    )
    assert early.bundle.basket_counts.tolist() == [0, 3]
    assert late.bundle.basket_counts.tolist() == [3, 3]


def test_a_model_of_other_items_than_the_purchases_is_refused() -> None:
    fewer = purchases_of(dataset_of({"ann": [(0, ["tea"]), (10, ["tea"])]}))
    presents = Presents(CANDIDATES, fewer, {"ann": START + days(11)})

    with pytest.raises(ValueError, match="the model knows other items"):
        presents.of("ann")
