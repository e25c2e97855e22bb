"""The table of signs says what is wrong with it, and is the same after writing and reading."""

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from ml.model.life_stages.sign_file import (
    SHIPPED,
    SignTableError,
    read_sign_table,
    sign_table,
    sign_text,
)
from ml.model.life_stages.signs import SignTable

TABLE = """
[usual.category.Lamps]
rate = 0.01
shape = 0.3

[[stages]]
name = "new_home"
display_name = "A new home"
sensitive = false
per_year = 0.06
lasts_months = 9
[[stages.signs]]
category = "Lamps"
ratio = 8.0
"""


def test_the_shipped_table_has_the_four_stages_and_the_sensitive_ones_are_marked() -> None:
    table = read_sign_table(SHIPPED)

    names = [stage.name for stage in table.stages]
    assert names == ["expecting", "new_home", "children_growing", "leaving_work"]
    assert table.sensitive == {"expecting", "leaving_work"}


def test_what_is_written_is_read_again() -> None:
    table = read_sign_table(SHIPPED)

    text = sign_text(table, note="From the test.")

    assert text.startswith("# From the test.\n")
    assert sign_table(tomllib.loads(text)) == table


def test_how_odds_are_told_is_written_and_read_again() -> None:
    table = read_sign_table(SHIPPED)
    told = [replace(each, odds_factor=0.5, odds_power=1.25) for each in table.stages]

    text = sign_text(SignTable(tuple(told)), note="From the test.")

    assert sign_table(tomllib.loads(text)).stages == tuple(told)


def test_what_is_left_out_has_its_default() -> None:
    (stage,) = sign_table(tomllib.loads(TABLE)).stages

    assert stage.trust == stage.odds_factor == stage.odds_power == 1.0
    assert stage.half_life_months == float("inf")
    assert stage.signs[0].seen_in == 0.8
    assert stage.signs[0].before == 1.0


@pytest.mark.parametrize(
    ("found", "instead", "problem"),
    [
        ("ratio = 8.0", "ratio = 0", r"stages\[0\].signs\[0\].ratio: must be a number from 0.001"),
        ("ratio = 8.0", "ratio = true", r"ratio: must be a number .* is True"),
        ('category = "Lamps"', 'category = "Lamp"', "usual.category says nothing of Lamp"),
        ('name = "new_home"', 'name = "New home"', "name: must be lower-case letters"),
        ("sensitive = false", "", "sensitive: must be true or false, is None"),
        ("sensitive = false", "sensitive = 0", "sensitive: must be true or false, is 0"),
        ("rate = 0.01", "rate = 1.0", "usual.category.Lamps.rate: must be a number"),
        ("per_year", "per_month", r"stages\[0\].per_month: is not known"),
        ("shape = 0.3", "shape = 0.3\nseasons = [1.0]", "seasons: must be 12 numbers"),
        ("[[stages.signs]]", "[[stages.hints]]", r"stages\[0\].signs: must name at least one"),
        ("lasts_months = 9", "lasts_months = 25", "lasts_months: must be a number from 1 to 24"),
    ],
)
def test_a_mistake_is_told_with_its_place(found: str, instead: str, problem: str) -> None:
    with pytest.raises(SignTableError, match=problem):
        sign_table(tomllib.loads(TABLE.replace(found, instead, 1)))


def test_a_stage_that_is_there_twice_is_refused() -> None:
    stages = TABLE[TABLE.index("[[stages]]") :]

    with pytest.raises(SignTableError, match="new_home is there twice"):
        sign_table(tomllib.loads(TABLE + stages))


@pytest.mark.parametrize(
    ("content", "problem"),
    [(None, "cannot be read"), ("[[", "is not TOML"), ("a = 1", "a: is not")],
)
def test_a_file_that_cannot_be_used_is_told_by_name(
    tmp_path: Path, content: str | None, problem: str
) -> None:
    file = tmp_path / "signs.toml"
    if content is not None:
        file.write_text(content)

    with pytest.raises(SignTableError, match=f"signs.toml: {problem}"):
        read_sign_table(file)
