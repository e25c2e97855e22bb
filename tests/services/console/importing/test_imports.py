"""The command: what is sent of a file, and what becomes of the rest."""

import json
from pathlib import Path

import pytest
from ofone.profile.v1 import event_pb2, fact_pb2

from tests.services.console.conftest import Town, words

TILL = """
name = "Receipts"
kind = "events"
ids = "{ids}"
[columns]
{id_column}
occurred_at = "time"
item = "item"
quantity = "units"
[same]
source = "till"
type = "purchase"
[identifiers]
email = "mail"
loyalty-card = "card"
[dates]
timezone = "Europe/Berlin"
"""
BY_COLUMN = TILL.format(ids="column", id_column='event_id = "id"')
BY_CONTENT = TILL.format(ids="content", id_column="")

HEADER = "id,time,card,mail,item,units"


def write(folder: Path, *lines: str, mapping: str = BY_COLUMN) -> list[str]:
    (folder / "till.csv").write_text("\n".join([HEADER, *lines]) + "\n")
    (folder / "till.toml").write_text(mapping)
    return ["import", str(folder / "till.csv"), "--mapping", str(folder / "till.toml")]


def refused(folder: Path) -> list[tuple[int, str, str]]:
    entries = [
        json.loads(line) for line in (folder / "till.csv.refused.jsonl").read_text().splitlines()
    ]
    return [(each["line"], each["column"], each["reason"]) for each in entries]


def test_lines_that_follow_each_other_with_one_id_are_one_event(town: Town, tmp_path: Path) -> None:
    result = town.ofone(
        *write(
            tmp_path,
            "1,2026-03-31T18:00,4711,a@example.org,tea,2",
            "1,2026-03-31T18:01,4711,a@example.org,milk,",
            "2,2026-03-31T18:05,4711,,tea,1",
        )
    )
    assert (result.exit_code, result.output) == (0, "2 stored, 0 known before, 0 lines refused.\n")
    receipt = town.profile.stored["till", "1"]
    assert [(each.item, each.quantity) for each in receipt.lines] == [
        *[("items/tea", 2), ("items/milk", 0)],
    ]
    assert receipt.occurred_at.ToJsonString() == "2026-03-31T16:00:00Z"
    assert [each.value for each in receipt.identifiers] == ["a@example.org", "4711"]
    assert [each.value for each in town.profile.stored["till", "2"].identifiers] == ["4711"]


def test_less_than_nothing_is_a_return_where_the_mapping_says_so(
    town: Town, tmp_path: Path
) -> None:
    returns = BY_COLUMN.replace('ids = "column"', 'ids = "column"\nnegative_quantity = "return"')
    lines = ["1,2026-03-31,4711,,tea,2", "2,2026-03-31,4711,,tea,-2"]
    assert town.ofone(*write(tmp_path, *lines, mapping=returns)).exit_code == 0
    bought, back = (town.profile.stored["till", number] for number in "12")
    assert (bought.type, bought.lines[0].quantity) == (event_pb2.EVENT_TYPE_PURCHASE, 2)
    assert (back.type, back.lines[0].quantity) == (event_pb2.EVENT_TYPE_RETURN, 2)


def test_an_id_made_of_content_is_the_same_for_the_same_line_only(
    town: Town, tmp_path: Path
) -> None:
    lines = ["7,2026-03-31,4711,,tea,1", "8,2026-03-31,4711,,tea,2", "9,2026-03-31,4712,,tea,1"]
    command = write(tmp_path, *lines, mapping=BY_CONTENT)
    assert town.ofone(*command).output.startswith("3 stored, 0 known")
    write(tmp_path, *reversed(lines), mapping=BY_CONTENT)
    assert town.ofone(*command).output.startswith("0 stored, 3 known")


def test_lines_of_one_event_that_contradict_each_other_refuse_it_whole(
    town: Town, tmp_path: Path
) -> None:
    command = write(
        tmp_path, "1,2026-03-31,4711,,tea,1", "1,2026-03-31,4712,,milk,1", "2,2026-03-31,1,,tea,1"
    )
    result = town.ofone(*command)
    assert result.exit_code == 1
    assert refused(tmp_path) == [(3, "", "DIFFERS"), (2, "", "EVENT_INCOMPLETE")]
    assert set(town.profile.stored) == {("till", "2")}


def test_an_event_with_an_unreadable_line_in_its_midst_is_not_sent(
    town: Town, tmp_path: Path
) -> None:
    first, broken, last = "1,2026-03-31,4711,,tea,1", "1,2026", "1,2026-03-31,4711,,milk,1"
    town.ofone(*write(tmp_path, first, broken, last, "2,2026-03-31,4711,,tea,1"))
    assert refused(tmp_path) == [
        (3, "", "WRONG_FIELD_COUNT"),
        (4, "", "EVENT_INCOMPLETE"),
        (2, "", "EVENT_INCOMPLETE"),
    ]
    assert set(town.profile.stored) == {("till", "2")}


