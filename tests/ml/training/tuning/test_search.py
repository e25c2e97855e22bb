"""A search finds what is best, goes on where it was cut off, and tells every trial once."""

import math
from collections.abc import Callable
from pathlib import Path

import pytest

from ml.training.tuning.search import (
    Choice,
    Keeping,
    Number,
    Plan,
    SearchError,
    Space,
    Trial,
    Values,
    Whole,
    search,
)

SPACE: Space = {"height": Number(0.0, 10.0), "legs": Whole(1, 8), "colour": Choice(("red", "blue"))}
START: Values = {"height": 0.0, "legs": 1, "colour": "red"}


def worth(values: Values) -> float:
    """Return most for a blue thing of height 3."""
    return -abs(float(values["height"]) - 3) - (values["colour"] == "red")


def plan(trials: int, *, study: str = "things") -> Plan:
    return Plan(study, trials, starts=[START])


def cut_off_after(trials: int) -> Callable[[Trial], None]:
    def note(trial: Trial) -> None:
        if trial.number == trials - 1:
            raise KeyboardInterrupt

    return note


def test_more_trials_come_nearer_to_the_best() -> None:
    best = search(SPACE, worth, plan(40), Keeping())

    assert best.values["colour"] == "blue"
    assert best.score > -0.5


def test_any_seed_of_a_configuration_is_one_of_the_sampler() -> None:
    for seed in (4_295, 2**31 - 1):
        begun = Plan("things", 2, starts=[START], seed=seed)
        assert search(SPACE, worth, begun, Keeping()).number in {0, 1}


def test_the_starts_are_tried_first_and_every_trial_is_told() -> None:
    told: list[Trial] = []

    search(SPACE, worth, plan(3), Keeping(note=told.append))

    assert [each.number for each in told] == [0, 1, 2]
    assert (told[0].values, told[0].score) == (START, -4)


def test_a_search_that_was_cut_off_ends_where_one_that_ran_through_does(tmp_path: Path) -> None:
    whole: list[Trial] = []
    parts: list[Trial] = []
    search(SPACE, worth, plan(12), Keeping(note=whole.append))
    file = tmp_path / "kept" / "studies.db"

    with pytest.raises(KeyboardInterrupt):
        search(SPACE, worth, plan(12), Keeping(file, cut_off_after(5)))
    search(SPACE, worth, plan(12), Keeping(file, parts.append))

    assert [each.number for each in parts] == list(range(5, 12))
    assert [each.values for each in parts] == [each.values for each in whole[5:]]


def test_trials_that_are_kept_are_not_made_again_and_studies_are_kept_apart(tmp_path: Path) -> None:
    told: list[Trial] = []
    keeping = Keeping(tmp_path / "studies.db", told.append)

    first = search(SPACE, worth, plan(4), keeping)
    again = search(SPACE, worth, plan(4), keeping)
    search(SPACE, worth, plan(2, study="others"), keeping)

    assert (again.values, again.score) == (first.values, first.score)
    assert [each.study for each in told] == ["things"] * 4 + ["others"] * 2


def test_what_comes_to_nothing_is_passed_over() -> None:
    def only_blue(values: Values) -> float:
        return 1.0 if values["colour"] == "blue" else math.nan

    assert search(SPACE, only_blue, plan(10), Keeping()).values["colour"] == "blue"


def test_where_nothing_comes_of_any_trial_the_study_is_named() -> None:
    with pytest.raises(SearchError, match="none of 3 trials of things came to anything"):
        search(SPACE, lambda _: math.nan, plan(3), Keeping())
