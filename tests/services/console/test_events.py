import json
from pathlib import Path

from ofone.embedding.v1.item_pb2 import Item
from ofone.profile.v1 import event_pb2

from tests.services.console.conftest import Town, words


def line(number: int, quantity: float = 1) -> str:
    return json.dumps(
        {
            "source": "till",
            "event_id": f"e{number}",
            "type": "purchase",
            "occurred_at": "2026-03-31T12:30:00Z",
            "identifiers": [{"kind": "loyalty-card", "value": "4711"}],
            "lines": [{"item": "tea", "quantity": quantity, "unit_price": 3.5}],
        }
    )


def write(folder: Path, *lines: str) -> str:
    file = folder / "events.jsonl"
    file.write_text("\n".join(lines))
    return str(file)


def test_events_of_a_file_are_sent_as_they_stand(town: Town, tmp_path: Path) -> None:
    result = town.ofone("events", "send", write(tmp_path, line(1), "", line(2)))
    assert result.exit_code == 0
    assert "2 stored, 0 known before, 0 refused." in result.stdout
    event = town.profile.stored["till", "e1"]
    assert event.type == event_pb2.EVENT_TYPE_PURCHASE
    assert event.identifiers[0].kind == event_pb2.IDENTIFIER_KIND_LOYALTY_CARD
    assert event.occurred_at.seconds == 1_774_960_200
    assert (event.lines[0].item, event.lines[0].unit_price) == ("items/tea", 3.5)


def test_nothing_but_the_count_is_printed_into_a_pipe(town: Town, tmp_path: Path) -> None:
    assert town.ofone("events", "send", write(tmp_path, line(1))).stderr == ""


def test_a_file_sent_again_changes_nothing(town: Town, tmp_path: Path) -> None:
    file = write(tmp_path, line(1))
    town.ofone("events", "send", file)
    result = town.ofone("events", "send", file)
    assert result.exit_code == 0
    assert "0 stored, 1 known before, 0 refused." in result.stdout


def test_many_events_are_sent_in_batches(town: Town, tmp_path: Path) -> None:
    file = write(tmp_path, *(line(number) for number in range(2_001)))
    assert town.ofone("events", "send", file).exit_code == 0
    assert [len(call.events) for call in town.profile.calls] == [1_000, 1_000, 1]


def test_refused_lines_are_named_and_the_others_are_stored(town: Town, tmp_path: Path) -> None:
    file = write(
        tmp_path,
        line(1),
        "{not json",
        line(3, quantity=101),
        '{"source": "till", "tipe": "purchase", "occurred_at": "yesterday"}',
        line(5),
    )
    result = town.ofone("events", "send", file)
    assert result.exit_code == 1
    assert "2 stored, 0 known before, 3 refused." in result.stdout
    shown = words(result.stderr)
    assert "2 NOT_JSON Expecting property name" in shown
    assert "3 TOO_LARGE lines[0].quantity must be at most 100" in shown
    assert "4 UNKNOWN_FIELD tipe is not a field; did you mean type?" in shown
    assert "4 NOT_A_TIME occurred_at must be a time such as" in shown


def test_refused_lines_are_listed_in_the_order_of_the_file_for_programs(
    town: Town, tmp_path: Path
) -> None:
    file = write(tmp_path, line(1, quantity=101), "{")
    answer = json.loads(town.ofone("events", "send", file, "--json").stdout)
    assert [each["line"] for each in answer["refused"]] == [1, 2]
    assert answer["stored"] == 0


def test_events_without_a_source_take_the_given_one(town: Town, tmp_path: Path) -> None:
    file = write(tmp_path, '{"event_id": "e1"}', '{"event_id": "e2", "source": "web"}')
    town.ofone("events", "send", file, "--source", "import")
    assert set(town.profile.stored) == {("import", "e1"), ("web", "e2")}


def test_a_file_that_is_not_there_is_wrong_usage(town: Town) -> None:
    assert town.ofone("events", "send", "nowhere.jsonl").exit_code == 2


def test_a_service_that_is_away_stops_the_sending_with_a_hint(town: Town, tmp_path: Path) -> None:
    file = write(tmp_path, line(1))
    result = town.ofone("--profile", "127.0.0.1:1", "events", "send", file)
    assert result.exit_code == 1
    assert "sending the file again is harmless" in words(result.stderr)
    assert "Is the service running" in words(result.stderr)


def test_a_purchase_is_recorded_in_one_line(town: Town) -> None:
    town.embedding.items["items/tea"] = Item(name="items/tea", display_name="Green tea")
    result = town.ofone("events", "buy", "anna", "tea:2", "a:b", "--time", "2026-03-31T12:30")
    assert result.exit_code == 0
    assert "customers/anna bought 2 x" in result.output
    (event,) = town.profile.stored.values()
    assert (event.customer, event.source, event.channel) == ("customers/anna", "console", "store")
    assert [(each.item, each.quantity) for each in event.lines] == [
        ("items/tea", 2),
        ("items/a:b", 1),  # what stands behind the colon is no number: it belongs to the id
    ]
    assert event.occurred_at.seconds == 1_774_960_200


def test_an_item_that_the_catalogue_does_not_name_is_pointed_out(town: Town) -> None:
    town.embedding.items["items/tea"] = Item(name="items/tea", display_name="Green tea")
    assert town.ofone("events", "buy", "anna", "tea").stderr == ""
    warning = words(town.ofone("events", "buy", "anna", "tea", "tae:x").stderr)
    assert warning == "The catalogue gives no name for items/tae:x; recorded all the same."


def test_with_a_card_every_word_is_an_item(town: Town) -> None:
    town.ofone("events", "buy", "--card", "4711", "tea", "cup")
    (event,) = town.profile.stored.values()
    assert event.identifiers[0].value == "4711"
    assert [each.item for each in event.lines] == ["items/tea", "items/cup"]


def test_a_purchase_that_is_refused_names_the_field(town: Town) -> None:
    result = town.ofone("events", "buy", "anna", "tea:1000")
    assert result.exit_code == 1
    assert "lines[0].quantity: must be at most 100 (TOO_LARGE)" in words(result.stderr)


def test_a_purchase_of_nothing_is_wrong_usage(town: Town) -> None:
    assert town.ofone("events", "buy", "anna").exit_code == 2
    assert not town.profile.calls
