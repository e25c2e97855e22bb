"""Values that a key takes, and how they are said."""

import pytest

from services.profile.adapters.files.catalogue_file import load_catalogue
from services.profile.domain.facts.keys import RefusedValue, Value

KEYS = load_catalogue().keys


@pytest.mark.parametrize(
    ("key", "told", "kept", "words"),
    [
        ("household_size", 3.0, 3.0, "Household of 3"),
        ("household_income", 41_500.5, 41_500.5, "Household income: 41500.5"),
        ("postcode", "  10 115 ", "10 115", "Postcode 10 115"),
        ("home", "House", "house", "Lives in a house"),
        ("car", False, False, "Has a car: no"),
    ],
)
def test_a_value_is_kept_clean_and_said_in_words(
    key: str, told: Value, kept: Value, words: str
) -> None:
    assert KEYS[key].accept(told) == kept
    assert KEYS[key].in_words(KEYS[key].accept(told)) == words


@pytest.mark.parametrize(
    ("key", "told", "rule"),
    [
        ("household_size", 2.5, "NOT_WHOLE"),
        ("household_size", 0.0, "OUT_OF_RANGE"),
        ("household_size", "three", "NOT_A_NUMBER"),
        ("household_size", True, "NOT_A_NUMBER"),
        ("household_income", float("nan"), "NOT_FINITE"),
        ("household_income", float("inf"), "NOT_FINITE"),
        ("postcode", 10_115.0, "NOT_A_TEXT"),
        ("postcode", " ", "REQUIRED"),
        ("postcode", "1" * 65, "TOO_LONG"),
        ("postcode", "1\x1b[2J", "MALFORMED"),
        ("home", "tent", "NOT_A_CHOICE"),
        ("car", "yes", "NOT_A_FLAG"),
    ],
)
def test_a_value_of_another_kind_is_refused(key: str, told: Value, rule: str) -> None:
    with pytest.raises(RefusedValue) as refused:
        KEYS[key].accept(told)
    assert refused.value.rule == rule
