"""Every broken rule of a request is named, with its field."""

import math
from collections.abc import Callable

import pytest

from services.serving.failures import Failure, FieldViolation, Kind, invalid, not_found
from services.serving.validation import MAX_VIOLATIONS, Check


def rules(*checks: Callable[[Check], object]) -> list[tuple[str, str]]:
    check = Check()
    for each in checks:
        each(check)
    return [(violation.field, violation.rule) for violation in check.violations]


def test_what_is_right_breaks_no_rule() -> None:
    assert (
        rules(
            lambda check: check.text("note", "x" * 10, most=10),
            lambda check: check.line("name", "Grüner Tee, 100 g", most=30, required=True),
            lambda check: check.slug("id", "autumn-sale-2"),
            lambda check: check.resource_id("item", "items/85123A", collection="items"),
            lambda check: check.opaque_id("event_id", "a b c"),
            lambda check: check.number("price", 0.0, least=0, most=10),
            lambda check: check.count("lines", [1, 2], most=2, least=2),
        )
        == []
    )


@pytest.mark.parametrize(
    ("look", "rule"),
    [
        (lambda check: check.text("f", "", most=5, required=True), "REQUIRED"),
        (lambda check: check.text("f", "x" * 1_000_000, most=5), "TOO_LONG"),
        (lambda check: check.line("f", "two\nlines", most=10), "MALFORMED"),
        (lambda check: check.line("f", "\x1b[2J", most=10), "MALFORMED"),
        (lambda check: check.line("f", "", most=10, required=True), "REQUIRED"),
        (lambda check: check.line("f", "x" * 11, most=10), "TOO_LONG"),
        (lambda check: check.slug("f", "Autumn sale"), "MALFORMED"),
        (lambda check: check.slug("f", "-a"), "MALFORMED"),
        (lambda check: check.slug("f", "sale\n"), "MALFORMED"),
        (lambda check: check.resource_id("f", "", collection="items"), "REQUIRED"),
        (lambda check: check.resource_id("f", "offers/1", collection="items"), "MALFORMED_NAME"),
        (lambda check: check.resource_id("f", "items/a/b", collection="items"), "MALFORMED_NAME"),
        (lambda check: check.resource_id("f", "items/", collection="items"), "MALFORMED_NAME"),
        (lambda check: check.opaque_id("f", ""), "REQUIRED"),
        (lambda check: check.opaque_id("f", "a\x00b"), "MALFORMED"),
        (lambda check: check.number("f", math.nan, least=0, most=1), "NOT_FINITE"),
        (lambda check: check.number("f", -math.inf, least=0, most=1), "NOT_FINITE"),
        (lambda check: check.number("f", -1e-9, least=0, most=1), "NEGATIVE"),
        (lambda check: check.number("f", 0.5, least=1, most=2), "TOO_SMALL"),
        (lambda check: check.number("f", 3, least=1, most=2), "TOO_LARGE"),
        (lambda check: check.count("f", [], most=2, least=1), "REQUIRED"),
        (lambda check: check.count("f", [1], most=3, least=2), "TOO_FEW"),
        (lambda check: check.count("f", range(10_000), most=1_000), "TOO_MANY"),
    ],
)
def test_what_is_wrong_is_named(look: Callable[[Check], object], rule: str) -> None:
    assert rules(look) == [("f", rule)]


def test_all_broken_rules_come_in_one_failure() -> None:
    check = Check()
    check.slug("a", "?")
    check.number("b", math.nan, least=0, most=1)
    with pytest.raises(Failure) as caught:
        check.done()

    assert caught.value.kind is Kind.INVALID
    assert [each.field for each in caught.value.violations] == ["a", "b"]
    assert "a: " in str(caught.value)
    assert "b: " in str(caught.value)


def test_no_more_rules_are_listed_than_anybody_reads() -> None:
    check = Check()
    for row in range(1_000):
        check.fail(f"rows[{row}]", "BAD", "is bad")

    assert len(check.violations) == MAX_VIOLATIONS


def test_the_sentence_of_a_failure_names_five_and_counts_the_rest() -> None:
    failure = invalid([FieldViolation(f"f{row}", "BAD", "is bad") for row in range(7)])

    assert str(failure).startswith("BAD: f0: is bad; f1: is bad")
    assert str(failure).endswith("(and 2 more)")


def test_what_is_not_there_is_named() -> None:
    failure = not_found("offer variant", "offers/1/variants/2")

    assert failure.reason == "OFFER_VARIANT_NOT_FOUND"
    assert failure.metadata == {"name": "offers/1/variants/2"}


def test_what_is_empty_is_called_so_and_one_entry_is_one() -> None:
    check = Check()
    check.resource_id("name", "", collection="items")
    check.count("lines", [], most=5, least=1)
    name, lines = check.violations
    assert name.message.startswith("must not be empty; give items/")
    assert lines.message == "must have at least 1 entry, has 0"
