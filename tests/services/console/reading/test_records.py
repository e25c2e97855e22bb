import pytest

from services.console.reading.records import json_lines, yaml_records


def test_blank_lines_are_passed_over_and_lines_keep_their_number() -> None:
    records = list(json_lines([b"\n", b'{"a": 1}\n', b"  \n", b"[2]"]))
    assert [(record.line, record.value) for record in records] == [(2, {"a": 1}), (4, [2])]


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        (b"{", "NOT_JSON"),
        (b'{"a": 1, "a": 2}', "NOT_JSON"),
        (b'"\xff"', "NOT_UTF8"),
        (b"[" * 100_000, "NOT_JSON"),
        (b'"' + b"x" * 5_000_000 + b'"', "NOT_JSON"),
    ],
)
def test_a_line_that_cannot_be_read_says_why(line: bytes, rule: str) -> None:
    (record,) = json_lines([line])
    assert record.mistake is not None
    assert record.mistake.rule == rule


def test_yaml_records_know_the_line_of_each_field() -> None:
    first, second = yaml_records("a: 1\nb:\n  - c: 2\n---\n- a: 3\n")
    assert first.value == {"a": 1, "b": [{"c": 2}]}
    assert (first.line_of("b"), first.line_of("b[0].c"), first.line_of("b[0].unknown")) == (2, 3, 3)
    assert (second.line, second.value) == (5, {"a": 3})


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\nb: [\n", 3),
        ("a: 1\nb: 2\na: 3\n", 3),
        ("a: *unknown\n", 1),
        ("a: !!python/object:os.system x\n", 1),
        ("a: &x [*x]\n", 1),
        ("a: 2026-02-30\n", 1),
    ],
)
def test_yaml_that_cannot_be_read_is_named_by_its_line(text: str, line: int) -> None:
    *_, record = yaml_records(text)
    assert record.mistake is not None
    assert record.line == line


def test_bytes_that_are_no_text_are_no_yaml() -> None:
    (record,) = yaml_records(b"a: \xff\xfe\n")
    assert record.mistake is not None
    assert record.mistake.rule == "NOT_YAML"
