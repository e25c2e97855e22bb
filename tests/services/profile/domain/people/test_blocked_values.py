"""Identifiers that name nobody: the usual ones, those of a shop's own list, and what they do."""

from pathlib import Path

import pytest

from services.profile.__main__ import read_blocked
from services.profile.domain.ingestion import Outcome
from services.profile.domain.people.blocked_values import NOBODY, BlockedValues
from services.profile.domain.people.identity import IdentifierKind, IdentityKey
from services.profile.ports.customers import ProfileStore
from services.serving.settings import SettingsError
from tests.services.profile.told import NOW, bought, card, told

USUAL = BlockedValues(NOBODY)
KEY = IdentityKey(b"a key that only tests know of", USUAL.holds)
NO_ADDRESS = KEY.handle(IdentifierKind.EMAIL, "unknown@shop.example")


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (IdentifierKind.EMAIL, "unknown@shop.example"),
        (IdentifierKind.EMAIL, "NoReply@x.org"),
        (IdentifierKind.PHONE, "+0000"),
        (IdentifierKind.LOYALTY_CARD, "0"),
        (IdentifierKind.DEVICE, "00000000-0000-0000-0000-000000000000"),
        (IdentifierKind.BROWSER, "undefined"),
    ],
)
def test_what_is_sent_for_nothing_names_nobody(kind: IdentifierKind, value: str) -> None:
    assert USUAL.holds(kind, value)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (IdentifierKind.EMAIL, "unknown.anna@shop.example"),
        (IdentifierKind.EMAIL, "anna@unknown.example"),
        (IdentifierKind.PHONE, "+4900"),
        (IdentifierKind.LOYALTY_CARD, "0007"),
        (IdentifierKind.LOYALTY_CARD, "unknown@shop"),
    ],
)
def test_what_only_looks_alike_is_somebodys(kind: IdentifierKind, value: str) -> None:
    assert not USUAL.holds(kind, value)


def test_a_value_of_nobody_links_nobody_and_alone_is_refused(store: ProfileStore) -> None:
    anna, bert = card("1"), card("2")
    reports = [
        told(bought("1", "tea"), anna, NO_ADDRESS),
        told(bought("2", "milk"), bert, NO_ADDRESS),
        told(bought("3", "rice"), NO_ADDRESS),
    ]
    results = store.ingest(reports, now_micros=NOW).results
    assert [each.outcome for each in results] == [Outcome.STORED, Outcome.STORED, Outcome.REFUSED]
    assert results[2].reason == "BLOCKED_IDENTIFIER"
    assert store.customer_behind(anna) != store.customer_behind(bert)
    assert store.customer_behind(NO_ADDRESS) is None


def test_a_shop_adds_patterns_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "blocked.toml"
    path.write_text('LOYALTY_CARD = ["till-*"]\n', encoding="utf-8")
    blocked = read_blocked(path)
    assert blocked.holds(IdentifierKind.LOYALTY_CARD, "TILL-7")
    assert blocked.holds(IdentifierKind.EMAIL, "none@x.org")
    assert not blocked.holds(IdentifierKind.LOYALTY_CARD, "7-till-7")
    assert not blocked.holds(IdentifierKind.EMAIL, "till-7@x.org")


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ("CARD = []", "CARD is no kind; there are LOYALTY_CARD"),
        ('EMAIL = "x"', "EMAIL must be a list of patterns"),
        ('EMAIL = [""]', "EMAIL must be a list of patterns"),
        ("EMAIL", "blocked.toml"),
    ],
)
def test_a_list_with_a_mistake_is_refused(tmp_path: Path, written: str, complaint: str) -> None:
    path = tmp_path / "blocked.toml"
    path.write_text(written, encoding="utf-8")
    with pytest.raises(SettingsError, match=complaint):
        read_blocked(path)


def test_a_list_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"absent\.toml cannot be read"):
        read_blocked(tmp_path / "absent.toml")
