"""Identifiers as keyed hashes."""

import re

import pytest

from services.profile.domain.people.identity import IdentifierKind, IdentityKey, normalise

KEY = IdentityKey(b"0123456789abcdef")


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (IdentifierKind.EMAIL, "Anna@Example.ORG ", "anna@example.org"),
        (IdentifierKind.PHONE, "+49 (170) 123-45", "+4917012345"),
        (IdentifierKind.PHONE, "+20 \u0661\u0662 \uff13", "+20123"),  # Arabic and wide digits
        (IdentifierKind.LOYALTY_CARD, " 0007 ", "0007"),
    ],
)
def test_spellings_of_one_identifier_are_equal(kind: IdentifierKind, one: str, other: str) -> None:
    assert normalise(kind, one) == normalise(kind, other) == other


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (IdentifierKind.LOYALTY_CARD, "abc", "ABC"),
        (IdentifierKind.PHONE, "+49170", "49170"),
        (IdentifierKind.DEVICE, "a b", "ab"),
    ],
)
def test_what_only_looks_alike_stays_apart(kind: IdentifierKind, one: str, other: str) -> None:
    assert KEY.handle(kind, normalise(kind, one)) != KEY.handle(kind, normalise(kind, other))


def test_a_phone_without_digits_is_nothing() -> None:
    assert normalise(IdentifierKind.PHONE, "+ call me") == ""


def test_names_say_nothing_and_are_the_same_every_time() -> None:
    handle = KEY.handle(IdentifierKind.EMAIL, "anna@example.org")
    assert handle == KEY.handle(IdentifierKind.EMAIL, "anna@example.org")
    assert re.fullmatch("[a-z2-7]{26}", handle.customer_id)
    assert len(handle.digest) == 32
    other_key = IdentityKey(b"fedcba9876543210").handle(IdentifierKind.EMAIL, "anna@example.org")
    other_kind = KEY.handle(IdentifierKind.DEVICE, "anna@example.org")
    assert len({handle.digest, other_key.digest, other_kind.digest}) == 3
    assert len({handle.customer_id, other_key.customer_id, other_kind.customer_id}) == 3


def test_a_key_that_could_be_tried_out_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 16 bytes"):
        IdentityKey(b"short")
