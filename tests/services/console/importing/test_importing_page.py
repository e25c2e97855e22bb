"""The page about imports: its files, mappings and commands do what it says."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from ofone.profile.v1 import event_pb2
from ofone.profile.v1.profile_service_pb2 import (
    ListEventsRequest,
    LookupCustomerRequest,
)
from typer.testing import CliRunner

from services.console.__main__ import make_app
from tests.services.profile.desk import Desk, card, serving
from tests.services.profile.memory_store import MemoryProfileStore

PAGE = (Path(__file__).parents[4] / "docs" / "importing.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)


@pytest.fixture
def desk() -> Iterator[Desk]:
    with serving(MemoryProfileStore(), now_seconds=1_780_000_000) as desk:
        yield desk


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    till, register = blocks("toml")
    files = {
        "receipts.csv": blocks("csv")[0],
        "till.toml": till,
        "households.jsonl": blocks("json")[0],
        "register.toml": register,
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def ofone(desk: Desk, line: str) -> str:
    words = line.removeprefix("$ ofone ").split()
    runner = CliRunner()
    return runner.invoke(make_app(), words, env={"OFONE_CONSOLE_PROFILE": desk.address}).output


def test_the_commands_of_the_page_print_what_it_says(desk: Desk, folder: Path) -> None:
    shown = blocks("console")
    assert len(shown) == 2
    for block in shown:
        command, _, answer = block.partition("\n")
        assert ofone(desk, command) == answer


def test_what_was_imported_is_in_the_timeline(desk: Desk, folder: Path) -> None:
    ofone(desk, "import receipts.csv --mapping till.toml")
    anna = desk.stub.LookupCustomer(LookupCustomerRequest(identifier=card("4711"))).customer
    (receipt,) = desk.stub.ListEvents(ListEventsRequest(parent=anna)).events
    assert (receipt.type, receipt.event_id) == (event_pb2.EVENT_TYPE_PURCHASE, "R-1")
    assert receipt.occurred_at == Timestamp(seconds=1_774_974_600)  # 16:30 in UTC
    tea, milk = receipt.lines
    assert (tea.item, tea.quantity, tea.unit_price, tea.category) == (
        *("items/tea", 2, 3.5, "Hot drinks"),
    )
    assert (milk.item, milk.unit_price) == ("items/milk", 1.2)


def test_refused_lines_stand_beside_the_file_and_follow_when_corrected(
    desk: Desk, folder: Path
) -> None:
    ofone(desk, "import receipts.csv --mapping till.toml")
    beside = folder / "receipts.csv.refused.jsonl"
    entries = [json.loads(each) for each in beside.read_text().splitlines()]
    assert [(each["line"], each["column"], each["reason"]) for each in entries] == [
        (4, "Quantity", "NOT_A_NUMBER"),
        (5, "", "EVENT_INCOMPLETE"),
        (6, "Time", "NOT_A_TIME"),
    ]
    assert entries[0]["original"]["Quantity"] == "one"
    file = folder / "receipts.csv"
    file.write_text(file.read_text().replace(";one;", ";1;").replace("31.13.", "31.03."))
    answer = ofone(desk, "import receipts.csv --mapping till.toml")
    assert answer == "2 stored, 2 known before, 0 lines refused.\n"
    assert not beside.exists()
