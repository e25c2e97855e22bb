"""What is offered to whom, over the wire."""

from collections.abc import Sequence

import pytest
from ofone.profile.v1 import customer_pb2
from ofone.recommendation.v1 import decision_pb2, offer_pb2
from ofone.recommendation.v1 import recommendation_service_pb2 as messages

from services.serving.failures import Failure, Kind
from tests.services.recommendation.builders import NOON, seconds_ago
from tests.services.recommendation.conftest import House, degradations, moment, offered

WEEKLY_TEA = [(seconds_ago(days=days), ["tea-0", "tea-4"]) for days in (15, 29, 43, 57)]
"""Ada buys the same two teas every fortnight, and it is time again."""


@pytest.fixture(autouse=True)
def _people(house: House) -> None:
    house.profile.put("customers/ada", WEEKLY_TEA)


def after_buying(house: House, items: Sequence[str], minutes_ago: float = 1) -> None:
    """Let Ada have bought these items a moment ago."""
    basket = (seconds_ago(minutes=minutes_ago), items)
    house.profile.put("customers/ada", [*WEEKLY_TEA, basket])


def test_who_drinks_tea_is_offered_tea_with_reasons_that_make_a_whole(house: House) -> None:
    house.create("tea-week", categories=["tea"])
    house.create("soap-week", items=["items/soap-3"])
    decision = house.decide()
    assert offered(decision)[0] == "tea-week"
    assert degradations(decision) == []
    assert decision.personalised
    assert decision.customer == "customers/ada"
    assert decision.snapshot_version == len(WEEKLY_TEA) + 1
    assert decision.model_version
    best = decision.offers[0]
    assert best.item == "items/tea-0"
    assert sum(reason.share for reason in best.reasons) == pytest.approx(1, abs=1e-5)
    assert {reason.item for reason in best.reasons} == {"items/tea-0"}
    parts = {part.name: part.value for part in best.parts}
    product = parts["relevance"] * parts["due"] * parts["weight"] * parts["benefit_fit"]
    assert best.score == pytest.approx(product, rel=1e-5)
    assert best.expire_time.ToDatetime(tzinfo=NOON.tzinfo) > NOON


def test_what_was_bought_a_moment_ago_is_gone_in_the_very_next_request(house: House) -> None:
    house.create("tea-zero", items=["items/tea-0"])
    assert offered(house.decide()) == ["tea-zero"]
    after_buying(house, ["tea-0"])
    decision = house.decide()
    assert offered(decision) == []
    assert house.verdicts(decision) == {"tea-zero": "JUST_BOUGHT"}


def test_a_wide_offer_moves_to_the_next_item_after_a_purchase(house: House) -> None:
    house.create("tea-week", categories=["tea"])
    assert house.decide().offers[0].item == "items/tea-0"
    after_buying(house, ["tea-0"])
    assert house.decide().offers[0].item == "items/tea-4"


def test_what_lies_in_the_basket_is_not_offered(house: House) -> None:
    house.create("tea-zero", items=["items/tea-0"])
    decision = house.decide(basket_items=["items/tea-0"])
    assert house.verdicts(decision) == {"tea-zero": "JUST_BOUGHT"}


def test_an_offer_shown_up_to_its_cap_on_any_channel_is_not_shown_again(house: House) -> None:
    cap = offer_pb2.ExposureCap(max_impressions=2, window_days=7)
    house.create("tea-week", categories=["tea"], exposure_cap=cap)
    shown = [seconds_ago(days=days) for days in (1, 2)]
    exposures = [customer_pb2.Exposure(offer_id="tea-week", impression_seconds=shown)]
    house.profile.put("customers/ada", WEEKLY_TEA, exposures=exposures)
    decision = house.decide(channel="web")
    assert house.verdicts(decision) == {"tea-week": "EXPOSURE_CAP"}


def test_by_email_nothing_is_offered_without_consent(house: House) -> None:
    house.create("tea-week", categories=["tea"])
    house.create("everything")
    decision = house.decide(channel="email")
    assert offered(decision) == []
    assert set(house.verdicts(decision).values()) == {"NO_CONSENT"}
    allowed = [customer_pb2.CONSENT_PURPOSE_MARKETING_EMAIL]
    house.profile.put("customers/ada", WEEKLY_TEA, marketing_allowed=allowed)
    assert offered(house.decide(channel="email")) != []


