"""Findings lie side by side, and what hinders the writing is a sentence."""

import json
from pathlib import Path

import pytest

from ml.evaluation.intervals import Estimate
from ml.training.judging.findings import ResultsError, intervals, write_findings


def scribble(path: Path) -> None:
    path.write_bytes(b"a picture")


def test_a_document_a_page_and_a_picture_lie_side_by_side(tmp_path: Path) -> None:
    figures = {"gain": intervals({"recall@10": Estimate(0.2, 0.1, 0.3)})}

    files = write_findings(tmp_path / "new", "tea", document=figures, page="# Tea\n", draw=scribble)

    assert json.loads(files.document.read_text()) == {"gain": {"recall@10": [0.2, 0.1, 0.3]}}
    assert files.page.read_text() == "# Tea\n"
    assert [each.read_bytes() for each in files.pictures] == [b"a picture"]
    folder = tmp_path / "new"
    assert files.told == f"written to {folder}/tea.json, {folder}/tea.md and {folder}/tea.png"


def test_without_a_picture_two_files_are_told(tmp_path: Path) -> None:
    files = write_findings(tmp_path, "tea", document={}, page="")

    assert files.told == f"written to {tmp_path}/tea.json and {tmp_path}/tea.md"
    assert {each.name for each in tmp_path.iterdir()} == {"tea.json", "tea.md"}


def test_what_is_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(ResultsError, match="file: the results cannot be written: File exists"):
        write_findings(tmp_path / "file", "tea", document={}, page="")
