"""TIFU-KNN against a slow and obvious one, on random shops."""

import numpy as np
import pytest

from ml.evaluation.frequency_neighbours import TifuKnn, TifuParameters
from tests.ml.shopping import dataset_of

Shop = dict[str, list[tuple[int, list[str]]]]

ITEMS = [f"i{number}" for number in range(12)]


def random_shop(seed: int) -> Shop:
    """Return eight customers with 1 to 17 baskets each: fewer and more than there are groups."""
    random = np.random.default_rng(seed)
    return {
        f"c{customer}": [
            (day, sorted(random.choice(ITEMS, random.integers(1, 5), replace=False).tolist()))
            for day in range(random.integers(1, 18))
        ]
        for customer in range(8)
    }


def faded(baskets: list[list[str]], parameters: TifuParameters) -> dict[str, float]:
    """Return a customer's frequencies, basket by basket and group by group."""
    last = len(baskets) - 1
    single = [
        dict.fromkeys(basket, parameters.within ** (last - number))
        for number, basket in enumerate(baskets)
    ]
    groups = [[each] for each in single]
    if len(baskets) >= parameters.groups:
        size, longer = divmod(len(baskets), parameters.groups)
        sizes = [size] * (parameters.groups - longer) + [size + 1] * longer
        rest = iter(single)
        groups = [[next(rest) for _ in range(each)] for each in sizes]
    found: dict[str, float] = {}
    for number, group in enumerate(groups):
        fading = parameters.between ** (parameters.groups - 1 - number)
        for basket in group:
            for item, weight in basket.items():
                share = weight * fading / len(group) / len(groups)
                found[item] = found.get(item, 0.0) + share
    return found


def slowly_ranked(shop: Shop, customer: str, parameters: TifuParameters) -> list[str]:
    """Return the ranking of one customer by the definition."""
    rows = {
        name: np.array(
            [faded([items for _, items in baskets], parameters).get(item, 0.0) for item in ITEMS]
        )
        for name, baskets in shop.items()
    }
    own = rows.pop(customer)
    nearest = sorted(rows.values(), key=lambda row: float(np.linalg.norm(row - own)))
    others = np.mean(nearest[: parameters.neighbours], axis=0)
    scores = parameters.own_share * own + (1 - parameters.own_share) * others
    order = sorted(range(len(ITEMS)), key=lambda place: -round(scores[place], 6))
    return [ITEMS[place] for place in order if scores[place] > 0]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    "parameters",
    [
        TifuParameters(neighbours=3),
        TifuParameters(neighbours=2, groups=3, within=0.6, between=0.8, own_share=0.2),
        TifuParameters(neighbours=300, groups=1, within=1.0, own_share=0.5),
    ],
)
def test_every_customer_is_ranked_as_the_definition_says(
    parameters: TifuParameters, seed: int
) -> None:
    shop = random_shop(seed)
    knn = TifuKnn(parameters)
    knn.fit(dataset_of(shop), None)

    answers = knn.recommend(list(shop), len(ITEMS))

    for customer, answer in zip(shop, answers, strict=True):
        expected = slowly_ranked(shop, customer, parameters)
        assert sorted(answer) == sorted(expected)
        assert answer[:5] == expected[:5]


def test_a_stranger_gets_nothing_and_a_lonely_customer_the_own_items() -> None:
    knn = TifuKnn()
    knn.fit(dataset_of({"ann": [(0, ["tea"]), (1, ["soap", "tea"])]}), None)
    assert knn.recommend(["bob", "ann"], 5) == [[], ["tea", "soap"]]


def test_what_alike_customers_buy_comes_behind_the_own_items() -> None:
    knn = TifuKnn(TifuParameters(neighbours=1))
    shop: Shop = {
        "ann": [(0, ["tea"])],
        "bob": [(0, ["milk", "tea"])],
        "eve": [(0, ["rum", "soap", "wine"])],
    }
    knn.fit(dataset_of(shop), None)
    assert knn.recommend(["ann"], 5) == [["tea", "milk"]]
