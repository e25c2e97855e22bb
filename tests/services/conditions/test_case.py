"""What is told in lower case is held against texts in lower case alone."""

import pytest

from services.conditions.cel_conditions import CelConditions
from services.conditions.condition import ConditionMistake, Vocabulary

WORDS = Vocabulary(
    {"facts": {"pet": str, "postcode": str, "garden": bool}, "traits": {"home_store": str}},
    tables={"category_share": 0.0},
    casefolded=frozenset({"facts"}),
)


@pytest.mark.parametrize(
    ("source", "column", "advice"),
    [
        ("facts.pet == 'Cat'", 14, "facts.pet is known in lower case only; write 'cat'"),
        ("facts.pet != 'straße'", 14, "write 'strasse'"),
        ("'Cat' == facts.pet", 1, "write 'cat'"),
        ("facts.garden && facts.pet in ['cat', 'Dog']", 38, "write 'dog'"),
        ('facts.pet.startsWith("C")', 22, "write 'c'"),
        (r"facts.postcode < '\u0041'", 18, "facts.postcode is known in lower case only; write 'a'"),
    ],
)
def test_a_text_that_can_never_be_met_is_refused_with_the_right_spelling(
    source: str, column: int, advice: str
) -> None:
    with pytest.raises(ConditionMistake) as refusal:
        CelConditions(WORDS).check(source)
    assert (refusal.value.rule, refusal.value.column) == ("NOT_LOWER_CASE", column)
    assert refusal.value.message.endswith(advice)


@pytest.mark.parametrize(
    "source",
    [
        "facts.pet == 'cat'",
        "facts.pet in ['cat', 'strasse'] || facts.pet.startsWith('c')",
        r"facts.postcode == '\U00000061' || facts.postcode == r'w1a'",
        "traits.home_store == 'North' && facts.pet == 'cat'",
        "category_share('Tea') > 0.2 ? facts.garden : traits.home_store in ['North']",
        "facts.pet == traits.home_store || 'North' == traits.home_store",
        "facts.garden == true && has(facts.pet)",
    ],
)
def test_a_text_in_lower_case_and_any_text_beside_something_else_is_taken(source: str) -> None:
    CelConditions(WORDS).check(source)
