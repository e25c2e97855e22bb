"""The checks of the contracts refuse what they are there for."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BUF = ROOT / "node_modules" / ".bin" / "buf"
needs_buf = pytest.mark.skipif(not BUF.exists(), reason="buf is missing: run npm install --no-save")


@pytest.fixture
def contracts(tmp_path: Path) -> Path:
    """A copy of the contracts, under version control of its own, that a test may spoil."""
    shutil.copytree(ROOT / "protos", tmp_path / "protos")
    shutil.copy(ROOT / "buf.yaml", tmp_path)
    for command in (
        ["init", "-q"],
        ["add", "."],
        ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "as they stand"],
    ):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    return tmp_path


def buf(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(BUF), *arguments], cwd=folder, capture_output=True, text=True, check=False
    )


def spoil(folder: Path, old: str, new: str) -> None:
    file = folder / "protos" / "ofone" / "profile" / "v1" / "event.proto"
    text = file.read_text()
    assert text.count(old) == 1
    file.write_text(text.replace(old, new))


@needs_buf
def test_the_contracts_pass_the_lint_and_break_nobody(contracts: Path) -> None:
    assert buf(contracts, "lint").stdout == ""
    assert buf(contracts, "breaking", "--against", ".git").returncode == 0


@needs_buf
def test_a_field_without_a_comment_is_refused(contracts: Path) -> None:
    spoil(contracts, "  // The store's id; at most 64 characters.\n", "")
    answer = buf(contracts, "lint")
    assert answer.returncode != 0
    assert "store" in answer.stdout


@needs_buf
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("  string store = 8;\n", ""),
        ("  string store = 8;", "  int64 store = 8;"),
        ("  string store = 8;", "  string store = 80;"),
        ("  EVENT_TYPE_VISIT = 6;", "  EVENT_TYPE_CALL = 6;"),
    ],
    ids=["a field removed", "a type changed", "a number changed", "a value renamed"],
)
def test_a_change_that_breaks_callers_is_refused(contracts: Path, old: str, new: str) -> None:
    spoil(contracts, old, new)
    assert buf(contracts, "breaking", "--against", ".git").returncode != 0


def test_generated_code_that_does_not_follow_from_the_contracts_is_named(contracts: Path) -> None:
    command = [sys.executable, str(contracts / "protos" / "generate.py"), "--check"]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0

    spoil(contracts, "  string store = 8;", "  string shop = 8;")
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 1
    assert "protos/gen/ofone/profile/v1/event_pb2.py" in answer.stderr
