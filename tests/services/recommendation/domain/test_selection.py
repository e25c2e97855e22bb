"""From all offers to the few that are made."""

import pytest

from services.recommendation.domain.customer import unreadable
from services.recommendation.domain.occasion import Occasion
from services.recommendation.domain.offer import Offer
from services.recommendation.domain.ranking import Ranking
from services.recommendation.domain.selection import Selection, select
from services.recommendation.domain.verdict import Verdict
from tests.services.recommendation.builders import customer, occasion, offer, ranking

TEA = offer("tea", categories=("tea",))
COFFEE = offer("coffee", categories=("coffee",))
BREAD = offer("bread", items=("rye-bread",))
EVERYTHING = offer("everything")


def selected(
    *offers: Offer,
    asked: Occasion | None = None,
    ranked: Ranking | None = None,
    count: int = 3,
    min_score: float = 0.0,
) -> Selection:
    return select(
        offers, asked or occasion(), ranked or ranking(), count=count, min_score=min_score
    )


def chosen(selection: Selection) -> list[str]:
    return [each.offer.offer_id for each in selection.chosen]


def verdicts(selection: Selection) -> dict[str, Verdict]:
    return {each.offer_id: each.verdict for each in selection.considered}


def detail(selection: Selection, offer_id: str) -> str:
    return next(each.detail for each in selection.considered if each.offer_id == offer_id)


def test_what_the_customer_is_likelier_to_want_comes_first() -> None:
    selection = selected(BREAD, COFFEE, TEA)
    assert chosen(selection) == ["tea", "coffee", "bread"]
    assert set(verdicts(selection).values()) == {Verdict.CHOSEN}


def test_the_score_is_the_product_of_its_parts() -> None:
    [tea] = selected(offer("tea", categories=("tea",), weight=2)).chosen
    assert tea.parts["relevance"] == pytest.approx(1 - 0.4 * 0.5)
    assert tea.parts["weight"] == 2
    product = 1.0
    for part in tea.parts.values():
        product *= part
    assert tea.score == pytest.approx(product)


def test_business_weight_moves_an_offer_up() -> None:
    heavy = offer("bread", items=("rye-bread",), weight=10)
    assert chosen(selected(heavy, TEA)) == ["bread", "tea"]


def test_no_more_offers_than_wanted_and_the_rest_is_outranked() -> None:
    selection = selected(TEA, COFFEE, BREAD, count=2)
    assert chosen(selection) == ["tea", "coffee"]
    assert verdicts(selection)["bread"] is Verdict.OUTRANKED


def test_two_offers_about_one_category_are_one_too_many() -> None:
    selection = selected(TEA, offer("tea-too", items=("green-tea",), weight=0.5), BREAD)
    assert chosen(selection) == ["tea", "bread"]
    assert verdicts(selection)["tea-too"] is Verdict.TOO_SIMILAR
    assert "offers/tea" in detail(selection, "tea-too")


def test_two_offers_about_one_item_without_category_are_one_too_many() -> None:
    selection = selected(offer("a", items=("soap",)), offer("b", items=("soap",)))
    assert chosen(selection) == ["a"]
    assert verdicts(selection)["b"] is Verdict.TOO_SIMILAR


def test_an_offer_too_faint_is_not_made_even_when_nothing_else_is() -> None:
    selection = selected(BREAD, min_score=0.5)
    assert chosen(selection) == []
    assert verdicts(selection) == {"bread": Verdict.BELOW_THRESHOLD}
    assert "0.2" in detail(selection, "bread")


def test_an_offer_about_something_just_bought_is_not_made() -> None:
    ranked = ranking(own={"rye-bread": (9, 0.5, 7.0)})
    selection = selected(BREAD, TEA, ranked=ranked)
    assert chosen(selection) == ["tea"]
    assert verdicts(selection)["bread"] is Verdict.JUST_BOUGHT
    assert detail(selection, "bread") == "items/rye-bread was bought 0.5 days ago, usual gap 7 days"


def test_an_offer_about_something_that_another_just_brought_home_is_not_made() -> None:
    ranked = ranking(own={"rye-bread": (9, 9.0, 7.0)}, brought={"rye-bread": 0.5})
    selection = selected(BREAD, ranked=ranked)
    assert verdicts(selection) == {"bread": Verdict.JUST_BOUGHT}
    why = "items/rye-bread was brought home 0.5 days ago, usual gap 7 days"
    assert detail(selection, "bread") == why


def test_an_offer_about_what_lies_in_the_basket_is_not_made() -> None:
    selection = selected(BREAD, asked=occasion(basket=("rye-bread",)))
    assert verdicts(selection) == {"bread": Verdict.JUST_BOUGHT}
    assert detail(selection, "bread") == "items/rye-bread is in the basket at hand"


def test_a_wide_offer_moves_on_to_the_item_that_was_not_just_bought() -> None:
    ranked = ranking(own={"green-tea": (9, 0.5, 7.0)})
    [tea] = selected(TEA, ranked=ranked).chosen
    assert tea.place is not None
    assert ranked.item_ids[tea.place] == "black-tea"
    assert tea.parts["relevance"] == pytest.approx(0.5)


def test_an_offer_about_nothing_of_interest_is_not_made() -> None:
    selection = selected(offer("boats", categories=("boats",)))
    assert verdicts(selection) == {"boats": Verdict.NO_FITTING_ITEM}


def test_a_due_item_lifts_its_offer() -> None:
    early = selected(BREAD, ranked=ranking(own={"rye-bread": (9, 4.0, 7.0)})).chosen[0]
    due = selected(BREAD, ranked=ranking(own={"rye-bread": (9, 7.0, 7.0)})).chosen[0]
    once = selected(BREAD, ranked=ranking(own={"rye-bread": (1, 7.0, 7.0)})).chosen[0]
    assert due.score > early.score == once.score


def test_an_offer_about_the_whole_shop_names_no_item() -> None:
    selection = selected(EVERYTHING)
    assert chosen(selection) == ["everything"]
    assert selection.considered[0].item_id == ""


def test_an_offer_about_the_whole_shop_is_possible_when_nothing_can_be_ranked() -> None:
    selection = selected(EVERYTHING, TEA, ranked=ranking({}))
    assert chosen(selection) == ["everything"]
    assert verdicts(selection)["tea"] is Verdict.NO_FITTING_ITEM


def test_without_consent_every_offer_in_force_is_withheld() -> None:
    selection = selected(TEA, EVERYTHING, asked=occasion(customer(), channel="email"))
    assert chosen(selection) == []
    assert set(verdicts(selection).values()) == {Verdict.NO_CONSENT}


def test_a_cap_that_cannot_be_checked_is_said_so() -> None:
    capped = offer("tea", categories=("tea",), cap=(1, 7))
    selection = selected(capped, asked=occasion(unreadable("ada")))
    assert chosen(selection) == ["tea"]
    assert "could not be checked" in detail(selection, "tea")


def test_offers_are_considered_chosen_first_then_by_score_then_by_name() -> None:
    closed = [offer(name, stores=("north",)) for name in ("z", "a")]
    selection = selected(*closed, BREAD, COFFEE, TEA, count=1)
    assert [each.offer_id for each in selection.considered] == ["tea", "coffee", "bread", "a", "z"]


def test_equal_scores_are_ordered_by_name() -> None:
    shelf = {name: (0.5, name, "") for name in ("b", "a", "c")}
    offers = [offer(name, items=(name,)) for name in ("c", "b", "a")]
    assert chosen(selected(*offers, ranked=ranking(shelf))) == ["a", "b", "c"]
