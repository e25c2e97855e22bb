"""Bad input gets an error that names the field and the rule, and nothing is half done."""

from datetime import UTC, datetime, timedelta

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from ofone.recommendation.v1 import decision_pb2, offer_pb2, offer_service_pb2
from ofone.recommendation.v1 import recommendation_service_pb2 as messages

from services.serving.failures import Failure, Kind
from tests.services.recommendation.conftest import House

NAN = float("nan")
MEGABYTE = "x" * 1_000_000
TEN_PERCENT = offer_pb2.Variant(variant_id="a", benefit=offer_pb2.Benefit(percent_off=10))


def variant(**benefit: object) -> list[offer_pb2.Variant]:
    message = offer_pb2.Benefit(**benefit)  # type: ignore[arg-type]
    return [offer_pb2.Variant(variant_id="a", benefit=message)]


@pytest.mark.parametrize(
    ("fields", "field", "rule"),
    [
        ({"display_name": ""}, "offer.display_name", "REQUIRED"),
        ({"display_name": MEGABYTE}, "offer.display_name", "TOO_LONG"),
        ({"description": MEGABYTE}, "offer.description", "TOO_LONG"),
        ({"items": ["tea-0"]}, "offer.items[0]", "MALFORMED_NAME"),
        ({"items": ["items/a/b"]}, "offer.items[0]", "MALFORMED_NAME"),
        ({"items": ["items/tea-0"] * 501}, "offer.items", "TOO_MANY"),
        ({"items": ["items/tea-4", "items/tea-0"] * 2}, "offer.items[3]", "DUPLICATE"),
        ({"categories": ["tea"] * 51}, "offer.categories", "TOO_MANY"),
        ({"categories": ["tea", ""]}, "offer.categories[1]", "REQUIRED"),
        ({"categories": ["tea", "a\0"]}, "offer.categories[1]", "MALFORMED"),
        ({"stores": ["north\n"]}, "offer.stores[0]", "MALFORMED"),
        ({"brands": [MEGABYTE]}, "offer.brands[0]", "TOO_LONG"),
        ({"variants": []}, "offer.variants", "REQUIRED"),
        ({"variants": [TEN_PERCENT] * 11}, "offer.variants", "TOO_MANY"),
        ({"variants": [TEN_PERCENT] * 2}, "offer.variants[1].variant_id", "DUPLICATE"),
        ({"variants": variant()}, "offer.variants[0].benefit", "REQUIRED"),
        (
            {"variants": variant(percent_off=NAN)},
            "offer.variants[0].benefit.percent_off",
            "NOT_FINITE",
        ),
        (
            {"variants": variant(percent_off=101)},
            "offer.variants[0].benefit.percent_off",
            "TOO_LARGE",
        ),
        ({"variants": variant(amount_off=-1)}, "offer.variants[0].benefit.amount_off", "TOO_SMALL"),
        ({"variants": variant(points=0)}, "offer.variants[0].benefit.points", "TOO_SMALL"),
        ({"variants": variant(gift="")}, "offer.variants[0].benefit.gift", "REQUIRED"),
        ({"weight": NAN}, "offer.weight", "NOT_FINITE"),
        ({"weight": float("inf")}, "offer.weight", "NOT_FINITE"),
        ({"weight": -1.0}, "offer.weight", "TOO_SMALL"),
        ({"weight": 101.0}, "offer.weight", "TOO_LARGE"),
        ({"cool_down_days": 366}, "offer.cool_down_days", "TOO_LARGE"),
        (
            {"exposure_cap": offer_pb2.ExposureCap(window_days=7)},
            "offer.exposure_cap.max_impressions",
            "TOO_SMALL",
        ),
        (
            {"exposure_cap": offer_pb2.ExposureCap(max_impressions=1, window_days=366)},
            "offer.exposure_cap.window_days",
            "TOO_LARGE",
        ),
        ({"stores": ["n"] * 1_001}, "offer.stores", "TOO_MANY"),
        ({"channels": [MEGABYTE]}, "offer.channels[0]", "TOO_LONG"),
        ({"start_time": Timestamp(seconds=10**15)}, "offer.start_time", "MALFORMED_TIME"),
        (
            {"start_time": Timestamp(seconds=9), "end_time": Timestamp(seconds=9)},
            "offer.end_time",
            "ENDS_BEFORE_START",
        ),
        ({"audience": "true || " * 300 + "true"}, "offer.audience", "TOO_LONG"),
        ({"audience": "traits.nope > 3"}, "offer.audience", "CONDITION_UNKNOWN_FIELD"),
        (
            {"variants": [offer_pb2.Variant(variant_id="a", condition="1 +")]},
            "offer.variants[0].condition",
            "CONDITION_SYNTAX",
        ),
    ],
)
def test_a_field_of_an_offer_that_breaks_a_rule_is_named(
    shared_house: House, fields: dict[str, object], field: str, rule: str
) -> None:
    whole = {"display_name": "Tea", "variants": [TEN_PERCENT]} | fields
    request = offer_service_pb2.CreateOfferRequest(
        offer_id="tea-week",
        offer=offer_pb2.Offer(**whole),  # type: ignore[arg-type]
    )
    with pytest.raises(Failure) as refusal:
        shared_house.offers.CreateOffer(request)
    assert refusal.value.kind is Kind.INVALID
    assert (field, rule) in [(each.field, each.rule) for each in refusal.value.violations]
    listing = shared_house.offers.ListOffers(offer_service_pb2.ListOffersRequest())
    assert not listing.offers


