"""Exports as they come: other encodings, marks, quotes, long numbers, times before time."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest

from ml.dataset.mapping import ColumnMapping
from ml.dataset.raw_import import RawImport, RawImportError, import_raw
from tests.ml.dataset.corner_shop import write_text

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
COLUMNS = {"customer": "c", "basket": "b", "item": "i", "occurred_at": "t"}
PLAIN = ColumnMapping("x", COLUMNS)


def mapped(*, encoding: str = "utf-8", timezone: str = "UTC", **more: str) -> ColumnMapping:
    """Return the mapping of these tests; ``more`` are further columns."""
    return ColumnMapping("x", COLUMNS | more, encoding=encoding, timezone=timezone)


def told(result: RawImport, *columns: str) -> list[list[object]]:
    """Return columns of the purchases."""
    rows: list[list[object]] = result.dataset.interactions[list(columns)].values.tolist()
    return rows


def parquet(path: Path, **columns: pa.Array) -> Path:
    """Write one line for each value of ``columns``; what is not given is the same on all."""
    count = len(next(iter(columns.values())))
    given = {"c": ["ann"], "b": ["1"], "i": ["tea"], "t": ["2026-01-01"]}
    table = pa.table({name: value * count for name, value in given.items()} | columns)
    pyarrow.parquet.write_table(table, path)
    return path


def test_iso_times_without_a_zone_are_of_the_zone_of_the_mapping(tmp_path: Path) -> None:
    times = ["2026-06-01 10:00", "2026-06-01T10:00:00+02:00", "2026-06-01T08:00:00Z", "2026-06-01"]
    lines = [f"ann,{number},tea,{time}" for number, time in enumerate(times)]
    path = write_text(tmp_path / "raw.csv", "\n".join(["c,b,i,t", *lines]) + "\n")

    bought = import_raw(path, now=NOW, mapping=mapped(timezone="Europe/Berlin")).dataset

    placed = bought.interactions.set_index("basket_id")["occurred_at"]
    assert {placed[each] for each in "012"} == {pd.Timestamp("2026-06-01 08:00", tz="UTC")}
    assert placed["3"] == pd.Timestamp("2026-05-31 22:00", tz="UTC")


@pytest.mark.parametrize("time", ["0001-01-01", "1900-01-01", "1970-01-01 00:00"])
def test_times_that_say_not_known_are_refused(tmp_path: Path, time: str) -> None:
    path = write_text(tmp_path / "raw.csv", f"c,b,i,t\nann,1,tea,{time}\nann,2,tea,1970-01-02\n")

    result = import_raw(path, now=NOW, mapping=mapped(timezone="Europe/Berlin"))

    assert told(result, "basket_id") == [["2"]]
    assert result.refused_counts == {"too_early": 1}


LONG = (9_007_199_254_740_993, 9_007_199_254_740_992)
"""Two card numbers that are one number to a float."""


def test_long_numbers_stay_apart_in_json_lines_where_others_have_none(tmp_path: Path) -> None:
    lines = [{"c": card, "b": 1, "i": "tea", "t": "2026-01-01"} for card in LONG]
    lines.append({"b": 1, "i": "tea", "t": "2026-01-01"})
    path = write_text(tmp_path / "raw.jsonl", "\n".join(map(json.dumps, lines)))

    result = import_raw(path, now=NOW, mapping=PLAIN)

    assert told(result, "customer_id") == [[str(LONG[1])], [str(LONG[0])]]
    assert result.refused_counts == {"no_customer": 1}


def test_long_numbers_stay_apart_in_parquet_where_others_are_null(tmp_path: Path) -> None:
    path = parquet(tmp_path / "raw.parquet", c=pa.array([*LONG, None], pa.int64()))

    result = import_raw(path, now=NOW, mapping=PLAIN)

    assert told(result, "customer_id") == [[str(LONG[1])], [str(LONG[0])]]
    assert result.refused_counts == {"no_customer": 1}


@pytest.mark.parametrize("kind", [pa.string(), pa.binary()])
def test_bytes_of_parquet_are_read_as_text_or_refused(tmp_path: Path, kind: pa.DataType) -> None:
    raw = pa.array([b"ann", b"b\xa3b", b"cid", None])
    cards = pa.Array.from_buffers(kind, len(raw), raw.buffers())

    result = import_raw(parquet(tmp_path / "raw.parquet", c=cards), now=NOW, mapping=PLAIN)

    assert told(result, "customer_id") == [["ann"], ["cid"]]
    assert result.refused_counts == {"misencoded": 1, "no_customer": 1}
    assert result.refused["line_number"].tolist() == [2, 4]


@pytest.mark.parametrize("kind", [pa.binary(), pa.binary(2)])
def test_bytes_in_a_column_that_nobody_asked_for_refuse_no_line(
    tmp_path: Path, kind: pa.DataType
) -> None:
    sketches = pa.array([b"\xa3\xff", b"ab", None], kind)
    times = pa.array(["2026-01-01", "never", "2026-01-02"])

    result = import_raw(
        parquet(tmp_path / "raw.parquet", sketch=sketches, t=times, b=pa.array(["1", "2", "3"])),
        now=NOW,
        mapping=PLAIN,
    )

    assert told(result, "basket_id") == [["1"], ["3"]]
    assert json.loads(result.refused["original"][0])["sketch"] == "ab"


def test_bytes_that_another_encoding_does_not_know_are_refused_line_by_line(
    tmp_path: Path,
) -> None:
    path = tmp_path / "raw.csv"
    path.write_bytes(b"c,b,i,t\nann,1,t\x81,2026-01-01\nann,2,caf\xe9,2026-01-01\n")

    result = import_raw(path, now=NOW, mapping=mapped(encoding="cp1252"))

    assert told(result, "item_id") == [["café"]]
    assert result.refused_counts == {"misencoded": 1}


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "latin-1"])
def test_a_file_is_read_in_its_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "raw.csv"
    path.write_text("c,b,i,t\r\n0012,1,café,2026-01-01\r\n", encoding=encoding, newline="")

    result = import_raw(path, now=NOW, mapping=mapped(encoding=encoding))

    assert told(result, "customer_id", "item_id") == [["0012", "café"]]


def test_the_mark_of_a_json_file_is_not_part_of_its_first_line(tmp_path: Path) -> None:
    line = json.dumps({"c": "ann", "b": 1, "i": "tea", "t": "2026-01-01"})
    path = write_text(tmp_path / "raw.jsonl", f"\ufeff{line}\n")

    assert import_raw(path, now=NOW, mapping=PLAIN).refused_counts == {}


@pytest.mark.parametrize("spoilt", ['{"c": "a\\ud800", "b": 1}', "[" * 100_000])
def test_a_json_line_that_nobody_can_hold_is_refused(tmp_path: Path, spoilt: str) -> None:
    good = json.dumps({"c": "ann", "b": 1, "i": "\U0001f375", "t": "2026-01-01"})
    path = write_text(tmp_path / "raw.jsonl", f"{spoilt}\n{good}\n")

    result = import_raw(path, now=NOW, mapping=PLAIN)

    assert told(result, "item_id") == [["\U0001f375"]]
    assert result.refused[["line_number", "reason"]].values.tolist() == [[1, "malformed_line"]]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_column_whose_name_holds_the_delimiter_keeps_its_zeros(tmp_path: Path, end: str) -> None:
    path = tmp_path / "raw.csv"
    path.write_text(f'"c",b,i,t,"stores, all"{end}a,1,tea,2026-01-01,007{end}', newline="")

    result = import_raw(path, now=NOW, mapping=mapped(store="stores, all"))

    assert told(result, "store") == [["007"]]


@pytest.mark.parametrize("quantity", ["1e-50", "1000001"])
def test_a_quantity_that_no_service_takes_is_refused_and_not_the_whole_import(
    tmp_path: Path, quantity: str
) -> None:
    lines = f"c,b,i,t,q\nann,1,tea,2026-01-01,{quantity}\nann,2,tea,2026-01-01,1\n"

    result = import_raw(
        write_text(tmp_path / "raw.csv", lines), now=NOW, mapping=mapped(quantity="q")
    )

    assert told(result, "basket_id") == [["2"]]
    assert result.refused_counts == {"implausible_quantity": 1}


def test_names_are_made_to_fit_on_a_line_that_the_services_take(tmp_path: Path) -> None:
    line = {"c": "ann", "b": 1, "i": "tea", "t": "2026-01-01", "n": "Tea\r\nfine " + "x" * 10**6}
    path = write_text(tmp_path / "raw.jsonl", json.dumps(line | {"k": "k" * 500, "m": "\t"}))

    mapping = mapped(item_name="n", item_category="k", item_brand="m")
    item = import_raw(path, now=NOW, mapping=mapping).dataset.items.iloc[0]

    assert item["name"] == ("Tea fine " + "x" * 10**6)[:256]
    assert item["category"] == "k" * 128
    assert pd.isna(item["brand"])


@pytest.mark.parametrize("name", ["raw.csv", "raw.txt"])
def test_a_header_alone_is_an_export_without_lines(tmp_path: Path, name: str) -> None:
    with pytest.raises(RawImportError, match="holds no lines"):
        import_raw(write_text(tmp_path / name, "c,b,i,t\n"), now=NOW, mapping=PLAIN)
