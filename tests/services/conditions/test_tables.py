"""Tables in conditions: keys that nobody can list beforehand, asked as functions."""

import pytest

from services.conditions.cel_conditions import CelConditions
from services.conditions.condition import ConditionMistake, Facts, Vocabulary

WORDS = Vocabulary({"traits": {"basket_count": int}}, tables={"category_share": 0.0})
TEA_DRINKER: Facts = {"traits": {"basket_count": 4}, "category_share": {"Tea": 0.3}}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("category_share('Tea') > 0.2", True),
        ("category_share('Coffee') == 0.0", True),
        ("category_share('Tea') > category_share('Coffee') && traits.basket_count > 3", True),
        ("1.0 - category_share('Tea') < 0.5", False),
    ],
)
def test_a_table_is_asked_by_key_and_answers_for_what_it_does_not_hold(
    source: str, expected: bool
) -> None:
    conditions = CelConditions(WORDS)
    conditions.check(source)
    assert conditions.about(TEA_DRINKER)(source) is expected


def test_a_table_that_is_not_known_is_neither_full_nor_empty() -> None:
    holds = CelConditions(WORDS).about({"traits": {"basket_count": 4}})
    assert holds("category_share('Tea') > 0.2") is None
    assert holds("traits.basket_count > 3 || category_share('Tea') > 0.2") is True


@pytest.mark.parametrize(
    ("source", "rule", "column"),
    [
        ("category_share('Tea')", "NOT_BOOLEAN", 1),
        ("category_share(3) > 0.2", "TYPE_MISMATCH", 1),
        ("category_share('Tea') > 'much'", "TYPE_MISMATCH", 1),
        ("category_share() > 0.2", "TYPE_MISMATCH", 1),
        ("category_share > 0.2", "UNKNOWN_NAME", 1),
        ("true && brand_share('Tea') > 0.2", "UNKNOWN_FUNCTION", 9),
    ],
)
def test_a_table_used_wrongly_is_refused_with_the_place(
    source: str, rule: str, column: int
) -> None:
    with pytest.raises(ConditionMistake) as refusal:
        CelConditions(WORDS).check(source)
    assert (refusal.value.rule, refusal.value.column) == (rule, column)
