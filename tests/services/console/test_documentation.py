import re
from pathlib import Path

import pytest

from tests.services.console.conftest import Town

DOCS = Path(__file__).parents[3] / "docs"


def shown_on(page: str) -> list[str]:
    """Return the commands that a page shows."""
    text = (DOCS / page).read_text(encoding="utf-8")
    return re.findall(r"^\$ ofone (.+)$", text, flags=re.MULTILINE)


SHOWN = shown_on("console.md")


@pytest.mark.parametrize("line", [*SHOWN, *shown_on("questions.md"), *shown_on("privacy.md")])
def test_every_command_of_the_page_exists_with_its_options(town: Town, line: str) -> None:
    words = line.split()
    path = (
        words[:2] if words[0] in ("events", "offer", "items", "persona", "question") else words[:1]
    )
    result = town.ofone(*path, "--help")
    assert result.exit_code == 0
    options = [word for word in words if word.startswith("--")]
    assert [option for option in options if option not in result.output] == []


def test_every_command_is_on_the_page(town: Town) -> None:
    shown = {line.split()[0] for line in SHOWN}
    commands = set(re.findall(r"^│ ([a-z]+) ", town.ofone("--help").output, flags=re.MULTILINE))
    assert commands == shown