def test_a_mistake_in_an_audience_is_shown_with_its_line_and_a_caret(shared_house: House) -> None:
    with pytest.raises(Failure) as refusal:
        shared_house.create("tea-week", audience="marketing.email &&\n  traits.basket_cont > 3")
    [violation] = refusal.value.violations
    assert violation.message.split("\n") == [
        "line 2, column 10: traits has no field basket_cont; did you mean basket_count?",
        "  traits.basket_cont > 3",
        "         ^",
    ]


@pytest.mark.parametrize("offer_id", ["", "Tea", "tea week", "-tea", "x" * 64, MEGABYTE])
def test_an_offers_id_is_lower_case_letters_digits_and_inner_hyphens(
    shared_house: House, offer_id: str
) -> None:
    with pytest.raises(Failure) as refusal:
        shared_house.create(offer_id)
    assert refusal.value.violations[0].field == "offer_id"


def days_ahead(days: float) -> Timestamp:
    timestamp = Timestamp()
    timestamp.FromDatetime(datetime.now(UTC) + timedelta(days=days))
    return timestamp


@pytest.mark.parametrize(
    ("fields", "field", "rule"),
    [
        ({}, "customer", "REQUIRED"),
        ({"customer": ""}, "customer", "REQUIRED"),
        ({"customer": "ada"}, "customer", "MALFORMED_NAME"),
        ({"customer": "customers/" + MEGABYTE}, "customer", "MALFORMED_NAME"),
        (
            {"identifier": messages.CustomerIdentifier(kind="PASSPORT", value="1")},
            "identifier.kind",
            "UNKNOWN_KIND",
        ),
        (  # several people
            {"identifier": messages.CustomerIdentifier(kind="HOUSEHOLD", value="1")},
            "identifier.kind",
            "UNKNOWN_KIND",
        ),
        (
            {"identifier": messages.CustomerIdentifier(kind="EMAIL")},
            "identifier.value",
            "REQUIRED",
        ),
        (
            {"identifier": messages.CustomerIdentifier(kind="EMAIL", value=MEGABYTE)},
            "identifier.value",
            "TOO_LONG",
        ),
        (
            {"context": decision_pb2.Context(time=days_ahead(401))},
            "context.time",
            "TOO_FAR_AHEAD",
        ),
        (
            {"context": decision_pb2.Context(time=Timestamp(seconds=-(10**15)))},
            "context.time",
            "MALFORMED_TIME",
        ),
        ({"context": decision_pb2.Context(channel=MEGABYTE)}, "context.channel", "TOO_LONG"),
        ({"context": decision_pb2.Context(store=MEGABYTE)}, "context.store", "TOO_LONG"),
        (
            {"context": decision_pb2.Context(basket_items=["items/a"] * 201)},
            "context.basket_items",
            "TOO_MANY",
        ),
        (
            {"context": decision_pb2.Context(basket_items=["tea"])},
            "context.basket_items[0]",
            "MALFORMED_NAME",
        ),
        ({"customer": "customers/ada", "max_offers": -1}, "max_offers", "NEGATIVE"),
        ({"customer": "customers/ada", "max_offers": 21}, "max_offers", "TOO_LARGE"),
    ],
)
def test_a_field_of_a_question_that_breaks_a_rule_is_named(
    shared_house: House, fields: dict[str, object], field: str, rule: str
) -> None:
    request = messages.SelectOffersRequest(**fields)  # type: ignore[arg-type]
    asked = shared_house.profile.trouble.calls
    with pytest.raises(Failure) as refusal:
        shared_house.recommending.SelectOffers(request)
    assert refusal.value.kind is Kind.INVALID
    assert (field, rule) in [(each.field, each.rule) for each in refusal.value.violations]
    assert shared_house.profile.trouble.calls == asked


def test_every_broken_field_of_a_question_is_named_at_once(shared_house: House) -> None:
    context = decision_pb2.Context(basket_items=["tea"])
    request = messages.SelectOffersRequest(max_offers=99, context=context)
    with pytest.raises(Failure) as refusal:
        shared_house.recommending.SelectOffers(request)
    fields = [each.field for each in refusal.value.violations]
    assert fields == ["max_offers", "customer", "context.basket_items[0]"]


def test_the_edges_of_time_are_answered(shared_house: House) -> None:
    shared_house.profile.put("customers/ada")
    for seconds in (-62_135_596_800, 0):
        context = decision_pb2.Context(time=Timestamp(seconds=seconds))
        request = messages.SelectOffersRequest(customer="customers/ada", context=context)
        assert shared_house.recommending.SelectOffers(request).decision.name


@pytest.mark.parametrize("name", ["", "nothing", "offers/tea", "decisions/", "decisions/a/b"])
def test_a_malformed_decision_name_is_refused(shared_house: House, name: str) -> None:
    with pytest.raises(Failure) as refusal:
        shared_house.recommending.ExplainDecision(messages.ExplainDecisionRequest(name=name))
    assert refusal.value.violations[0].field == "name"
