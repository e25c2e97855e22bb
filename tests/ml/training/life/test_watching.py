"""Customers asked about week after week are told no more than was known by then."""

from dataclasses import replace
from math import inf

import numpy as np
import pytest

from ml.model.life_stages.finding import life_stages
from ml.model.life_stages.history import Kind
from ml.model.life_stages.signs import Sign, SignTable, Stage, Usual
from ml.training.life.labelled import Life, month_at
from ml.training.life.watching import COUNTED_DAYS, SECONDS_PER_DAY, Watch, watch

LAMPS = Sign(Kind.CATEGORY, "Lamps", 10.0, Usual(0.007, 1.0))
HOME = Stage(
    "new_home",
    "A new home",
    is_sensitive=True,
    per_year=0.2,
    lasts_months=12,
    half_life_months=inf,
    trust=1.0,
    signs=(LAMPS,),
)
TABLE = SignTable((HOME,))


@pytest.fixture(scope="module")
def watched(lives: list[Life]) -> Watch:
    first = lives[0].start_seconds / SECONDS_PER_DAY
    return watch(lives[:12], TABLE, first + np.arange(180.0, 700.0, 7))


def test_each_answer_is_what_would_have_been_said_that_day(watched: Watch) -> None:
    life, moment = watched.lives[0], watched.moments[40] * SECONDS_PER_DAY

    (found,) = life_stages(
        life.history(moment), TABLE, now_month=month_at(moment), sensitive_allowed={"new_home"}
    )

    assert watched.probabilities[0, 40, 0] == found.probability


def test_the_future_changes_no_answer(lives: list[Life], watched: Watch) -> None:
    """Asked about with everything after a day cut off, all is as before until that day."""
    day = watched.moments[30]
    lines = lives[0].lines
    ends = int(np.searchsorted(lines.seconds, day * SECONDS_PER_DAY))
    known = replace(lines, seconds=lines.seconds[:ends], codes=lines.codes[:ends])
    cut = replace(lives[0], lines=known)

    again = watch([cut], TABLE, watched.moments)

    assert np.array_equal(again.probabilities[0, :31], watched.probabilities[0, :31])


def test_who_moved_is_told_of_after_the_move_and_not_before(watched: Watch) -> None:
    moved = watched.rows("new home")
    changed = watched.changed_days()[moved]
    late = watched.moments[None, :] > changed[:, None] + 120
    early = watched.moments[None, :] < changed[:, None]

    said = watched.probabilities[moved, :, 0]

    assert len(moved) == 6
    assert said[late].mean() > 0.5
    assert said[early].mean() < 0.1
    assert set(moved) | set(watched.rows("new home", others=True)) == set(range(12))


def test_the_plain_count_is_of_lamps_in_the_last_three_months(watched: Watch) -> None:
    life, day = watched.lives[0], watched.moments[-1]
    times = life.seconds_of(Kind.CATEGORY, "Lamps") / SECONDS_PER_DAY

    expected = ((times >= day - COUNTED_DAYS) & (times < day)).sum()

    assert watched.counts[0, -1, 0] == expected > 0
