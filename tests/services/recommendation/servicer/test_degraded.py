"""With a neighbour away or slow: flagged, never empty because of it, and back by itself."""

import pytest
from ofone.recommendation.v1 import decision_pb2, offer_pb2
from ofone.recommendation.v1 import recommendation_service_pb2 as messages
from prometheus_client import REGISTRY

from services.serving.failures import Failure
from tests.services.recommendation.builders import seconds_ago
from tests.services.recommendation.conftest import Build, House, degradations, offered

WEEKLY_TEA = [(seconds_ago(days=days), ["tea-0"]) for days in (15, 29, 43)]
HASTY_MS = 60


def furnished(house: House) -> House:
    """Put in Ada, who drinks tea, and a few offers."""
    house.profile.put("customers/ada", WEEKLY_TEA)
    house.create("everything")
    house.create("tea-zero", items=["items/tea-0"])
    house.create("tea-week", categories=["tea"])
    house.create("regulars", categories=["coffee"], audience="traits.basket_count > 1")
    return house


def counted(kind: str) -> float:
    name = "ofone_recommendation_degraded_total"
    return REGISTRY.get_sample_value(name, {"kind": kind}) or 0.0


def test_without_profile_the_answer_is_popular_and_says_so(house: House) -> None:
    furnished(house)
    house.profile.trouble.away = True
    before = counted("PROFILE_UNAVAILABLE")
    decision = house.decide(store="north")
    assert degradations(decision) == ["PROFILE_UNAVAILABLE"]
    assert counted("PROFILE_UNAVAILABLE") == before + 1
    assert not decision.personalised
    assert decision.customer == "customers/ada"
    assert "everything" in offered(decision)
    house.profile.trouble.away = False
    assert house.verdicts(decision)["regulars"] == "OUTSIDE_AUDIENCE"


def test_without_profile_an_audience_that_needs_no_traits_is_still_served(house: House) -> None:
    furnished(house)
    house.create("bread", categories=["bread"], audience="context.store == 'north'")
    house.profile.trouble.away = True
    decision = house.decide(store="north")
    house.profile.trouble.away = False
    assert house.verdicts(decision)["bread"] == "CHOSEN"


def test_without_profile_nobody_is_written_to(house: House) -> None:
    furnished(house)
    house.profile.trouble.away = True
    decision = house.decide(channel="email")
    house.profile.trouble.away = False
    assert set(house.verdicts(decision).values()) == {"NO_CONSENT"}


def test_without_profile_the_log_says_that_caps_were_not_checked(house: House) -> None:
    cap = offer_pb2.ExposureCap(max_impressions=1, window_days=7)
    house.create("everything", exposure_cap=cap)
    house.profile.trouble.away = True
    decision = house.decide()
    assert offered(decision) == ["everything"]
    house.profile.trouble.away = False
    request = messages.ExplainDecisionRequest(name=decision.name)
    [considered] = house.recommending.ExplainDecision(request).considered
    assert considered.verdict == decision_pb2.VERDICT_CHOSEN
    assert considered.detail == "its exposure cap and cool-down could not be checked now"


def test_without_embedding_own_items_and_known_categories_still_work(house: House) -> None:
    furnished(house)
    whole = house.decide()
    assert degradations(whole) == []
    house.embedding.trouble.away = True
    decision = house.decide()
    assert degradations(decision) == ["EMBEDDING_UNAVAILABLE"]
    assert decision.personalised
    assert decision.model_version == whole.model_version
    verdicts = house.verdicts(decision)
    assert "CHOSEN" in (verdicts["tea-zero"], verdicts["tea-week"])
    assert verdicts["regulars"] != "OUTSIDE_AUDIENCE"


def test_without_embedding_from_the_start_items_are_known_by_name_only(house: House) -> None:
    furnished(house)
    house.embedding.trouble.away = True
    verdicts = house.verdicts(house.decide())
    assert verdicts["tea-zero"] == "CHOSEN"
    assert verdicts["tea-week"] == "NO_FITTING_ITEM"


def test_without_a_model_own_items_are_ranked_by_frequency(build: Build) -> None:
    house = furnished(build(model=False))
    decision = house.decide()
    assert degradations(decision) == ["MODEL_UNAVAILABLE"]
    assert decision.model_version == ""
    assert "CHOSEN" in (
        house.verdicts(decision)["tea-zero"],
        house.verdicts(decision)["tea-week"],
    )
    reasons = [reason.kind for each in decision.offers for reason in each.reasons]
    assert decision_pb2.REASON_KIND_OFTEN_BOUGHT in reasons


def test_without_anything_the_unconditional_offer_is_still_made(build: Build) -> None:
    house = furnished(build(model=False))
    house.profile.trouble.away = house.embedding.trouble.away = True
    decision = house.decide()
    assert degradations(decision) == [
        "PROFILE_UNAVAILABLE",
        "EMBEDDING_UNAVAILABLE",
        "MODEL_UNAVAILABLE",
    ]
    assert offered(decision) == ["everything"]
    [only] = decision.offers
    assert [reason.kind for reason in only.reasons] == [decision_pb2.REASON_KIND_OPEN_TO_ALL]


def test_a_threshold_holds_nothing_back_when_something_is_missing(build: Build) -> None:
    house = furnished(build(min_score=1_000.0))
    assert offered(house.decide()) == []
    house.embedding.trouble.away = True
    assert offered(house.decide()) != []


def test_a_neighbour_that_sleeps_is_not_waited_for(build: Build) -> None:
    house = furnished(build(profile_timeout_ms=HASTY_MS, embedding_timeout_ms=HASTY_MS))
    house.profile.trouble.delay_seconds = house.embedding.trouble.delay_seconds = 5.0
    decision = house.decide()
    assert degradations(decision) == ["PROFILE_UNAVAILABLE", "EMBEDDING_UNAVAILABLE"]
    assert "everything" in offered(decision)


def test_a_caller_in_a_hurry_gets_a_degraded_answer_in_time(build: Build) -> None:
    house = furnished(build(answer_margin_ms=700))
    house.profile.trouble.delay_seconds = 5.0
    request = messages.SelectOffersRequest(customer="customers/ada")
    decision = house.recommending.SelectOffers(request, timeout=1.0).decision
    assert "PROFILE_UNAVAILABLE" in degradations(decision)
    assert "everything" in offered(decision)


def test_a_dead_neighbour_is_left_alone_and_noticed_when_it_comes_back(build: Build) -> None:
    house = furnished(build(breaker_failures=2, breaker_retry_ms=10))
    house.profile.trouble.away = True
    for _ in range(3):
        assert degradations(house.decide()) == ["PROFILE_UNAVAILABLE"]
    house.profile.trouble.away = False
    found = [degradations(house.decide()) for _ in range(50)]
    assert found[-1] == []


def test_an_open_breaker_asks_nobody(build: Build) -> None:
    house = furnished(build(breaker_failures=1, breaker_retry_ms=60_000))
    house.embedding.trouble.away = True
    house.decide()
    asked = house.embedding.trouble.calls
    for _ in range(5):
        assert degradations(house.decide()) == ["EMBEDDING_UNAVAILABLE"]
    assert house.embedding.trouble.calls == asked


def test_an_unknown_customer_does_not_open_the_breaker(build: Build) -> None:
    house = furnished(build(breaker_failures=1, breaker_retry_ms=60_000))
    with pytest.raises(Failure):
        house.decide("customers/nobody")
    assert degradations(house.decide()) == []
