"""Rules of the house that no linter knows."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAX_LINES = 400
SAYS_NOTHING = {"utils", "util", "helpers", "common", "core", "base", "misc", "manager", "types"}


def tracked(pattern: str) -> list[Path]:
    answer = subprocess.run(
        ["git", "ls-files", pattern], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / line for line in answer.stdout.splitlines() if (ROOT / line).is_file()]


def own_modules() -> list[Path]:
    return [path for path in tracked("*.py") if "gen" not in path.relative_to(ROOT).parts]


def test_no_module_passes_four_hundred_lines() -> None:
    lengths = {path: len(path.read_text().splitlines()) for path in own_modules()}
    assert lengths
    assert {str(path): n for path, n in lengths.items() if n > MAX_LINES} == {}


def test_every_module_has_a_name_that_says_something() -> None:
    names = {
        part for path in own_modules() for part in path.relative_to(ROOT).with_suffix("").parts
    }
    assert names & SAYS_NOTHING == set()


def test_everything_is_caught_in_one_place_only() -> None:
    # the error interceptor; anywhere else a defect would be swallowed
    broad = re.compile(r"^\s*except( Base)?( ?Exception)?( as \w+)?:", re.MULTILINE)
    found = [
        str(path.relative_to(ROOT))
        for path in own_modules()
        if path.is_relative_to(ROOT / "services") or path.is_relative_to(ROOT / "ml")
        if broad.search(path.read_text())
    ]
    assert len(found) <= 1, found


@pytest.mark.parametrize("folder", ["services", "ml/model"])
def test_nothing_that_serves_unpickles(folder: str) -> None:
    word = re.compile(
        r"^\s*(import|from) (pickle|cloudpickle|joblib)|allow_pickle=True", re.MULTILINE
    )
    paths = [path for path in own_modules() if path.is_relative_to(ROOT / folder)]
    found = [str(path) for path in paths if word.search(path.read_text())]
    assert found == []


def test_locks_carry_hashes_and_no_host() -> None:
    locks = tracked("requirements/*.txt")
    assert len(locks) >= 6
    for lock in locks:
        text = lock.read_text()
        assert "--hash=sha256:" in text
        assert "://" not in text, lock
        pins = re.findall(r"^[a-z0-9][\w.-]*(?:\[.*?\])?==", text, re.MULTILINE)
        assert len(pins) == len(re.findall(r"^[a-z0-9]", text, re.MULTILINE)), lock
