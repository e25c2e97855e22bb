"""Signs are learned from lives that changed, beside lives that did not."""

from collections.abc import Sequence
from dataclasses import replace
from math import inf

import numpy as np
import pytest

from ml.model.life_stages.change_point import sign_factors
from ml.model.life_stages.finding import life_stages
from ml.model.life_stages.history import Kind, window_of
from ml.model.life_stages.signs import Sign, SignTable, Stage, Usual, rivals
from ml.training.life.cases import Cases, Moment
from ml.training.life.fitting import fit_signs
from ml.training.life.labelled import LabelError, Life, holds, month_at
from ml.training.life.trusting import trusted
from ml.training.life.usual import usual_rates

LAMPS = Sign(Kind.CATEGORY, "Lamps", 5.0, Usual(0.01, 1.0))
HOME = Stage(
    "new_home",
    "A new home",
    is_sensitive=False,
    per_year=0.1,
    lasts_months=12,
    half_life_months=inf,
    trust=1.0,
    signs=(LAMPS,),
)
MONTH = 30.44 * 86_400


def test_lamps_are_found_to_be_the_sign_and_bread_is_none(lives: list[Life]) -> None:
    table = fit_signs(lives, SignTable((HOME,)))

    (stage,) = table.stages
    (sign,) = (each for each in stage.signs if each.ratio != 1.0)
    assert sign.name == "Lamps"
    assert 5 <= sign.ratio <= 32  # it is 12.5 in truth
    assert sign.usual.rate == pytest.approx(0.02 / 3, rel=0.5)
    assert stage.per_year == pytest.approx(40 / 80 / (700 / 365), rel=0.05)


PLAIN = replace(
    HOME, per_year=0.26, signs=(Sign(Kind.CATEGORY, "Lamps", 12.5, Usual(0.02 / 3, 20.0), 0.95),)
)
"""Moving, as it is in the corner town."""


def test_a_sign_that_is_told_again_and_again_is_believed_less_each_time(lives: list[Life]) -> None:
    trusts = [trusted(lives, [replace(PLAIN, signs=PLAIN.signs * times)]) for times in (1, 2, 4)]

    once, twice, four_times = (stage.trust for (stage,) in trusts)
    assert once == 1.0
    assert 0.4 < twice < 0.9
    assert 0.2 < four_times < 0.6


def test_one_life_as_odd_as_can_be_does_not_decide_how_far_signs_are_trusted(
    lives: list[Life],
) -> None:
    """Somebody stayed who began to buy lamps by the hundred."""
    stayed = lives[1]
    lines, bought = stayed.lines, stayed.seconds_of(Kind.CATEGORY, "Lamps")
    often = np.where(np.isin(lines.seconds, bought), 100, 1)
    many = replace(lines, seconds=lines.seconds.repeat(often), codes=lines.codes.repeat(often))

    (stage,) = trusted([replace(stayed, lines=many), *lives[2:]], [PLAIN])

    assert stage.trust == 1.0


def halved(lives: list[Life]) -> list[Life]:
    """Return the lives with every second one that moved said to have left work."""
    return [
        replace(life, change="leaving work") if place % 4 == 0 else life
        for place, life in enumerate(lives)
    ]


def answers(lives: list[Life], stages: Sequence[Stage]) -> list[tuple[list[float], list[bool]]]:
    """Return what is said of each stage, and what was so, of every life at six moments."""
    found = []
    for life in lives:
        for moment in np.linspace(0.3, 1.0, 6) * (life.end_seconds - life.start_seconds):
            at = life.start_seconds + float(moment)
            told = life_stages(life.history(at), SignTable(tuple(stages)), now_month=month_at(at))
            said = [each.probability for each in told]
            found.append((said, [holds(life, stage, at) for stage in stages]))
    return found


def test_what_is_told_is_as_true_on_the_lives_that_it_was_fitted_to(lives: list[Life]) -> None:
    """Signs that are by far too sure are told as often as they were so."""
    sure = replace(HOME, signs=(replace(LAMPS, ratio=30.0),), per_year=0.9)

    stages = trusted(lives, [sure])

    told = answers(lives, stages)
    assert sum(said[0] for said, _ in told) == pytest.approx(sum(so[0] for _, so in told), rel=0.02)


