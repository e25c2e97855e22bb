"""Conditions in CEL: refused where they are wrong, evaluated as they read."""

import pytest

from services.conditions.cel_conditions import CelConditions
from services.conditions.condition import ConditionMistake, Facts
from services.recommendation.domain.condition import facts_of, vocabulary
from services.recommendation.domain.customer import Traits, newcomer, unreadable
from services.recommendation.domain.moment import Moment
from tests.services.recommendation.builders import NOON, customer, seconds_ago

VOCABULARY = vocabulary(["new_home"])
REGULAR = customer(
    marketing=("email",),
    traits=Traits(
        basket_count=12,
        total_spend=240.5,
        home_store="north",
        first_purchase_seconds=seconds_ago(days=90),
        last_purchase_seconds=seconds_ago(days=40),
    ),
)
FACTS: Facts = facts_of(REGULAR, Moment(NOON, "web", "north", ("tea",)))


def mistake_in(source: str) -> ConditionMistake:
    with pytest.raises(ConditionMistake) as refusal:
        CelConditions(VOCABULARY).check(source)
    return refusal.value


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("traits.basket_count > 3", True),
        ("traits.basket_count > 3.5", True),
        ("traits.total_spend / double(traits.basket_count) > 30.0", False),
        ("traits.home_store == context.store && marketing.email", True),
        ("context.channel in ['app', 'web'] && !marketing.sms", True),
        ("context.weekday == 4 && context.hour >= 12 // Thursday afternoon", True),
        ("traits.days_since_last_purchase > 30.0 ? true : marketing.push", True),
        ("traits.home_store.startsWith('so') || size(traits.main_channel) > 0", False),
        ("traits.home_store == 'traits.nope'", False),
        ("traits.basket_count / (traits.item_count + 1) > 10", True),
        (r"context.channel != r'\' && marketing.email", True),
        (r'''"""a\"""b""" != 'c' && context.hour < 0x1F''', True),
    ],
)
def test_a_condition_that_makes_sense_is_taken_and_evaluated(source: str, expected: bool) -> None:
    conditions = CelConditions(VOCABULARY)
    conditions.check(source)
    assert conditions.about(FACTS)(source) is expected


@pytest.mark.parametrize(
    ("source", "rule", "line", "column"),
    [
        ("traits.basket_count >", "SYNTAX", 1, 22),
        ("marketing.email &&\n  && marketing.sms", "SYNTAX", 2, 3),
        ("marketing.email marketing.sms", "SYNTAX", 1, 17),
        ("'open", "SYNTAX", 1, 1),
        ("(" * 200 + "true" + ")" * 200, "SYNTAX", 1, 1),
        ("traits.nope > 3", "UNKNOWN_FIELD", 1, 8),
        ("marketing.email ||\n  traits.nope > 3", "UNKNOWN_FIELD", 2, 10),
        ("has(traits.nope)", "UNKNOWN_FIELD", 1, 12),
        ("traits.home_store.length > 3", "UNKNOWN_FIELD", 1, 19),
        ("customer.age > 3", "UNKNOWN_NAME", 1, 1),
        ("traits['basket_count'] > 3", "NO_FIELD", 1, 1),
        ("'é' == 'e' || trait.x", "UNKNOWN_NAME", 1, 15),
        ("now() > 3", "UNKNOWN_FUNCTION", 1, 1),
        ("traits.home_store.matches('n.*')", "UNKNOWN_FUNCTION", 1, 19),
        ("[1, 2].exists(x, x == context.hour)", "UNKNOWN_FUNCTION", 1, 8),
        (r"r'\' == '' || [1].all(x, true) || '' == ''", "UNKNOWN_FUNCTION", 1, 19),
        (r"R'\'.matches('1') || '' == ''", "UNKNOWN_FUNCTION", 1, 6),
        (r"b'\\' == br'\' && '1'.matches('1') || '' == ''", "UNKNOWN_FUNCTION", 1, 23),
        ("marketing.email ? true", "SYNTAX", 1, 1),
        ("marketing.", "SYNTAX", 1, 11),
        ("traits.basket_count", "NOT_BOOLEAN", 1, 1),
        ("marketing.email && traits.basket_count", "NOT_BOOLEAN", 1, 20),
        ("marketing.email ? true : 3", "NOT_BOOLEAN", 1, 26),
        ("traits.total_spend + 1 > 2.0", "TYPE_MISMATCH", 1, 1),
        ("marketing.email && (marketing.sms || traits.home_store > 3)", "TYPE_MISMATCH", 1, 38),
        ("false && traits.home_store.contains(3)", "TYPE_MISMATCH", 1, 10),
    ],
)
def test_a_mistake_is_refused_with_its_place(
    source: str, rule: str, line: int, column: int
) -> None:
    mistake = mistake_in(source)
    assert (mistake.rule, mistake.line, mistake.column) == (rule, line, column)


def test_a_mistake_is_explained() -> None:
    assert "did you mean basket_count" in mistake_in("traits.basket_cont > 3").message
    assert "home_store" in mistake_in("traits.zzz > 3").message
    types = mistake_in("traits.total_spend + 1 > 2.0").message
    assert "traits.total_spend is a double" in types
    assert "2.0 for a double" in types
    assert "gives an int" in mistake_in("traits.basket_count").message


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("traits.basket_count = 3", "unexpected =; did you mean ==?"),
        ("marketing.email &&\n context.channel = 'web'", "unexpected =; did you mean ==?"),
        ("context.channel == 'web", "the text is not closed"),
        ("context.hour > 3 # evening", "unexpected #"),
        ("marketing.email &&\n", "the expression ends too early"),
        ("marketing.", "the expression ends too early"),
        ("marketing.email ? marketing.sms", "a ? needs a : with what holds otherwise"),
        (r"context.channel == '\ud800'", "invalid string literal"),
    ],
)
def test_a_sign_that_means_nothing_is_explained(source: str, message: str) -> None:
    assert mistake_in(source).message == message


def test_what_is_not_known_of_a_customer_is_neither_true_nor_false() -> None:
    holds = CelConditions(VOCABULARY).about(facts_of(unreadable("ada"), Moment(NOON)))
    assert holds("traits.basket_count > 3") is None
    assert holds("marketing.email") is None
    assert holds("context.hour == 12 || traits.basket_count > 3") is True
    assert holds("context.hour == 13 && traits.basket_count > 3") is False


def test_days_since_a_purchase_that_never_was_are_not_known() -> None:
    holds = CelConditions(VOCABULARY).about(facts_of(newcomer(), Moment(NOON)))
    assert holds("traits.days_since_last_purchase > 30.0") is None
    assert holds("traits.days_since_last_purchase < 30.0") is None
    assert holds("!has(traits.days_since_last_purchase)") is True


def test_a_condition_that_fails_for_one_customer_is_not_known_for_them() -> None:
    holds = CelConditions(VOCABULARY).about(FACTS)
    assert holds("traits.basket_count / traits.item_count > 3") is None
