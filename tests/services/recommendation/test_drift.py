"""What customers are answered is counted in the bins that the model brought, over real gRPC."""

from collections.abc import Callable

import pytest
from ofone.recommendation.v1 import recommendation_service_pb2 as messages
from prometheus_client import REGISTRY

from ml.model.bundle import Bundle
from tests.drift_references import counted, watched_bundle
from tests.models import small_bundle
from tests.services.recommendation.builders import seconds_ago
from tests.services.recommendation.conftest import Build, House, moment

BASKETS = [(seconds_ago(days=days), ["tea-0", "tea-4"]) for days in (60, 40, 20)]
Counts = Callable[[str], list[float | None]]


@pytest.fixture
def bundle() -> Bundle:
    return watched_bundle()


@pytest.fixture
def counts(bundle: Bundle) -> Counts:
    return lambda statistic: counted(statistic, bundle)


@pytest.fixture
def house(build: Build, bundle: Bundle) -> House:
    """Give the service with a model that knows what it looked like."""
    house = build(bundle=bundle)
    house.profile.put("customers/ada", BASKETS)
    house.profile.put("customers/new")
    return house


def test_an_answer_is_counted_once_in_every_statistic(house: House, counts: Counts) -> None:
    house.create("tea-week", categories=["tea"])
    house.decide("customers/ada")
    assert counts("history_length") == [0, 1, 0]  # three baskets
    assert counts("unknown_items") == [1, 0, 0]  # the model knows both items
    assert counts("basket_popularity") == [0, 0, 1]  # and both sell well
    for name in ("best_score", "tenth_score", "list_popularity"):
        assert sorted(each or 0 for each in counts(name)) == [0, 0, 1]


def test_recommended_items_count_like_offers(house: House, counts: Counts) -> None:
    request = messages.RecommendItemsRequest(customer="customers/ada", context=moment())
    house.recommending.RecommendItems(request)
    assert counts("history_length") == [0, 1, 0]


def test_items_that_the_model_never_saw_are_counted(house: House, counts: Counts) -> None:
    house.profile.put("customers/bob", [(seconds_ago(days=3), ["tea-0", "new-1", "new-2"])])
    house.decide("customers/bob")
    assert counts("unknown_items") == [0, 0, 1]


def test_vectors_are_not_counted_here(house: House, counts: Counts) -> None:
    house.decide("customers/ada")
    assert counts("vector_length") == [None, None, None]


def test_a_newcomer_and_an_answer_that_lacked_something_are_not_counted(
    house: House, counts: Counts
) -> None:
    house.decide("customers/new")
    house.embedding.trouble.away = True
    assert house.decide("customers/ada").degradations
    assert counts("history_length") == [0, 0, 0]


def test_who_does_not_want_to_be_personalised_is_not_counted(house: House, counts: Counts) -> None:
    house.profile.put("customers/ada", BASKETS)
    house.profile.snapshots["customers/ada"].personalisation_allowed = False
    house.decide("customers/ada")
    assert counts("history_length") == [0, 0, 0]


def test_a_model_without_a_reference_answers_and_says_so(build: Build) -> None:
    house = build()
    house.profile.put("customers/ada", BASKETS)
    house.decide("customers/ada")
    version = small_bundle().facts.version
    watched = REGISTRY.get_sample_value("ofone_serving_drift_statistics", {"version": version})
    assert watched == 0
