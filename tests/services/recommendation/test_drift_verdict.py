"""From a shop's past to a verdict: what training expects is what the service counts."""

import dataclasses
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from ofone.recommendation.v1 import recommendation_service_pb2 as messages
from prometheus_client import REGISTRY

from ml.dataset.dataset import Dataset
from ml.model.bundle import Bundle
from ml.model.drift import ANSWER_STATISTICS, Statistic
from ml.training.drift.reference import drift_reference
from ml.training.lessons.windows import end_of
from tests.ml.training.tea_shop import tea_shop
from tests.models import sealed, small_bundle
from tests.services.recommendation.conftest import Build, House, moment

DAYS = 150
Baskets = list[tuple[int, list[str]]]
Change = Callable[[Baskets], Baskets]


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    """A model that was made after 150 days of a shop in which nothing changes."""
    shop = tea_shop(customers=300, days=DAYS)
    reference = drift_reference(small_bundle(), shop, end_of(shop), horizon_days=45)
    return sealed(dataclasses.replace(small_bundle(), drift=reference))


def last_visits(shop: Dataset) -> Iterator[tuple[int, Baskets]]:
    """Yield when each customer came last, and the baskets before."""
    for _, bought in shop.interactions.groupby("customer_id"):
        baskets = [
            (int(each["occurred_at"].iloc[0].timestamp()), each["item_id"].tolist())
            for _, each in bought.groupby("sequence")
        ]
        if len(baskets) > 1:
            yield baskets[-1][0], baskets[:-1]


def ask_about(house: House, shop: Dataset, change: Change) -> None:
    """Ask once about every customer, at their last visit."""
    for number, (seconds, baskets) in enumerate(last_visits(shop)):
        name = f"customers/c{number}"
        house.profile.put(name, change(baskets))
        time = Timestamp()
        time.FromDatetime(datetime.fromtimestamp(seconds, UTC))
        request = messages.RecommendItemsRequest(customer=name, context=moment(time=time))
        house.recommending.RecommendItems(request)


def drifting(bundle: Bundle) -> set[str]:
    """Return which statistics drift, by what the page of metrics says."""
    assert bundle.drift is not None
    watched = [each for each in bundle.drift.statistics if each.name in ANSWER_STATISTICS]
    assert len(watched) == len(ANSWER_STATISTICS)
    return {each.name for each in watched if _drifts(each, bundle.facts.version)}


def _drifts(statistic: Statistic, version: str) -> bool:
    counts = []
    for place in range(len(statistic.shares)):
        labels = {"statistic": statistic.name, "bin": str(place), "version": version}
        counts.append(REGISTRY.get_sample_value("ofone_serving_drift_answers_total", labels) or 0)
    assert sum(counts) > 200
    return statistic.index(counts) > statistic.limit(sum(counts))


def as_it_was(baskets: Baskets) -> Baskets:
    return baskets


def with_news(baskets: Baskets) -> Baskets:
    """Return the baskets after the first item of each got another id."""
    return [(seconds, [f"new-{items[0]}", *items[1:]]) for seconds, items in baskets]


def long(baskets: Baskets) -> Baskets:
    """Return three times as many baskets."""
    return [(seconds - hours * 3_600, items) for seconds, items in baskets for hours in (0, 8, 16)]


@pytest.mark.parametrize(
    ("change", "named"),
    [(as_it_was, set()), (with_news, {"unknown_items"}), (long, {"history_length"})],
    ids=["as it was", "renamed items", "long histories"],
)
def test_the_service_counts_what_training_expects(
    build: Build, bundle: Bundle, change: Change, named: set[str]
) -> None:
    # a version of its own, for its series outlive it
    facts = dataclasses.replace(bundle.facts, dataset_digest=change.__name__)
    bundle = sealed(dataclasses.replace(bundle, facts=facts))
    house = build(bundle=bundle)
    ask_about(house, tea_shop(customers=300, days=DAYS, seed=1), change)
    found = drifting(bundle)
    assert found == named if not named else named <= found
