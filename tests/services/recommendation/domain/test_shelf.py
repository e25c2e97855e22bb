"""Which items speak for an offer."""

from services.recommendation.domain.moment import Moment
from services.recommendation.domain.offer import Targets
from services.recommendation.domain.ranking import Ranking
from services.recommendation.domain.shelf import FITTING_SIZE, Shelf
from tests.services.recommendation.builders import NOON, ranking

FRESHLY_BOUGHT = {"green-tea": (5, 1.0, 14.0)}


def fitting(ranked: Ranking, targets: Targets, basket: tuple[str, ...] = ()) -> list[str]:
    fit = Shelf(ranked, Moment(NOON, basket=basket)).fit(targets)
    return [ranked.item_ids[place] for place in fit.places]


def held_back(ranked: Ranking, targets: Targets, basket: tuple[str, ...] = ()) -> str | None:
    fit = Shelf(ranked, Moment(NOON, basket=basket)).fit(targets)
    return None if fit.held_back is None else ranked.item_ids[fit.held_back]


def test_items_speak_for_an_offer_by_name_category_or_brand_best_first() -> None:
    assert fitting(ranking(), Targets(item_ids=("rye-bread", "espresso"))) == [
        "espresso",
        "rye-bread",
    ]
    assert fitting(ranking(), Targets(categories=("tea",))) == ["green-tea", "black-tea"]
    assert fitting(ranking(), Targets(brands=("bean",))) == ["espresso", "filter-coffee"]


def test_an_item_that_fits_twice_counts_once() -> None:
    both = Targets(item_ids=("green-tea", "soap"), categories=("tea",), brands=("leaf",))
    assert fitting(ranking(), both) == ["green-tea", "black-tea", "soap"]


def test_an_item_without_category_or_brand_is_in_none() -> None:
    assert fitting(ranking(), Targets(categories=("",))) == []
    assert fitting(ranking(), Targets(brands=("cosmetics",))) == []


def test_what_was_just_bought_or_lies_in_the_basket_is_held_back() -> None:
    ranked = ranking(own=FRESHLY_BOUGHT)
    assert fitting(ranked, Targets(categories=("tea",))) == ["black-tea"]
    assert held_back(ranked, Targets(categories=("tea",))) == "green-tea"
    assert fitting(ranked, Targets(categories=("tea",)), basket=("black-tea",)) == []
    assert held_back(ranked, Targets(brands=("oven",)), basket=("rye-bread",)) == "rye-bread"


def test_what_was_bought_long_ago_speaks_again() -> None:
    ranked = ranking(own={"green-tea": (5, 13.0, 14.0)})
    assert fitting(ranked, Targets(item_ids=("green-tea",))) == ["green-tea"]


def test_only_the_best_few_speak_for_a_wide_offer() -> None:
    many = {f"tea-{number}": (0.9 - number / 100, "tea", "leaf") for number in range(20)}
    best = [f"tea-{number}" for number in range(FITTING_SIZE)]
    assert fitting(ranking(many), Targets(categories=("tea",))) == best
    assert fitting(ranking(many), Targets(item_ids=tuple(reversed(many)))) == best
    assert fitting(ranking(many), Targets()) == best


def test_an_empty_shelf_has_nothing_to_say() -> None:
    assert fitting(ranking({}), Targets()) == []
    assert fitting(ranking({}), Targets(item_ids=("tea",), categories=("tea",))) == []
