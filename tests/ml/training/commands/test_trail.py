"""The trail tells what happened, also where nobody was left to tell it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ml.training.commands.trail import TRAIL_DOCUMENT, TRAIL_PAGE, Clock, Outcome, Trail


@pytest.fixture
def clock() -> Clock:
    times: Iterator[datetime] = (
        datetime(2026, 1, 1, 2, 30, tzinfo=UTC) + timedelta(minutes=place) for place in range(99)
    )
    return lambda: next(times)


def silent(_: str) -> None:
    pass


def test_every_step_is_told_with_its_times_and_sentences(tmp_path: Path, clock: Clock) -> None:
    said: list[str] = []
    trail = Trail(tmp_path, "A night", clock=clock)

    with trail.step("import", said.append) as told:
        told("three customers")

    assert said == ["three customers"]
    assert trail.outcome is Outcome.DONE
    page = (tmp_path / TRAIL_PAGE).read_text()
    assert page.startswith("# A night: done\n")
    assert "From 2026-01-01T02:30:00+00:00 to 2026-01-01T02:31:00+00:00." in page
    assert json.loads((tmp_path / TRAIL_DOCUMENT).read_text())["steps"] == [
        {
            "name": "import",
            "began": "2026-01-01T02:30:00+00:00",
            "outcome": "done",
            "ended": "2026-01-01T02:31:00+00:00",
            "sentences": ["three customers"],
        }
    ]


def test_a_night_that_is_killed_shows_the_step_it_died_in(tmp_path: Path, clock: Clock) -> None:
    trail = Trail(tmp_path, "A night", clock=clock)

    with trail.step("train", silent):
        page = (tmp_path / TRAIL_PAGE).read_text()

    assert "## train: begun" in page
    assert "to an end nobody saw" in page


def test_a_step_that_raises_has_failed_and_its_reason_is_added(
    tmp_path: Path, clock: Clock
) -> None:
    trail = Trail(tmp_path, "A night", clock=clock)

    with pytest.raises(OSError, match="full"), trail.step("import", silent):
        raise OSError("the disk is full")
    trail.explain("the disk is full")

    assert trail.outcome is Outcome.FAILED
    assert "the disk is full" in (tmp_path / TRAIL_PAGE).read_text()


def test_a_refusal_is_no_failure(tmp_path: Path, clock: Clock) -> None:
    trail = Trail(tmp_path, "A night", clock=clock)

    with trail.step("gate", silent):
        trail.refuse()

    assert trail.outcome is Outcome.REFUSED
    assert (tmp_path / TRAIL_PAGE).read_text().startswith("# A night: refused\n")