def test_without_consent_to_personalisation_the_answer_is_what_is_popular(house: House) -> None:
    house.create("tea-week", categories=["tea"])
    house.profile.snapshots["customers/ada"] = customer_pb2.Snapshot(
        customer="customers/ada", version=3
    )
    decision = house.decide()
    assert not decision.personalised
    assert degradations(decision) == []
    kinds = {reason.kind for each in decision.offers for reason in each.reasons}
    assert kinds <= {
        decision_pb2.REASON_KIND_POPULAR_HERE,
        decision_pb2.REASON_KIND_OPEN_TO_ALL,
    }


def test_an_audience_and_a_variants_condition_are_asked_of_the_customer(house: House) -> None:
    house.create("for-regulars", categories=["tea"], audience="traits.basket_count >= 4")
    house.create("for-newcomers", categories=["coffee"], audience="traits.basket_count < 4")
    house.create(
        "class-or-points",
        categories=["bread"],
        variants=[
            offer_pb2.Variant(
                variant_id="class",
                condition="context.channel == 'store'",
                benefit=offer_pb2.Benefit(advice="Baking"),
            ),
            offer_pb2.Variant(variant_id="points", benefit=offer_pb2.Benefit(points=50)),
        ],
    )
    at_the_till = house.decide(channel="store")
    verdicts = house.verdicts(at_the_till)
    assert verdicts["for-newcomers"] == "OUTSIDE_AUDIENCE"
    assert verdicts["for-regulars"] == "CHOSEN"
    for channel, variant in (("store", "class"), ("web", "points")):
        chosen = {each.offer: each.variant_id for each in house.decide(channel=channel).offers}
        assert chosen["offers/class-or-points"] == variant


def test_a_newcomer_with_an_identifier_gets_what_is_popular(house: House) -> None:
    house.create("tea-week", categories=["tea"])
    card = messages.CustomerIdentifier(kind="LOYALTY_CARD", value="never seen")
    request = messages.SelectOffersRequest(identifier=card, context=moment(store="north"))
    decision = house.recommending.SelectOffers(request).decision
    assert (decision.customer, decision.personalised) == ("", False)
    assert degradations(decision) == []


def test_a_known_identifier_finds_its_customer(house: House) -> None:
    house.profile.cards["4711"] = "customers/ada"
    card = messages.CustomerIdentifier(kind="LOYALTY_CARD", value="4711")
    request = messages.SelectOffersRequest(identifier=card, context=moment())
    assert house.recommending.SelectOffers(request).decision.customer == "customers/ada"


def test_an_unknown_customer_is_not_found(house: House) -> None:
    with pytest.raises(Failure) as refusal:
        house.decide("customers/nobody")
    assert (refusal.value.kind, refusal.value.reason) == (Kind.NOT_FOUND, "CUSTOMER_NOT_FOUND")


def test_a_decision_can_be_explained_at_once(house: House) -> None:
    house.create("tea-week", categories=["tea"])
    house.create("tea-too", categories=["tea"], weight=0.5)
    house.create("north-only", stores=["north"])
    decision = house.decide()
    request = messages.ExplainDecisionRequest(name=decision.name)
    explained = house.recommending.ExplainDecision(request)
    assert explained.decision == decision
    assert house.verdicts(decision) == {
        "tea-week": "CHOSEN",
        "tea-too": "TOO_SIMILAR",
        "north-only": "OTHER_STORE",
    }


def test_a_decision_that_was_only_tried_has_no_name(house: House) -> None:
    house.create("tea-week", categories=["tea"])
    request = messages.SelectOffersRequest(
        customer="customers/ada", context=moment(), validate_only=True
    )
    decision = house.recommending.SelectOffers(request).decision
    assert decision.name == ""
    assert offered(decision) == ["tea-week"]


def test_a_decision_that_was_never_made_is_not_found(house: House) -> None:
    with pytest.raises(Failure) as refusal:
        house.recommending.ExplainDecision(
            messages.ExplainDecisionRequest(name="decisions/nothing")
        )
    assert refusal.value.reason == "DECISION_NOT_FOUND"


def test_an_empty_answer_is_an_answer(house: House) -> None:
    decision = house.decide()
    assert offered(decision) == []
    assert decision.name


def test_only_as_many_offers_as_wanted(house: House) -> None:
    for category in ("tea", "coffee", "bread"):
        house.create(category, categories=[category])
    request = messages.SelectOffersRequest(customer="customers/ada", context=moment(), max_offers=1)
    assert len(house.recommending.SelectOffers(request).decision.offers) == 1
