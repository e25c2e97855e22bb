import json

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from ofone.embedding.v1.item_pb2 import Item
from ofone.recommendation.v1 import decision_pb2
from ofone.recommendation.v1.decision_pb2 import (
    ConsideredOffer,
    Decision,
    OfferedOffer,
    Reason,
    ScorePart,
)
from ofone.recommendation.v1.offer_pb2 import Benefit, Offer
from ofone.recommendation.v1.recommendation_service_pb2 import (
    ExplainDecisionResponse,
    RankedItem,
    RecommendItemsResponse,
    SelectOffersResponse,
)

from tests.services.console.conftest import Town, words

DUE = Reason(
    kind=decision_pb2.REASON_KIND_DUE,
    item="items/tea",
    basket_count=7,
    expected_gap_days=12,
    days_since_last=11,
)
FOLLOWS = Reason(kind=decision_pb2.REASON_KIND_FOLLOWS_LAST_BASKET, item="items/tea")


def decision() -> Decision:
    tea = OfferedOffer(
        offer="offers/tea-week",
        display_name="A week of tea",
        benefit=Benefit(percent_off=15),
        item="items/tea",
        score=0.42,
        parts=[ScorePart(name="buy_chance", value=0.4)],
        reasons=[DUE, FOLLOWS],
    )
    return Decision(
        name="decisions/d1",
        create_time=Timestamp(seconds=1_774_960_200),
        offers=[tea],
        model_version="20260331-1",
        personalised=True,
    )


def test_offers_are_shown_with_benefit_item_and_reasons(town: Town) -> None:
    town.embedding.items["items/tea"] = Item(name="items/tea", display_name="Green tea")
    town.recommendation.selected = SelectOffersResponse(decision=decision())
    result = town.ofone("offers", "anna")
    assert result.exit_code == 0
    shown = words(result.output)
    assert "1 A week of tea 15 % off Green tea 0.420 Bought 7 times" in shown
    assert "Bought 7 times, expected about every 12 days, last 11 days ago" in shown
    assert "Often follows what was in the last basket" in shown
    assert "personal, model 20260331-1, decided 2026-03-31 12:30 UTC" in shown
    assert "ofone explain decisions/d1" in shown
    assert "Degraded" not in shown


def test_the_moment_is_sent_along(town: Town) -> None:
    result = town.ofone(
        *("offers", "--card", "4711", "--channel", "store", "--store", "harbour", "--dry-run"),
        *("--basket", "cup", "--basket", "items/tea", "--time", "2026-03-31T14:30+02:00"),
        *("--max", "5"),
    )
    assert result.exit_code == 0
    request = town.recommendation.calls[0]
    assert (request.identifier.kind, request.identifier.value) == ("LOYALTY_CARD", "4711")
    assert (request.context.channel, request.context.store) == ("store", "harbour")
    assert list(request.context.basket_items) == ["items/cup", "items/tea"]
    assert request.context.time.seconds == 1_774_960_200
    assert request.max_offers == 5
    assert request.validate_only


def test_an_answer_without_offers_and_what_it_lacked_is_said(town: Town) -> None:
    lacking = Decision(degradations=[decision_pb2.DEGRADATION_PROFILE_UNAVAILABLE])
    town.recommendation.selected = SelectOffersResponse(decision=lacking)
    shown = words(town.ofone("offers", "anna", "--dry-run").output)
    assert "Degraded: the customer's history did not arrive in time" in shown
    assert "Nothing is said now. A dry run keeps no record of why" in shown
    assert "not logged, so it cannot be explained later" in shown


def test_offers_are_printed_as_json_for_programs(town: Town) -> None:
    town.recommendation.selected = SelectOffersResponse(decision=decision())
    answer = json.loads(town.ofone("offers", "anna", "--json").stdout)
    assert answer["decision"]["offers"][0]["benefit"] == {"percent_off": 15.0}