def test_an_event_without_an_end_is_not_held(town: Town, tmp_path: Path) -> None:
    lines = ["1,2026-03-31,4711,,tea,1"] * 2_100
    town.ofone(*write(tmp_path, *lines))
    assert len(refused(tmp_path)) == 2_100
    assert [len(call.events[0].lines) for call in town.profile.calls] == [2_001]
    assert town.profile.stored == {}


def test_what_the_service_refuses_is_named_by_line_and_column(town: Town, tmp_path: Path) -> None:
    command = write(tmp_path, "1,2026-03-31,4711,,tea,1", "1,2026-03-31,4711,,milk,101")
    result = town.ofone(*command)
    assert refused(tmp_path) == [(3, "units", "TOO_LARGE"), (2, "", "EVENT_INCOMPLETE")]
    assert "till.csv, line 3, column units: TOO_LARGE: must be at most 100" in words(result.stderr)


def test_a_rehearsal_sends_nothing(town: Town, tmp_path: Path) -> None:
    command = write(tmp_path, "1,2026-03-31,4711,,tea,1", "2,yesterday,4711,,tea,1")
    result = town.ofone(*command, "--dry-run")
    assert result.stdout == "1 can be sent, 1 lines refused.\n"
    assert refused(tmp_path) == [(3, "time", "NOT_A_TIME")]
    assert town.profile.calls == []


def test_after_a_failure_the_line_to_go_on_with_is_named(town: Town, tmp_path: Path) -> None:
    lines = [f"{number},2026-03-31,4711,,tea,1" for number in range(1_500)]
    command = write(tmp_path, *lines)
    town.profile.breaks_after = 1
    broken = town.ofone(*command)
    assert broken.exit_code == 1
    assert "Stopped behind line 1,001; go on with --from-line 1002." in words(broken.stderr)
    town.profile.breaks_after = None
    assert town.ofone(*command, "--from-line", "1002").output.startswith("500 stored, 0 known")
    assert len(town.profile.stored) == 1_500


def test_going_on_keeps_what_was_refused_before(town: Town, tmp_path: Path) -> None:
    lines = ["1,never,4711,,tea,1", "2,never,4711,,tea,1"]
    command = write(tmp_path, *lines)
    town.ofone(*command)
    town.ofone(*command, "--from-line", "3")
    assert [line for line, *_ in refused(tmp_path)] == [2, 3, 3]


def test_many_refused_lines_are_counted_by_reason_and_few_are_shown(
    town: Town, tmp_path: Path
) -> None:
    lines = [f"{number},never,4711,,tea,1" for number in range(30)]
    result = town.ofone(*write(tmp_path, *lines))
    assert result.stderr.count("NOT_A_TIME: must be a time as ISO 8601") == 20
    assert "and 10 more" in result.stderr
    assert "NOT_A_TIME: 30" in result.stderr
    answer = json.loads(town.ofone(*write(tmp_path, *lines), "--json").stdout)
    assert answer["refused"] == {"NOT_A_TIME": 30}


def test_each_column_of_a_fact_is_one_fact(town: Town, tmp_path: Path) -> None:
    (tmp_path / "f.jsonl").write_text(
        '{"id": 7, "when": "2026-03-31", "card": 4711.0, "car": "J", "size": "3"}\n'
        '{"id": 8, "when": "2026-03-31", "card": 4712, "car": "maybe", "size": null}\n'
    )
    (tmp_path / "f.toml").write_text(
        'name = "f"\nkind = "facts"\nids = "column"\n'
        '[columns]\nfact_id = "id"\nobserved_at = "when"\n[same]\nsource = "crm"\n'
        '[identifiers]\nloyalty-card = "card"\n[values.car]\nJ = "yes"\n'
        '[facts]\ncar = {column = "car", kind = "flag"}\n'
        'household_size = {column = "size", kind = "number"}\n'
    )
    result = town.ofone("import", str(tmp_path / "f.jsonl"), "--mapping", str(tmp_path / "f.toml"))
    assert "2 stored, 0 known before, 1 lines refused." in result.stdout
    assert "line 2, column car: NOT_A_FLAG: must be yes or no" in words(result.stderr)
    car, size = town.profile.facts.values()
    assert (car.fact_id, car.identifier.value) == ("7.car", "4711")
    assert (car.value, size.value) == (fact_pb2.FactValue(flag=True), fact_pb2.FactValue(number=3))


@pytest.mark.parametrize("missing", ["till.csv", "till.toml"])
def test_a_file_that_is_not_there_is_wrong_usage(town: Town, tmp_path: Path, missing: str) -> None:
    command = write(tmp_path)
    (tmp_path / missing).unlink()
    assert town.ofone(*command).exit_code == 2


def test_a_mapping_that_does_not_fit_is_told_in_a_sentence(town: Town, tmp_path: Path) -> None:
    command = write(tmp_path)
    (tmp_path / "till.csv").write_text("id,item\n")
    result = town.ofone(*command)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "has no column time, units, mail, card; it has id, item" in words(result.stderr)
