"""Codes pair two runs that were asked the same, and give no id away."""

import hashlib

from ml.evaluation.question import Question
from ml.training.gate.codes import customer_codes
from tests.ml.shopping import dataset_of

SHOP = dataset_of({"ann": [(0, ["tea"])], "bob": [(0, ["rum"])]})


def asked(name: str = "first", **baskets: str) -> Question:
    truth = {customer: frozenset(items.split()) for customer, items in baskets.items()}
    return Question(name, SHOP, truth, None)


def test_who_is_asked_the_same_gets_the_same_code_in_whatever_order_it_is_told() -> None:
    codes = customer_codes([asked(ann="tea rum", bob="tea")])

    assert codes == customer_codes([asked(bob="tea", ann="rum tea")])
    assert len(set(codes.values())) == 2


def test_a_customer_of_several_questions_has_one_code() -> None:
    codes = customer_codes([asked("first", ann="tea", bob="rum"), asked("second", ann="rum")])

    assert set(codes) == {"ann", "bob"}


def test_whoever_does_not_know_the_baskets_cannot_look_a_customer_up() -> None:
    # the same ids, one basket of somebody else changed: another code, so ids alone say nothing
    codes = customer_codes([asked(ann="tea", bob="tea")])
    others = customer_codes([asked(ann="tea", bob="rum")])

    assert codes["ann"] != others["ann"]
    assert codes["ann"] not in hashlib.sha256(b"ann").hexdigest()
