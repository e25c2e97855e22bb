"""A run knows its code: all of ``ml``, committed or not, and nothing besides."""

import subprocess
from pathlib import Path

import pytest

import ml.model.ranker
import ml.training.learning
from ml.training.versions.provenance import CODE, code_digest, code_version


@pytest.fixture
def code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a package of code in a repository, in place of our own."""
    folder = tmp_path / "repository" / "ml"
    (folder / "model").mkdir(parents=True)
    (folder / "model" / "ranker.py").write_text("TREES = 200\n")
    (tmp_path / "repository" / "README.md").write_text("Hello.\n")
    monkeypatch.setattr("ml.training.versions.provenance.CODE", folder)
    monkeypatch.delenv("OFONE_CODE_VERSION", raising=False)
    return folder


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=tester", "-c", "user.email=tester@example.com")
    answer = subprocess.run(
        ["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    return answer.stdout.strip()


def test_the_code_is_model_and_training_alike() -> None:
    for module in (ml.model.ranker, ml.training.learning):
        assert CODE in Path(str(module.__file__)).parents
    assert (CODE / "__main__.py").is_file()


def test_any_change_of_the_code_is_another_digest(code: Path) -> None:
    before = code_digest()
    (code / "model" / "ranker.py").write_text("TREES = 201\n")
    changed = code_digest()
    (code / "model" / "ranker.py").rename(code / "model" / "trees.py")
    (code.parent / "README.md").write_text("Hello again.\n")

    assert len({before, changed, code_digest()}) == 3


def test_what_is_not_code_is_no_part_of_the_digest(code: Path) -> None:
    before = code_digest()
    (code.parent / "README.md").write_text("Hello again.\n")
    (code / "notes.txt").write_text("Not code.\n")

    assert code_digest() == before


def test_the_version_is_the_commit_and_says_when_the_code_differs_from_it(code: Path) -> None:
    git(code.parent, "init", "--quiet")
    git(code.parent, "add", ".")
    git(code.parent, "commit", "--quiet", "--message", "first")
    commit = git(code.parent, "rev-parse", "HEAD")

    assert code_version() == commit
    (code.parent / "README.md").write_text("Hello again.\n")
    assert code_version() == commit
    (code / "model" / "ranker.py").write_text("TREES = 201\n")
    assert code_version() == f"{commit}+changes"


def test_an_image_is_told_its_version(code: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OFONE_CODE_VERSION", "1f2e3d")

    assert code_version() == "1f2e3d"
    assert code.is_dir()
