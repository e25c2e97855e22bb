"""The walk from a raw export to a promoted model, as its page shows it."""

import csv
import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ml.__main__ import app
from tests.ml.training.conftest import MLFLOW_WARNS

pytestmark = [
    MLFLOW_WARNS,
    pytest.mark.filterwarnings("ignore:Matplotlib is building the font cache"),
]

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "retraining.md"

CUSTOMERS = 90
VISITS = 22
EVERY_DAYS = 9
HALF = 8
"""Everybody buys eight things on one visit and eight others on the next, by turns: what somebody
bought most says nothing of what comes, and who bought last time says all."""

OTHER = "[learning]\nseed = 1\n[learning.factors]\nfactors = 16\n"


def write_export(path: Path) -> None:
    """Write what the page calls an export."""
    with path.open("w", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["card", "receipt", "article", "day", "count", "price", "text"])
        for customer in range(CUSTOMERS):
            start = date(2026, 1, 1) + timedelta(days=customer % EVERY_DAYS)
            for visit in range(VISITS):
                day = start + timedelta(days=EVERY_DAYS * visit)
                first = (customer % 5) * 2 * HALF + (visit % 2) * HALF
                for article in range(first, first + HALF):
                    price = f"{1 + article % 7}.50"
                    row = (f"card-{customer}", f"r-{customer}-{visit}", f"a{article:03d}", day)
                    lines.writerow([*row, 1, price, f"Article {article}"])


def blocks(kind: str) -> list[str]:
    """Return the boxes of a kind on the page, in order."""
    return re.findall(rf"^```{kind}\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)


def commands() -> list[list[str]]:
    """Return the words behind `python -m ml` of every command that the page has run."""
    found = []
    for line in "".join(blocks("sh")).splitlines():
        python, m, ml, *words = re.findall(r'"[^"]*"|\S+', line)
        assert (python, m, ml) == (".venv/bin/python", "-m", "ml"), line
        found.append([word.strip('"') for word in words])
    return found


def test_the_page_leads_from_an_export_to_a_champion_and_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_export(tmp_path / "export.csv")
    mapping, _ = blocks("toml")
    (tmp_path / "columns.toml").write_text(mapping)
    (tmp_path / "other.toml").write_text(OTHER)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    told = ""
    for words in commands():
        answer = CliRunner().invoke(app, words)
        assert answer.exit_code == 0, f"{words}\n{answer.output}"
        told += answer.output

    assert "ofone version 2" in told
    assert told.count("REFUSED") == 0
    assert "the champion of ofone is version 1 again, was 2" in told
    assert (tmp_path / "build" / "model" / "current").is_symlink()


def test_every_line_of_the_gate_is_on_the_page() -> None:
    names = (ROOT / "ml" / "training" / "gate" / "lines.py").read_text()
    lines = set(re.findall(r'Line\("([\w -]+)"', names)) | {"known baskets", "price tier"}
    text = PAGE.read_text()

    assert lines >= {"overall", "calibration", "fold-in", "answer time", "index"}
    assert {each for each in lines if each not in text} == set()
