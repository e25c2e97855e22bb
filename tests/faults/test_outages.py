"""A dependency goes away under load: answers stay, poorer and flagged, and come back whole."""

import os
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import grpc
import pytest
from ofone.recommendation.v1.decision_pb2 import (
    DEGRADATION_EMBEDDING_UNAVAILABLE,
    DEGRADATION_PROFILE_UNAVAILABLE,
    Context,
    Decision,
)
from ofone.recommendation.v1.recommendation_service_pb2 import SelectOffersRequest

from tests.shop import Shop, open_shop

THREADS = 4
PHASE_SECONDS = float(os.environ.get("OFONE_TEST_OUTAGE_SECONDS", "3"))
DEADLINE_SECONDS = 1.0


@dataclass(slots=True)
class Load:
    """Callers in a closed loop, and what they were told."""

    shop: Shop
    decisions: list[tuple[Decision, float]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)

    def run(self, caller: int) -> None:
        stub = self.shop.services.doors().recommendation
        number = caller
        while not self.stopped.is_set():
            customer = self.shop.customers[number % len(self.shop.customers)]
            request = SelectOffersRequest(customer=customer, context=Context(store="north"))
            started = time.perf_counter()
            try:
                decision = stub.SelectOffers(request, timeout=DEADLINE_SECONDS).decision
            except grpc.RpcError as error:
                self.failures.append(str(error))
            else:
                self.decisions.append((decision, time.perf_counter() - started))
            number += THREADS

    def phase(self, meanwhile: Callable[[], object] = lambda: None) -> list[tuple[Decision, float]]:
        """Return what was told while ``meanwhile`` happened and for some seconds after it."""
        start = len(self.decisions)
        meanwhile()
        time.sleep(PHASE_SECONDS)
        return self.decisions[start:]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with open_shop(tmp_path) as running:
        yield running


@pytest.fixture
def load(shop: Shop) -> Iterator[Load]:
    load = Load(shop)
    threads = [threading.Thread(target=load.run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    yield load
    load.stopped.set()
    for thread in threads:
        thread.join()


def flagged(told: list[tuple[Decision, float]], degradation: int) -> float:
    return sum(degradation in each.degradations for each, _ in told) / len(told)


def report(name: str, told: list[tuple[Decision, float]]) -> None:
    times = sorted(seconds * 1_000 for _, seconds in told)
    degraded = sum(bool(each.degradations) for each, _ in told) / len(told)
    print(
        f"{name}: {len(told)} answered, {degraded:.1%} flagged, "
        f"p50 {statistics.median(times):.1f} ms, p99 {times[int(0.99 * len(times))]:.1f} ms"
    )


def test_outages_under_load_make_answers_poorer_but_never_fail_one(shop: Shop, load: Load) -> None:
    whole = load.phase()
    report("all up", whole)
    assert whole
    assert all(not each.degradations for each, _ in whole)
    assert all(each.offers for each, _ in whole)

    without_embedding = load.phase(lambda: shop.kill("embedding"))
    report("embedding away", without_embedding)
    assert flagged(without_embedding[-100:], DEGRADATION_EMBEDDING_UNAVAILABLE) == 1
    assert all(each.offers for each, _ in without_embedding)

    back = load.phase(lambda: shop.start("embedding"))
    report("embedding back", back[len(back) // 2 :])
    assert not back[-1][0].degradations

    without_profile = load.phase(lambda: shop.kill("profile"))
    report("profile away", without_profile)
    assert flagged(without_profile[-100:], DEGRADATION_PROFILE_UNAVAILABLE) == 1
    assert all(each.offers for each, _ in without_profile)

    back = load.phase(lambda: shop.start("profile"))
    report("profile back", back[len(back) // 2 :])
    assert not back[-1][0].degradations

    # not one call failed, and none was answered after its deadline
    assert load.failures == []
    assert all(seconds < DEADLINE_SECONDS for _, seconds in load.decisions)
