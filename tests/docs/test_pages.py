"""What the pages show exists: links, make targets, commands, files, variables."""

import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", *ROOT.glob("docs/*.md"), *ROOT.glob("docs/decisions/*.md")])


def text_of(page: Path) -> str:
    return page.read_text()


@cache
def make_targets() -> set[str]:
    answer = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(re.findall(r"^  make ([a-z-]+) ", answer.stdout, re.MULTILINE))


@cache
def learning_commands() -> set[str]:
    answer = subprocess.run(
        [sys.executable, "-m", "ml", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(re.findall(r"^\W+([a-z-]+)\s\s", answer.stdout, re.MULTILINE))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", text_of(page))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_make_target_and_command_exists(page: Path) -> None:
    text = text_of(page)
    targets = set(re.findall(r"^(?:\$ )?make ([a-z-]*[a-z])", text, re.MULTILINE))
    targets |= set(re.findall(r"`make ([a-z-]*[a-z])", text))
    assert targets - make_targets() == set()

    commands = set(re.findall(r"python -m ml ([a-z-]*[a-z])", text))
    assert commands - learning_commands() == set()

    files = set(re.findall(r"`((?:services|ml|deploy|demo|tests|docs|protos)/[\w./-]+)`", text))
    assert {file for file in files if not (ROOT / file).exists()} == set()


def test_a_link_a_target_and_a_command_that_do_not_exist_are_seen(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("See [nothing](nowhere.md).\n")
    with pytest.raises(AssertionError):
        test_every_link_leads_somewhere(page)
    for wrong in ("make nothing\n", "`python -m ml nothing`\n", "`services/nothing.py`\n"):
        page.write_text(wrong)
        with pytest.raises(AssertionError):
            test_every_make_target_and_command_exists(page)


def test_every_decision_has_a_number_of_its_own() -> None:
    numbers = [page.name[:4] for page in ROOT.glob("docs/decisions/*.md")]
    assert sorted(numbers) == sorted(set(numbers))
    assert all(number.isdigit() for number in numbers)
