"""A mapping file says which column is which, and what is wrong with itself."""

from pathlib import Path

import pytest

from ml.dataset.mapping import MappingError, fitting_mapping, load_mapping, shipped_mappings
from ml.dataset.raw_lines import RawFileError, read_lines
from tests.ml.dataset.corner_shop import write_text

COLUMNS = '[columns]\ncustomer = "c"\nbasket = "b"\nitem = "i"\noccurred_at = "t"\n'


def test_the_example_of_the_docs_is_a_mapping(tmp_path: Path) -> None:
    text = (
        'name = "Shop"\ndelimiter = ";"\nencoding = "latin-1"\n'
        + COLUMNS
        + '[dates]\nformats = ["%Y"]\ntimezone = "Europe/Paris"\n'
        + '[refuse]\nanonymous_customers = ["0"]\nitems = ["POST"]\n'
    )

    mapping = load_mapping(write_text(tmp_path / "shop.toml", text))

    assert mapping.columns == {"customer": "c", "basket": "b", "item": "i", "occurred_at": "t"}
    assert (mapping.delimiter, mapping.encoding) == (";", "latin-1")
    assert (mapping.date_formats, mapping.timezone) == (("%Y",), "Europe/Paris")
    assert mapping.anonymous_customers == frozenset({"0"})
    assert mapping.refused_items == frozenset({"POST"})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name = ", "is not TOML"),
        (COLUMNS, "name: is missing"),
        ('name = "x"\ndelimiter = "||"\n' + COLUMNS, "delimiter: must be one character"),
        ("name = 7\n" + COLUMNS, "name: must be a non-empty string"),
        ('name = "x"\n[columns]\ncustomer = "c"\n', "columns.basket: is missing"),
        ('name = "x"\n' + COLUMNS + 'colour = "z"\n', "columns.colour: is not one of customer"),
        ('name = "x"\n' + COLUMNS + "quantity = 3\n", "columns.quantity: must be a non-empty"),
        ('name = "x"\nnote = "z"\n' + COLUMNS, "note: is not a key of a mapping"),
        ('name = "x"\ndates = 3\n' + COLUMNS, "dates: must be a table"),
        ('name = "x"\n' + COLUMNS + '[dates]\nzone = "z"\n', "dates.zone: is not a key"),
        ('name = "x"\n' + COLUMNS + '[dates]\nformats = "z"\n', "dates.formats: must be a list"),
        (
            'name = "x"\n' + COLUMNS + '[dates]\ntimezone = "Mars/Olympus"\n',
            "dates.timezone: 'Mars/Olympus' is not a time zone known here",
        ),
        ('name = "x"\n' + COLUMNS + "[refuse]\nitems = [1]\n", "refuse.items: must be a list"),
    ],
)
def test_what_is_wrong_in_a_mapping_is_said(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(MappingError) as caught:
        load_mapping(write_text(tmp_path / "shop.toml", text))

    assert f"shop.toml: {message}" in str(caught.value)


def test_a_mapping_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match=r"none\.toml: cannot be read"):
        load_mapping(tmp_path / "none.toml")


def test_every_shipped_mapping_is_found_by_its_own_columns() -> None:
    shipped = shipped_mappings()

    assert len(shipped) == 3
    for mapping in shipped:
        assert fitting_mapping([*mapping.columns.values(), "further"]) == mapping


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("raw.xlsx", b"x", "is none of .csv, .parquet, .jsonl"),
        ("raw.csv", b"", "cannot be read"),
        ("raw.csv", b"a,a\n1,2\n", "two columns have the same name"),
        ("raw.parquet", b"PAR1", "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(content)

    with pytest.raises(RawFileError, match=message):
        read_lines(tmp_path / name)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(RawFileError, match=r"raw\.csv: there is no such file"):
        read_lines(tmp_path / "raw.csv")


def test_quotes_commas_line_breaks_and_a_byte_order_mark_are_read_as_meant(tmp_path: Path) -> None:
    (tmp_path / "raw.csv").write_bytes('\ufeff"a","b"\r\n"1, 2","x\ny ""z"""\r\n'.encode())

    lines = read_lines(tmp_path / "raw.csv")

    assert lines.values.to_dict("list") == {"a": ["1, 2"], "b": ['x\ny "z"']}


def test_a_decimal_that_is_neither_point_nor_comma_is_refused(tmp_path: Path) -> None:
    columns = 'customer = "c"\nbasket = "b"\nitem = "i"\noccurred_at = "t"\n'
    (tmp_path / "odd.toml").write_text(f'name = "x"\ndecimal = ";"\n[columns]\n{columns}')
    (tmp_path / "comma.toml").write_text(f'name = "x"\ndecimal = ","\n[columns]\n{columns}')

    assert load_mapping(tmp_path / "comma.toml").decimal == ","
    with pytest.raises(MappingError, match="decimal: must be one of"):
        load_mapping(tmp_path / "odd.toml")
