"""What was said to one customer, page by page, and nothing once they are forgotten."""

import time
from collections.abc import Callable

import pytest
from ofone.recommendation.v1 import decision_pb2
from ofone.recommendation.v1 import recommendation_service_pb2 as messages

from services.serving.failures import Failure, Kind
from tests.services.recommendation.conftest import House


def listing(
    house: House, name: str = "customers/ada", size: int = 0
) -> list[decision_pb2.Decision]:
    """Return all decisions of a customer, through pages of this size."""
    request = messages.ListDecisionsRequest(parent=name, page_size=size)
    found: list[decision_pb2.Decision] = []
    while True:
        response = house.recommending.ListDecisions(request)
        found += response.decisions
        if not response.next_page_token:
            return found
        request.page_token = response.next_page_token


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_every_decision_of_a_customer_is_on_one_page_exactly(house: House) -> None:
    house.profile.put("customers/ada")
    house.profile.put("customers/bert")
    said = {house.decide().name for _ in range(5)}
    house.decide("customers/bert")
    wait_until(lambda: len(listing(house)) == 5)
    names = [each.name for each in listing(house, size=2)]
    assert len(names) == 5
    assert set(names) == said
    times = [each.create_time.ToSeconds() for each in listing(house)]
    assert times == sorted(times, reverse=True)


def test_whoever_reads_what_was_said_is_noted(house: House) -> None:
    house.profile.put("customers/ada")
    decision = house.decide()
    wait_until(lambda: len(listing(house)) == 1)
    house.profile.looked.clear()
    listing(house)
    house.verdicts(decision)
    assert house.profile.looked == [
        ("customers/ada", "ListDecisions", "test"),
        ("customers/ada", "ExplainDecision", "test"),
    ]


def test_what_was_considered_is_listed_too_and_a_page_is_one_look(house: House) -> None:
    house.profile.put("customers/ada")
    house.create("tea-week", categories=["tea"])
    house.create("tea-month", categories=["tea"], stores=["stores/elsewhere"])
    said = {house.decide().name for _ in range(3)}
    wait_until(lambda: len(listing(house)) == 3)
    house.profile.looked.clear()
    request = messages.ListDecisionsRequest(parent="customers/ada", with_considered=True)
    page = house.recommending.ListDecisions(request)
    assert house.profile.looked == [("customers/ada", "ListDecisions", "test")]
    assert {each.name for each in page.decisions} == said
    for decision, considered in zip(page.decisions, page.considered, strict=True):
        asked = messages.ExplainDecisionRequest(name=decision.name)
        explained = house.recommending.ExplainDecision(asked)
        assert list(considered.offers) == list(explained.considered)
        assert len(considered.offers) == 2


def test_what_was_said_to_nobody_we_know_is_a_look_at_nobody(house: House) -> None:
    card = messages.CustomerIdentifier(kind="LOYALTY_CARD", value="never seen")
    request = messages.SelectOffersRequest(identifier=card)
    house.verdicts(house.recommending.SelectOffers(request).decision)
    assert house.profile.looked == []


def test_nobody_looks_unseen(house: House) -> None:
    house.profile.put("customers/ada")
    decision = house.decide()
    house.profile.trouble.away = True
    for look in (lambda: listing(house), lambda: house.verdicts(decision)):
        with pytest.raises(Failure) as refusal:
            look()
        assert refusal.value.kind is Kind.UNAVAILABLE


def test_of_an_unknown_customer_there_is_nothing_to_list(house: House) -> None:
    assert listing(house, "customers/nobody") == []


def test_what_is_no_customer_is_refused(house: House) -> None:
    with pytest.raises(Failure) as refusal:
        listing(house, "offers/ada")
    assert refusal.value.kind is Kind.INVALID


def test_an_erased_customer_leaves_no_decision_and_the_receipt_says_how_many(house: House) -> None:
    house.profile.put("customers/ada")
    decision = house.decide()
    wait_until(lambda: len(listing(house)) == 1)
    house.profile.erase("customers/ada")
    wait_until(lambda: len(house.profile.confirmed) == 1)
    (told,) = house.profile.confirmed
    assert told.holder == "recommendation"
    assert [(each.place, each.count) for each in told.removals] == [("recommendation_decisions", 1)]
    assert listing(house) == []
    with pytest.raises(Failure) as refusal:
        house.verdicts(decision)
    assert refusal.value.kind is Kind.NOT_FOUND
