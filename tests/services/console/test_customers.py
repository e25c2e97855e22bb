import json
from datetime import UTC, datetime, timedelta

from google.protobuf.timestamp_pb2 import Timestamp
from ofone.embedding.v1.item_pb2 import Item
from ofone.profile.v1 import customer_pb2, event_pb2, fact_pb2
from ofone.profile.v1.customer_pb2 import Customer, Exposure, OwnItem, Traits
from ofone.profile.v1.event_pb2 import Event, EventLine
from ofone.profile.v1.profile_service_pb2 import TouchPoint
from ofone.recommendation.v1.offer_pb2 import Offer

from services.console.commands.customers import Purpose
from services.console.rendering.portraits import consents_text
from tests.services.console.conftest import Town, words


def days_ago(days: float) -> Timestamp:
    moment = Timestamp()
    moment.FromDatetime(datetime.now(UTC) - timedelta(days=days))
    return moment


def tea_drinker() -> Customer:
    tea = OwnItem(
        item="items/tea",
        basket_count=7,
        quantity=7,
        mean_gap_days=12,
        last_bought_time=days_ago(11.5),
    )
    cup = OwnItem(item="items/cup", basket_count=1, quantity=2, last_bought_time=days_ago(30))
    traits = Traits(
        basket_count=7,
        item_count=2,
        total_spend=70,
        mean_gap_days=12,
        mean_basket_size=1.1,
        first_purchase_time=days_ago(84),
        last_purchase_time=days_ago(11.5),
        home_store="harbour",
    )
    seen = Exposure(offer_id="tea-week", impression_count=1)
    return Customer(name="customers/anna", traits=traits, items=[tea, cup], exposures=[seen])


def test_a_customer_is_shown_with_the_names_of_items_and_offers(town: Town) -> None:
    town.profile.customer = tea_drinker()
    town.embedding.items["items/tea"] = Item(name="items/tea", display_name="Green tea")
    town.offers.offers["offers/tea-week"] = Offer(display_name="A week of tea")
    town.profile.timeline = [
        Event(
            type=event_pb2.EVENT_TYPE_PURCHASE,
            occurred_at=Timestamp(seconds=1_774_960_200),
            channel="store",
            lines=[EventLine(item="items/tea", quantity=2), EventLine(item="items/cup")],
        ),
        Event(type=event_pb2.EVENT_TYPE_OFFER_CLICK, offer="offers/tea-week"),
    ]
    result = town.ofone("customer", "anna")
    assert result.exit_code == 0
    shown = words(result.output)
    assert "7 baskets, every 12 days on average, last 11 days ago" in shown
    assert "Due: Green tea (every 12 days, last 11 days ago)" in shown
    # The cup is not in the catalogue: it is shown with its id, the tea by its name all the same.
    assert "2026-03-31 12:30 store bought 2 x Green tea, cup" in shown
    assert "opened the offer A week of tea" in shown


def test_a_customer_is_found_by_card(town: Town) -> None:
    result = town.ofone("customer", "--card", "4711", "--timeline", "0")
    assert result.exit_code == 0
    assert "customers/anna" in result.output
    asked = town.profile.calls[0].identifier
    assert (asked.kind, asked.value) == (event_pb2.IDENTIFIER_KIND_LOYALTY_CARD, "4711")


def test_a_customer_is_shown_without_names_while_the_catalogue_is_away(town: Town) -> None:
    town.profile.customer = tea_drinker()
    result = town.ofone(
        "--embedding", "127.0.0.1:1", "--recommendation", "127.0.0.1:1", "customer", "anna"
    )
    assert result.exit_code == 0
    assert "Due: tea (every 12 days" in words(result.output)


def test_a_customer_is_printed_as_json_for_programs(town: Town) -> None:
    town.profile.customer = tea_drinker()
    answer = json.loads(town.ofone("customer", "anna", "--json").stdout)
    assert answer["name"] == "customers/anna"
    assert answer["items"][0]["basket_count"] == 7


def test_an_unknown_customer_is_refused_with_a_reason(town: Town) -> None:
    result = town.ofone("customer", "nobody")
    assert result.exit_code == 1
    assert "CUSTOMER_NOT_FOUND customers/nobody does not exist" in words(result.stderr)
    assert result.stdout == ""


def test_nobody_and_two_people_at_once_are_wrong_usage(town: Town) -> None:
    assert town.ofone("customer").exit_code == 2
    assert town.ofone("customer", "anna", "--card", "4711").exit_code == 2
    assert town.ofone("customer", "--card", "4711", "--email", "a@example.org").exit_code == 2
    assert not town.profile.calls


def test_a_consent_is_recorded_as_said_now(town: Town) -> None:
    result = town.ofone("consent", "anna", "marketing-email", "denied")
    assert result.exit_code == 0
    assert "e-mail no" in words(result.output)
    request = town.profile.calls[0]
    assert request.customer == "customers/anna"
    assert request.consent.purpose == customer_pb2.CONSENT_PURPOSE_MARKETING_EMAIL
    assert request.consent.state == customer_pb2.CONSENT_STATE_DENIED
    assert request.consent.source == "console"
    assert abs(request.consent.stated_at.seconds - days_ago(0).seconds) < 60


def test_a_consent_is_recorded_for_who_holds_a_card(town: Town) -> None:
    result = town.ofone("consent", "--card", "4711", "marketing-sms", "granted")
    assert result.exit_code == 0
    asked, stated = town.profile.calls
    assert asked.identifier.value == "4711"
    assert stated.customer == "customers/anna"


def test_a_consent_for_an_unknown_purpose_is_wrong_usage(town: Town) -> None:
    assert town.ofone("consent", "anna", "everything", "granted").exit_code == 2
    assert town.ofone("consent", "anna", "marketing-sms", "perhaps").exit_code == 2
    assert town.ofone("consent", "marketing-sms", "granted").exit_code == 2
    assert town.ofone("consent", "--card", "4711", "anna", "marketing-sms", "denied").exit_code == 2
    assert not town.profile.calls


def test_facts_and_touch_points_are_shown(town: Town) -> None:
    witness = fact_pb2.FactWitness(
        source_words="the app", basis=fact_pb2.FACT_BASIS_DECLARED, last_observed_at=days_ago(0)
    )
    held = fact_pb2.HeldValue(words="Household of 3", witnesses=[witness])
    town.profile.customer.facts.append(fact_pb2.HeldFact(key="household_size", winner=held))
    visit = event_pb2.Event(type=event_pb2.EVENT_TYPE_VISIT, occurred_at=days_ago(0), source="web")
    town.profile.timeline = [visit]
    town.profile.touch_points = [TouchPoint(source_words="the web shop", freshness=0.5)]
    shown = words(town.ofone("customer", "anna").output)
    assert "Household of 3, said on" in shown
    assert "was there the web shop 50 %" in shown


def test_every_purpose_of_the_contract_can_be_said_and_is_shown() -> None:
    names = customer_pb2.ConsentPurpose.keys()[1:]
    assert {f"CONSENT_PURPOSE_{each.name}" for each in Purpose} == set(names)
    assert all(each.value == each.name.lower().replace("_", "-") for each in Purpose)
    shown = consents_text(
        [customer_pb2.Consent(purpose=name) for name in names]  # type: ignore[arg-type]
    )
    assert "unknown purpose" not in shown.plain
