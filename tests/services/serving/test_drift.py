"""Values are counted in the bins of the version in use, and of no other."""

from prometheus_client import REGISTRY

from ml.model.drift import Statistic
from services.serving.drift import BinCounter

AGE = Statistic("age", (1.0, 5.0), (0.5, 0.3, 0.2), limit_floor=0.02, limit_slope=30.0)


def answers(place: int, version: str) -> float | None:
    labels = {"statistic": "age", "bin": str(place), "version": version}
    return REGISTRY.get_sample_value("ofone_serving_drift_answers_total", labels)


def shown(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(f"ofone_serving_drift_{name}", labels)


def test_every_bin_starts_at_0_beside_what_is_expected_of_it() -> None:
    BinCounter().use("first", [AGE])
    assert [answers(place, "first") for place in range(3)] == [0, 0, 0]
    expected = [
        shown("expected_share", statistic="age", bin=str(place), version="first")
        for place in range(3)
    ]
    assert expected == [0.5, 0.3, 0.2]
    assert shown("limit_floor", statistic="age", version="first") == 0.02
    assert shown("limit_slope", statistic="age", version="first") == 30
    assert shown("statistics", version="first") == 1


def test_a_value_is_counted_in_its_bin_and_what_nobody_expects_in_none() -> None:
    counter = BinCounter()
    counter.use("second", [AGE])
    for age in (0, 1, 4, 100):
        counter.count("second", {"age": age, "height": 3})
    assert [answers(place, "second") for place in range(3)] == [2, 1, 1]


def test_an_answer_of_another_version_is_not_counted() -> None:
    counter = BinCounter()
    counter.count("third", {"age": 1})
    counter.use("third", [AGE])
    counter.count("challenger", {"age": 1})
    assert answers(0, "third") == 0
    assert answers(0, "challenger") is None


def test_another_version_takes_the_place_of_the_one_before_whole() -> None:
    counter = BinCounter()
    counter.use("fourth", [AGE])
    counter.count("fourth", {"age": 1})
    counter.use("fifth", [])
    assert answers(0, "fourth") is None
    assert shown("limit_floor", statistic="age", version="fourth") is None
    assert shown("statistics", version="fourth") is None
    assert shown("statistics", version="fifth") == 0
    counter.count("fifth", {"age": 1})
    assert answers(0, "fifth") is None


def test_the_same_version_again_starts_at_0() -> None:
    counter = BinCounter()
    counter.use("sixth", [AGE])
    counter.count("sixth", {"age": 1})
    counter.use("sixth", [AGE])
    assert answers(0, "sixth") == 0