def test_a_time_that_does_not_exist_is_wrong_usage(town: Town) -> None:
    result = town.ofone("offers", "anna", "--time", "2026-02-30")
    assert result.exit_code == 2
    assert "must be a time such as" in words(result.stderr)


def test_items_are_recommended_with_chance_and_reasons(town: Town) -> None:
    town.recommendation.recommended = RecommendItemsResponse(
        items=[
            RankedItem(
                item="items/tea",
                score=0.25,
                reasons=[DUE],
                parts=[ScorePart(name="buy_chance", value=0.25)],
            )
        ]
    )
    result = town.ofone("recommend", "anna", "--parts", "--not-just-bought")
    shown = words(result.output)
    assert "1 tea 25.0 % Bought 7 times, expected about every 12 days, last 11 days ago" in shown
    assert "buy chance 0.25" in shown
    assert "not personal, model none" in shown
    assert town.recommendation.calls[0].exclude_just_bought


def test_an_explanation_says_for_each_offer_why_or_why_not(town: Town) -> None:
    town.offers.offers["offers/soap"] = Offer(display_name="Soap and water")
    town.recommendation.explained = ExplainDecisionResponse(
        decision=decision(),
        considered=[
            ConsideredOffer(
                offer="offers/tea-week", verdict=decision_pb2.VERDICT_CHOSEN, score=0.42
            ),
            ConsideredOffer(
                offer="offers/soap",
                verdict=decision_pb2.VERDICT_EXPOSURE_CAP,
                detail="shown 3 times in 7 days, cap 3",
            ),
        ],
    )
    result = town.ofone("explain", "d1")
    assert result.exit_code == 0
    shown = words(result.output)
    assert "buy chance 0.4" in shown
    assert "tea-week Chosen" in shown
    assert "Soap and water Shown often enough shown 3 times in 7 days, cap 3" in shown


def test_an_unknown_decision_is_refused(town: Town) -> None:
    result = town.ofone("explain", "decisions/none")
    assert result.exit_code == 1
    assert "DECISION_NOT_FOUND" in result.stderr


def test_an_empty_decision_names_what_became_of_most_offers(town: Town) -> None:
    empty = Decision(name="decisions/d2")
    town.recommendation.selected = SelectOffersResponse(decision=empty)
    town.recommendation.explained = ExplainDecisionResponse(
        decision=empty,
        considered=[
            ConsideredOffer(offer="offers/soap", verdict=decision_pb2.VERDICT_OTHER_CHANNEL),
            ConsideredOffer(
                offer="offers/tea-week",
                verdict=decision_pb2.VERDICT_NO_CONSENT,
                detail="the customer does not allow offers by email",
            ),
        ],
    )
    sentence = "Nothing is said: the customer does not allow offers by email."
    assert sentence in words(town.ofone("offers", "anna", "--channel", "email").output)
    assert sentence in words(town.ofone("explain", "d2").output)


def test_an_empty_decision_that_cannot_be_explained_still_stands(town: Town) -> None:
    town.recommendation.selected = SelectOffersResponse(decision=Decision(name="decisions/lost"))
    result = town.ofone("offers", "anna")
    assert result.exit_code == 0
    assert "Nothing is said now" in words(result.output)


def test_the_command_that_explains_a_decision_can_be_pasted(town: Town) -> None:
    town.recommendation.selected = SelectOffersResponse(decision=decision())
    shown = town.ofone("offers", "anna", COLUMNS="40").output
    assert any(line.endswith("why: ofone explain decisions/d1") for line in shown.splitlines())


@pytest.mark.parametrize(("command", "most"), [("offers", 20), ("recommend", 100)])
def test_as_many_as_the_service_allows_may_be_asked_for(
    town: Town, command: str, most: int
) -> None:
    assert town.ofone(command, "anna", "--max", str(most)).exit_code == 0
    assert town.ofone(command, "anna", "--max", str(most + 1)).exit_code == 2