def test_what_two_changes_would_explain_is_divided_between_them(lives: list[Life]) -> None:
    """Those who move buy lamps, half of them because they leave work: lamps speak for either."""
    people = halved(lives)

    stages = trusted(people, [HOME, replace(HOME, name="leaving_work", per_year=0.05)])

    assert rivals(stages) == [(1,), (0,)]
    told = answers(people, stages)
    for place in range(2):
        said = sum(said[place] for said, _ in told)
        assert said == pytest.approx(sum(so[place] for _, so in told), rel=0.1)
    assert max(sum(said) for said, _ in told) <= 1 + 1e-9


def test_a_stage_that_nobody_came_to_is_told_as_it_is(lives: list[Life]) -> None:
    (stage,) = trusted(lives, [replace(HOME, name="leaving_work")])

    assert stage.odds_factor == stage.odds_power == 1.0


def test_what_was_told_truly_with_other_signs_is_not_taken_over(lives: list[Life]) -> None:
    """Of the third that says how far signs are trusted nobody came to it, so that nothing says how
    the odds of the signs just learned are to be told."""
    people = [
        replace(life, change="leaving work") if place % 6 == 0 else life
        for place, life in enumerate(lives)
    ]
    told = replace(HOME, odds_factor=3.0, odds_power=2.0)

    (stage,) = fit_signs(people, SignTable((told,))).stages

    assert stage.odds_factor == stage.odds_power == 1.0


def test_who_bought_in_one_month_only_teaches_no_trust(lives: list[Life]) -> None:
    lines = lives[1].lines
    once = replace(lives[1], lines=replace(lines, seconds=lines.seconds[:3], codes=lines.codes[:3]))

    assert trusted([once, *lives[2:]], [HOME]) == trusted(lives[2:], [HOME])
    assert trusted([once], [HOME]) == (HOME,)


def test_stages_that_too_few_came_to_are_left_out(lives: list[Life]) -> None:
    other = replace(HOME, name="leaving_work")

    assert [each.name for each in fit_signs(lives, SignTable((HOME, other))).stages] == ["new_home"]
    with pytest.raises(LabelError, match="no stage has 15 customers"):
        fit_signs(lives, SignTable((other,)))


def test_a_change_that_came_to_everybody_teaches_nothing(lives: list[Life]) -> None:
    with pytest.raises(LabelError, match="to 'new home' came all or none"):
        fit_signs([life for life in lives if life.change], SignTable((HOME,)))


def test_a_change_after_which_nobody_bought_teaches_nothing(lives: list[Life]) -> None:
    late = [
        replace(life, changed_seconds=life.end_seconds + 40 * MONTH) if life.change else life
        for life in lives
    ]

    with pytest.raises(LabelError, match="nobody bought both before and after 'new home'"):
        fit_signs(late, SignTable((HOME,)))


def test_what_everybody_buys_alike_has_a_large_shape(lives: list[Life]) -> None:
    usual = usual_rates([life.history(min(life.changed_seconds, 2e9)) for life in lives])

    assert usual[Kind.CATEGORY, "Bread"].rate == pytest.approx(1 / 3, rel=0.05)
    assert usual[Kind.CATEGORY, "Bread"].shape == 50
    assert sum(usual[Kind.CATEGORY, "Milk"].seasons) == pytest.approx(12, rel=0.05)


@pytest.mark.parametrize("after_months", [0, 3])
@pytest.mark.parametrize("half_life", [2.0, inf])
def test_many_lives_at_once_are_told_the_same_as_each_by_itself(
    lives: list[Life], after_months: int, half_life: float
) -> None:
    sign = Sign(Kind.CATEGORY, "Lamps", 5.0, Usual(0.01, 1.0), 0.6, after_months, 3.0)
    moments = [Moment(life, life.changed_seconds, 5) for life in lives[::2]]

    together = Cases.of(moments, [(Kind.CATEGORY, "Lamps")]).log_factors(
        sign, half_life_months=half_life
    )

    for found, moment in zip(together, moments, strict=True):
        asked = moment.change_seconds + 5 * MONTH
        history = moment.life.history(asked)
        window = window_of(history, now_month=month_at(asked))
        assert window is not None
        place = month_at(moment.change_seconds) - window.first_month
        alone = sign_factors(history, window, sign, half_life_months=half_life)
        assert found == pytest.approx(alone[place])


def test_a_stage_holds_from_the_change_until_it_is_over(lives: list[Life]) -> None:
    moved, stayed = lives[0], lives[1]

    assert not holds(moved, HOME, moved.changed_seconds - 1)
    assert holds(moved, HOME, moved.changed_seconds + MONTH)
    assert not holds(moved, HOME, moved.changed_seconds + 13 * MONTH)
    assert not holds(stayed, HOME, moved.changed_seconds + MONTH)
