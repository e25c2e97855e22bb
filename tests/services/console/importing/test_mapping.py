"""Mappings as people write them; every mistake is named."""

from pathlib import Path

import pytest

from services.console.importing.mapping import MappingError, load_mapping

EVENTS = """
name = "Receipts"
kind = "events"
ids = "column"
[columns]
event_id = "Receipt"
occurred_at = "Time"
[same]
source = "till"
type = "purchase"
[identifiers]
loyalty-card = "Card"
"""

FACTS = """
name = "Register"
kind = "facts"
ids = "content"
[columns]
observed_at = "asked"
customer = "who"
[same]
source = "register"
[facts]
car = { column = "has_car", kind = "flag" }
"""


def load(folder: Path, text: str) -> object:
    file = folder / "mapping.toml"
    file.write_text(text)
    return load_mapping(file)


def test_a_mapping_names_the_columns_that_are_wanted(tmp_path: Path) -> None:
    (tmp_path / "mapping.toml").write_text(FACTS)
    mapping = load_mapping(tmp_path / "mapping.toml")
    assert mapping.column_names() == ["asked", "who", "has_car"]
    assert [mapping.column_of(each) for each in ("car", "customer", "basis")] == [
        *("has_car", "who", ""),
    ]


@pytest.mark.parametrize(
    ("text", "before", "after", "mistake"),
    [
        (EVENTS, 'name = "Receipts"', "", "name: "),
        (EVENTS, 'kind = "events"', 'kind = "things"', "kind: "),
        (EVENTS, 'ids = "column"', "", "ids: "),
        (EVENTS, 'ids = "column"', 'ids = "content"', 'event_id: ids = "content" makes it'),
        (EVENTS, 'event_id = "Receipt"', "", "event_id: is missing"),
        (EVENTS, 'type = "purchase"', "", "type: is missing"),
        (EVENTS, 'type = "purchase"', 'type = "purchase"\ntipe = "x"', "tipe: is no word"),
        (EVENTS, "[same]", '[same]\nevent_id = "1"', "event_id: is in columns and in same"),
        (EVENTS, 'loyalty-card = "Card"', "", "identifiers: nothing says who it is"),
        (EVENTS, "[same]", '[values.store]\na = "b"\n[same]', "values.store: is of no column"),
        (EVENTS, "[same]", '[facts]\ncar = {column="a", kind="flag"}\n[same]', "holds none"),
        (EVENTS, "[same]", '[dates]\ntimezone = "Mars"\n[same]', "names no time zone: 'Mars'"),
        (EVENTS, 'ids = "column"', 'ids = "column"\ndelimiter = "::"', "delimiter: must be one"),
        (EVENTS, 'ids = "column"', 'ids = "column"\nspeed = 3', "speed: "),
        (EVENTS, "[same]", "[same", "is not TOML"),
        (FACTS, 'source = "register"', "", "source: is missing"),
        (FACTS, 'observed_at = "asked"', "", "observed_at: is missing"),
        (FACTS, 'kind = "flag"', 'kind = "mood"', "facts.car.kind: "),
        (FACTS, 'car = { column = "has_car", kind = "flag" }', "", "facts: names no column"),
    ],
)
def test_every_mistake_is_named(
    tmp_path: Path, text: str, before: str, after: str, mistake: str
) -> None:
    assert before in text
    with pytest.raises(MappingError) as refused:
        load(tmp_path, text.replace(before, after, 1))
    assert mistake in str(refused.value)
    assert str(tmp_path) in str(refused.value)
