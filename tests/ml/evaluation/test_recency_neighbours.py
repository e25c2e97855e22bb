"""UP-CF against a slow and obvious one, on random shops, and what settles its ties."""

from dataclasses import replace

import numpy as np
import pytest

from ml.evaluation.recency_neighbours import PUBLISHED, UpCf, UpcfParameters
from tests.ml.evaluation.test_frequency_neighbours import ITEMS, Shop, random_shop
from tests.ml.shopping import dataset_of


def slow_scores(shop: Shop, customer: str, parameters: UpcfParameters) -> dict[str, float]:
    """Return a customer's scores, formula by formula."""
    counts = {
        name: np.array([sum(item in held for _, held in baskets) for item in ITEMS], float)
        for name, baskets in shop.items()
    }
    if not parameters.is_counted:
        counts = {name: np.minimum(own, 1) for name, own in counts.items()}
    shares = {}
    for name, baskets in shop.items():
        recent = [held for _, held in baskets[-parameters.recency :]]
        shares[name] = np.array([np.mean([item in held for held in recent]) for item in ITEMS])
    own = counts[customer]
    alike = {
        name: float(own @ other)
        / (
            float(own @ own) ** parameters.asymmetry
            * float(other @ other) ** (1 - parameters.asymmetry)
            + parameters.shrinkage
        )
        for name, other in counts.items()
        if name != customer
    }
    nearest = sorted(alike, key=lambda name: -alike[name])[: parameters.neighbours]
    total = shares[customer].copy()
    for name in nearest:
        total += alike[name] ** parameters.locality * shares[name]
    return dict(zip(ITEMS, total.tolist(), strict=True))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    "parameters",
    [
        UpcfParameters(recency=2, asymmetry=0.25, locality=1, neighbours=3, is_counted=True),
        UpcfParameters(recency=5, asymmetry=0.75, locality=2, neighbours=100, shrinkage=10),
        UpcfParameters(recency=3, asymmetry=0.5, locality=1, is_counted=True),
    ],
)
def test_every_customer_is_ranked_as_the_definition_says(
    parameters: UpcfParameters, seed: int
) -> None:
    shop = random_shop(seed)
    model = UpCf(parameters)
    model.fit(dataset_of(shop), None)

    for customer, answer in zip(shop, model.recommend(list(shop), len(ITEMS)), strict=True):
        scores = slow_scores(shop, customer, parameters)
        assert set(answer) == {item for item, score in scores.items() if score > 0}
        ranked = [scores[item] for item in answer]
        assert ranked == pytest.approx(sorted(ranked, reverse=True))


def test_alike_customers_settle_what_is_bought_equally_often() -> None:
    shop: Shop = {
        "ann": [(0, ["apple", "wine"])],
        "bob": [(0, ["tea", "wine"])],
        "eve": [(0, ["soap"])],
    }
    model = UpCf()
    model.fit(dataset_of(shop), None)

    # bob is alike for the wine, and recommends his tea; nobody is alike for the apple
    assert model.recommend(["ann"], 5) == [["wine", "apple", "tea"]]


def test_only_the_latest_baskets_say_what_is_bought() -> None:
    shop: Shop = {"ann": [(0, ["tea"]), (1, ["milk"]), (2, ["milk"])]}
    model = UpCf(UpcfParameters(recency=2))
    model.fit(dataset_of(shop), None)

    assert model.recommend(["ann", "a stranger"], 5) == [["milk"], []]


def test_unsettled_ties_change_the_order_of_equals_alone() -> None:
    shop = random_shop(0)
    settled, unsettled = UpCf(replace(PUBLISHED, ties="alike")), UpCf(PUBLISHED)
    for model in (settled, unsettled):
        model.fit(dataset_of(shop), None)

    everything = len(ITEMS)
    pairs = zip(
        settled.recommend(list(shop), everything),
        unsettled.recommend(list(shop), everything),
        strict=True,
    )
    for customer, (one, other) in zip(shop, pairs, strict=True):
        scores = slow_scores(shop, customer, PUBLISHED)
        assert [scores[item] for item in one] == pytest.approx([scores[item] for item in other])
