"""Who belongs where, told with customers a child can sort."""

import pandas as pd

from ml.dataset.dataset import Dataset
from ml.evaluation.question import Question
from ml.training.gate.subgroups import KNOWN_BASKETS, PRICE_TIER, PROFILING, subgroups
from tests.ml.shopping import dataset_of

BASKETS = {
    name: [(day, ["tea"]) for day in range(count)]
    for name, count in (("two", 2), ("three", 3), ("ten", 10), ("eleven", 11))
}


def asked(shop: Dataset, *customers: str) -> Question:
    return Question("who is who?", shop, dict.fromkeys(customers, frozenset({"tea"})), None)


def test_customers_are_told_apart_by_known_baskets() -> None:
    question = asked(dataset_of(BASKETS), "two", "three", "ten", "eleven", "stranger")

    (found,) = subgroups([question], None)

    assert found[KNOWN_BASKETS].to_dict() == {
        "two": "0-2", "three": "3-10", "ten": "3-10", "eleven": "11 or more", "stranger": "0-2",
    }  # fmt: skip


def test_thirds_by_what_they_pay_for_a_thing() -> None:
    shop = dataset_of({name: [(0, ["tea"]), (1, ["tea"])] for name in "abcdefg"})
    shop.interactions["unit_price"] = pd.Series(
        [1, 1, 2, 2, 5, 5, 6, 6, 90, 92, 95, 95, None, None], dtype="float32"
    )

    (found,) = subgroups([asked(shop, *"abcdefg")], None)

    assert found[PRICE_TIER].tolist() == ["low", "low", "middle", "middle", "high", "high", None]


def test_a_low_price_is_low_among_all_who_are_asked_about() -> None:
    shop = dataset_of({name: [(0, ["tea"])] for name in "abcxyz"})
    shop.interactions["unit_price"] = pd.Series([1, 2, 3, 90, 91, 92], dtype="float32")

    poor, rich, again = subgroups([asked(shop, *each) for each in ("abc", "xyz", "cx")], None)

    assert poor[PRICE_TIER].tolist() == ["low", "low", "middle"]
    assert rich[PRICE_TIER].tolist() == ["middle", "high", "high"]
    assert again[PRICE_TIER].tolist() == ["middle", "middle"], "who is asked twice counts once"


def test_without_prices_or_consents_nobody_is_sorted_by_them() -> None:
    (found,) = subgroups([asked(dataset_of(BASKETS), "two", "ten")], None)

    assert found[[PRICE_TIER, PROFILING]].isna().all(axis=None)


def test_consent_is_told_for_those_of_whom_it_is_known() -> None:
    question = asked(dataset_of(BASKETS), "two", "ten", "three")

    (found,) = subgroups([question], {"two": True, "ten": False})

    assert found[PROFILING].to_dict() == {"two": "allowed", "ten": "not allowed", "three": None}
