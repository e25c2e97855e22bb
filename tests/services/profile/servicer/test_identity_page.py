"""The page about identity says what the code does."""

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from ofone.profile.v1 import identity_pb2
from sqlalchemy import Engine

from services.profile.adapters.sql_households import SqlHouseholdStore
from services.profile.adapters.sql_identities import SqlIdentityStore
from services.profile.adapters.sql_privacy import SqlPrivacyStore
from services.profile.adapters.sql_store import SqlProfileStore
from services.profile.domain.people.identifier_rules import RULES
from services.profile.domain.people.identity import IdentifierKind
from tests.services.profile.desk import purchase, serving
from tests.services.profile.told import IDENTITY

PAGE = (Path(__file__).parents[4] / "docs" / "identity.md").read_text()

CALLS = re.findall(r"```python\n(.*?)\n```", PAGE, re.DOTALL)


def test_the_page_names_the_rules_of_every_kind() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \| (\d+) \| (yes|no) \|$", PAGE, re.MULTILINE)
    ordered = sorted(RULES, key=lambda kind: RULES[kind].strength)
    assert rows == [
        (
            IdentifierKind(kind).name,
            str(RULES[kind].most_a_person),
            str(RULES[kind].most_partners),
            "yes" if RULES[kind].is_personal else "no",
        )
        for kind in ordered
    ]


def test_the_page_names_every_reason_why_a_link_was_not_acted_on() -> None:
    names = [name.removeprefix("SUGGESTION_STANDING_") for name in _standings()]
    assert all(f"`{name}`" in PAGE for name in names)


def _standings() -> list[str]:
    return identity_pb2.SuggestionStanding.keys()[1:]


def test_the_calls_that_the_page_shows_do_what_it_says(
    migrated: Callable[[str], Engine], sqlite_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, _ = CALLS
    engine = migrated(sqlite_url)
    with serving(SqlProfileStore(engine), identities=SqlIdentityStore(engine)) as desk:
        told = desk.ingest(purchase("1", "tea", who="1"), purchase("2", "milk", who="2"))
        for shown, each in zip(re.findall(r"customers/\w+", code), told, strict=True):
            code = code.replace(shown, each.customer)
        code = code.replace("127.0.0.1:7401", desk.address)
        capsys.readouterr()
        exec(compile(code, "docs/identity.md", "exec"), {})
    assert capsys.readouterr().out.splitlines() == ["True True told us at the desk", "True"]


def test_the_calls_about_a_household_print_what_the_page_says(
    migrated: Callable[[str], Engine], sqlite_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _, _, code = CALLS
    (printed,) = re.findall(r"```text\n(.*?)\n```", PAGE, re.DOTALL)
    engine, now = migrated(sqlite_url), round(time.time()) + 60  # behind all that is told
    stores = {
        "households": SqlHouseholdStore(engine),
        "identities": SqlIdentityStore(engine),
        "privacy": SqlPrivacyStore(engine, IDENTITY.tombstone, holders=()),
    }
    with serving(SqlProfileStore(engine), now_seconds=now, **stores) as desk:  # type: ignore[arg-type]
        capsys.readouterr()
        called = code.replace("127.0.0.1:7401", desk.address)
        exec(compile(called, "docs/identity.md", "exec"), {})
    assert capsys.readouterr().out.strip() == printed
