"""Of a customer the shortest try counts, of a model the 95th percentile, by a clock of our own."""

import numpy as np
import pytest

from ml.training.artefacts.purchases import Purchases, purchases_of
from ml.training.gate.answer_times import CUSTOMERS, TRIES, answer_ms_p95
from ml.training.learned import BundleRecommender
from tests.ml.shopping import dataset_of


def town(customers: int) -> Purchases:
    return purchases_of(
        dataset_of({f"c{number:04d}": [(0, ["tea"])] for number in range(customers)})
    )


class Clock:
    """Moves on only while somebody is ranked."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def thread_time(self) -> float:
        return self.seconds


class Slow(BundleRecommender):
    """Takes as many milliseconds as the customer's number says, more in all but the second try."""

    def __init__(self, clock: Clock, factor: float) -> None:
        self.clock, self.factor = clock, factor
        self.asked: list[str] = []

    def rank(self, customer_id: str, count: int) -> list[str]:
        assert count == 20
        tries = self.asked.count(customer_id)
        self.asked.append(customer_id)
        self.clock.seconds += (int(customer_id[1:]) * self.factor + (tries != 1) * 1_000) / 1_000
        return []


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("ml.training.gate.answer_times.time", clock)
    return clock


def test_the_shortest_try_of_each_and_the_95th_percentile_of_all(clock: Clock) -> None:
    models = {"challenger": Slow(clock, 1), "champion": Slow(clock, 2)}

    found = answer_ms_p95(models, town(101))

    assert found == pytest.approx({"challenger": 95, "champion": 190})
    assert models["champion"].asked == models["challenger"].asked
    assert len(models["champion"].asked) == 101 * TRIES


def test_of_many_customers_some_are_asked_spread_evenly_over_all(clock: Clock) -> None:
    model = Slow(clock, 1)

    answer_ms_p95({"it": model}, town(3 * CUSTOMERS))

    asked = [int(each[1:]) for each in dict.fromkeys(model.asked)]
    assert (len(asked), asked[0], asked[-1]) == (CUSTOMERS, 0, 3 * CUSTOMERS - 1)
    assert set(np.diff(asked)) <= {3, 4}
