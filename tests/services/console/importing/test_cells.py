"""Cells say nothing, or exactly what they say."""

import pytest

from services.console.importing.cells import text_of
from services.console.importing.mapping import ImportMapping

MAPPING = ImportMapping("m", "events", "content", columns={"item": "a"})


@pytest.mark.parametrize("cell", [None, "", "  ", float("nan")])
def test_a_cell_that_holds_nothing_is_left_out(cell: object) -> None:
    assert text_of(cell, "item", MAPPING) == ""


@pytest.mark.parametrize(
    ("cell", "text"),
    [(" tea ", "tea"), (4711.0, "4711"), (0.5, "0.5"), (True, "true"), (0, "0")],
)
def test_a_cell_is_written_as_people_would_write_it(cell: object, text: str) -> None:
    assert text_of(cell, "item", MAPPING) == text
