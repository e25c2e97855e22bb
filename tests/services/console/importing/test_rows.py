"""Lines of files of every form."""

import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from services.console.importing.mapping import ImportMapping, MappingError
from services.console.importing.rows import Row, open_rows

MAPPING = ImportMapping("m", "events", "content", columns={"item": "a", "store": "b"})


def rows(path: Path, mapping: ImportMapping = MAPPING) -> list[Row]:
    with open_rows(path, mapping) as found:
        return list(found)


def written(folder: Path, name: str, content: bytes) -> Path:
    (folder / name).write_bytes(content)
    return folder / name


def test_a_line_of_a_csv_is_called_by_where_it_begins(tmp_path: Path) -> None:
    content = '\ufeffa,b\n1,x\n\n2,"two\nlines"\n3,z\n'.encode()
    found = rows(written(tmp_path, "f.csv", content))
    assert [(each.line, dict(each.cells)) for each in found] == [
        (2, {"a": "1", "b": "x"}),
        (4, {"a": "2", "b": "two\nlines"}),
        (6, {"a": "3", "b": "z"}),
    ]


def test_a_broken_line_is_named_and_the_next_is_read(tmp_path: Path) -> None:
    found = rows(written(tmp_path, "f.csv", b"a,b\n1\n2,\xff\n3,z\n"))
    rules = [each.mistake.rule if each.mistake else "" for each in found]
    assert rules == ["WRONG_FIELD_COUNT", "WRONG_ENCODING", ""]
    assert found[1].cells == {"text": "2,\N{REPLACEMENT CHARACTER}"}


def test_a_csv_may_have_another_delimiter_and_encoding(tmp_path: Path) -> None:
    other = ImportMapping("m", "events", "content", delimiter=";", encoding="cp1252")
    (found,) = rows(written(tmp_path, "f.csv", "a;b\n1;Käse\n".encode("cp1252")), other)
    assert found.cells == {"a": "1", "b": "Käse"}
    (tabbed,) = rows(written(tmp_path, "f.tsv", b"a\tb\n1\t2\n"))
    assert tabbed.cells == {"a": "1", "b": "2"}


def test_json_lines_are_objects(tmp_path: Path) -> None:
    found = rows(written(tmp_path, "f.jsonl", b'{"a": 1}\n\n[1]\n{"a": \n'))
    assert [(each.line, each.mistake and each.mistake.rule) for each in found] == [
        (1, None),
        (3, "NOT_AN_OBJECT"),
        (4, "NOT_JSON"),
    ]


def test_parquet_gives_its_own_values_of_the_wanted_columns(tmp_path: Path) -> None:
    moment = datetime(2026, 3, 31, 12, tzinfo=UTC)
    table = pa.table({"a": [1, None], "b": [moment, None], "c": [date(2026, 1, 1)] * 2})
    parquet.write_table(table, tmp_path / "f.parquet")
    found = rows(tmp_path / "f.parquet")
    assert [(each.line, dict(each.cells)) for each in found] == [
        (1, {"a": 1, "b": moment}),
        (2, {"a": None, "b": None}),
    ]


def test_without_pyarrow_parquet_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MappingError, match=r"install ofone\[console-parquet\], or write a CSV"):
        rows(written(tmp_path, "f.parquet", b""))


@pytest.mark.parametrize(
    ("name", "content", "mistake"),
    [
        ("f.csv", b"a,c\n", "has no column b; it has a, c"),
        ("f.csv", b"", "has no column a, b"),
        ("f.csv", b"a,b,a\n", "has two columns a"),
        ("f.xlsx", b"", ".xlsx is none of"),
        ("f.parquet", b"not parquet", "cannot be read as Parquet"),
    ],
)
def test_a_file_that_is_not_as_the_mapping_says_is_refused_whole(
    tmp_path: Path, name: str, content: bytes, mistake: str
) -> None:
    with pytest.raises(MappingError) as refused:
        rows(written(tmp_path, name, content))
    assert mistake in str(refused.value)


def test_an_encoding_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="klingon is not known"):
        rows(
            written(tmp_path, "f.csv", b"a,b\n"),
            ImportMapping("m", "events", "content", encoding="klingon"),
        )


@pytest.mark.parametrize("name", ["f.csv", "f.jsonl", "f.parquet"])
def test_a_file_is_read_no_further_than_it_is_asked(tmp_path: Path, name: str) -> None:
    count = 200_000
    path = tmp_path / name
    if name == "f.parquet":
        table = pa.table({"a": list(range(count)), "b": ["x"] * count})
        parquet.write_table(table, path, row_group_size=10_000)
    else:
        header, line = ("a,b\n", "1,x\n") if name == "f.csv" else ("", '{"a": 1, "b": "x"}\n')
        path.write_text(header + line * count)
    read: list[int] = []
    with open_rows(path, MAPPING, on_read=read.append) as found:
        first = [next(found) for _ in range(1_001)]
        assert len(first) == 1_001
        assert 0 < sum(read) < path.stat().st_size / 4
        assert sum(1 for _ in found) == count - 1_001
    assert abs(sum(read) - path.stat().st_size) <= path.stat().st_size * 0.01
