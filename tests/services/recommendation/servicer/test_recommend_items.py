"""Which items suit whom, over the wire."""

import pytest
from ofone.profile.v1.household_pb2 import HouseholdPurchases
from ofone.recommendation.v1 import recommendation_service_pb2 as messages
from prometheus_client import REGISTRY

from services.serving.failures import Failure
from tests.services.recommendation.builders import seconds_ago
from tests.services.recommendation.conftest import House, degradations, moment

BASKETS = [(seconds_ago(days=days), ["tea-0", "tea-4"]) for days in (15, 29)]


def recommended(
    house: House, *, basket: tuple[str, ...] = (), **fields: object
) -> messages.RecommendItemsResponse:
    context = moment(basket_items=[f"items/{each}" for each in basket])
    request = messages.RecommendItemsRequest(
        customer="customers/ada",
        context=context,
        **fields,  # type: ignore[arg-type]
    )
    response: messages.RecommendItemsResponse = house.recommending.RecommendItems(request)
    return response


MISSING = ["PROFILE_UNAVAILABLE", "EMBEDDING_UNAVAILABLE"]


def counted(kind: str) -> float:
    name = "ofone_recommendation_degraded_total"
    return REGISTRY.get_sample_value(name, {"kind": kind}) or 0.0


def names(response: messages.RecommendItemsResponse) -> list[str]:
    return [each.item.removeprefix("items/") for each in response.items]


def test_own_items_come_first_each_with_reasons(house: House) -> None:
    house.profile.put("customers/ada", BASKETS)
    response = recommended(house, max_items=5)
    assert set(names(response)[:2]) == {"tea-0", "tea-4"}
    assert len(response.items) == 5
    scores = [each.score for each in response.items]
    assert scores == sorted(scores, reverse=True)
    assert response.personalised
    for each in response.items:
        assert sum(reason.share for reason in each.reasons) == pytest.approx(1, abs=1e-5)
        assert {part.name for part in each.parts} >= {"habit", "timing", "popularity"}


def test_what_was_just_bought_is_left_out_on_demand(house: House) -> None:
    house.profile.put("customers/ada", [*BASKETS, (seconds_ago(hours=1), ["tea-0"])])
    assert "tea-0" in names(recommended(house))
    assert "tea-0" not in names(recommended(house, exclude_just_bought=True))
    assert "tea-4" in names(recommended(house, exclude_just_bought=True))


def test_what_another_of_the_house_just_brought_home_counts_as_bought(house: House) -> None:
    brought = HouseholdPurchases(item_ids=["tea-0"], last_bought_seconds=[seconds_ago(hours=1)])
    house.profile.put("customers/ada", BASKETS, household_purchases=brought)
    assert "tea-0" not in names(recommended(house, exclude_just_bought=True))
    assert "tea-4" in names(recommended(house, exclude_just_bought=True))


def test_what_lies_in_the_basket_is_left_out_and_completed(house: House) -> None:
    house.profile.put("customers/ada", BASKETS)
    found = names(recommended(house, basket=("tea-0",)))
    assert "tea-0" not in found
    assert any(name.startswith("coffee") for name in found)


def test_a_customer_without_history_gets_what_is_popular(house: House) -> None:
    house.profile.put("customers/ada")
    response = recommended(house, max_items=3)
    assert len(response.items) == 3
    assert not response.personalised


def test_how_many_is_bounded(house: House) -> None:
    for count, rule in ((-1, "NEGATIVE"), (101, "TOO_LARGE")):
        with pytest.raises(Failure) as refusal:
            recommended(house, max_items=count)
        assert refusal.value.violations[0].rule == rule


def test_without_neighbours_the_answer_is_popular_and_says_so(house: House) -> None:
    house.profile.trouble.away = house.embedding.trouble.away = True
    before = [counted(kind) for kind in MISSING]
    response = recommended(house)
    assert names(response)
    assert degradations(response) == MISSING
    assert [counted(kind) for kind in MISSING] == [count + 1 for count in before]
