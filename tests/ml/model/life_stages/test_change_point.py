"""Bayes factors against sums done the long way, and what a child would expect of them."""

import math
from dataclasses import replace
from math import exp, inf, lgamma, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.model.life_stages.change_point import (
    change_odds,
    change_probabilities,
    log_factors,
    told_probability,
)
from ml.model.life_stages.history import Kind
from ml.model.life_stages.signs import Sign, Usual
from tests.ml.model.life_stages.households import LAMPS, stage

counts_and_lines = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 40)), min_size=2, max_size=24
)


def log_marginal(counts: list[int], exposures: list[float], *, shape: float, prior: float) -> float:
    """Log of the chance of these counts, but for factors that no hypothesis changes.

    The rate is drawn from a gamma distribution of this shape and this inverse scale.
    """
    total = sum(counts)
    return (
        shape * log(prior)
        - lgamma(shape)
        + lgamma(shape + total)
        - (shape + total) * log(prior + sum(exposures))
    )


def slow_log_factor(
    counts: list[int], exposures: list[float], sign: Sign, month: int, half_life: float
) -> float:
    """The factor of a change in one month, both hypotheses written out."""
    shape = sign.usual.shape
    prior = shape / sign.usual.rate
    none = log_marginal(counts, exposures, shape=shape, prior=prior)
    onset = month + sign.after_months
    ratios = [
        1 + (sign.ratio - 1) * 0.5 ** ((at - onset) / half_life) if at >= onset else 1.0
        for at in range(len(counts))
    ]
    gain = sum(count * log(ratio) for count, ratio in zip(counts, ratios, strict=True))
    risen = [each * ratio for each, ratio in zip(exposures, ratios, strict=True)]
    own = prior / sign.before
    shown = gain + log_marginal(counts, risen, shape=shape, prior=own)
    hidden = log_marginal(counts, exposures, shape=shape, prior=own)
    mixed = sign.seen_in * exp(shown - none) + (1 - sign.seen_in) * exp(hidden - none)
    return log(mixed)


@given(
    counts_and_lines,
    st.sampled_from([0.1, 0.5, 1.0, 2.0, 9.0]),
    st.sampled_from([0.5, 3.0, inf]),
    st.sampled_from([0, 2]),
    st.sampled_from([0.3, 1.0, 4.0]),
)
def test_the_closed_form_is_the_quotient_of_both_hypotheses(
    rows: list[tuple[int, int]], ratio: float, half_life: float, after: int, before: float
) -> None:
    counts = [count for count, _ in rows]
    exposures = [float(lines) for _, lines in rows]
    sign = Sign(Kind.CATEGORY, "Lamps", ratio, Usual(0.05, 0.7), 0.8, after, before)

    found = log_factors(counts, exposures, sign, half_life_months=half_life)

    slow = [
        slow_log_factor(counts, exposures, sign, month, half_life) for month in range(len(counts))
    ]
    assert found == pytest.approx(slow, abs=1e-9)


def test_lamps_that_begin_in_one_month_speak_loudest_for_that_month() -> None:
    counts = [0] * 8 + [3, 3, 2, 3]

    found = log_factors(counts, [20.0] * 12, LAMPS, half_life_months=inf)

    assert max(range(12), key=found.__getitem__) == 8
    assert found[8] > log(1000)


def test_a_customer_who_always_bought_lamps_has_not_moved() -> None:
    found = log_factors([3] * 12, [20.0] * 12, LAMPS, half_life_months=inf)

    assert max(found[1:]) < 0.5


def test_no_purchases_at_all_say_nothing() -> None:
    assert log_factors([0] * 6, [0.0] * 6, LAMPS, half_life_months=inf) == pytest.approx([0.0] * 6)


def test_a_huge_history_overflows_nothing() -> None:
    counts = [0] * 12 + [10**6] * 12

    found = log_factors(counts, [1e7] * 24, LAMPS, half_life_months=2.0)

    chances = change_probabilities(change_odds([found], stage(LAMPS)))
    assert sum(chances) == pytest.approx(1.0)


def test_without_evidence_the_prior_holds() -> None:
    """Six in a hundred customers a year: a year's months add up to that, less what came before."""
    chances = change_probabilities(change_odds([[0.0] * 13], stage(LAMPS)))

    assert chances[0] == 0.0
    assert sum(chances) == pytest.approx(0.06)
    assert chances[1] > chances[12] > 0


@given(st.lists(st.floats(-50, 50), min_size=1, max_size=24))
def test_chances_are_at_least_0_and_at_most_1_together(factors: list[float]) -> None:
    chances = change_probabilities(change_odds([factors], stage(LAMPS)))

    assert all(each >= 0 for each in chances)
    assert sum(chances) <= 1 + 1e-9


def test_signs_that_are_trusted_half_say_half_as_much() -> None:
    whole, half = stage(LAMPS), replace(stage(LAMPS), trust=0.5)
    twice = [0.0, 8.0, 8.0]

    assert change_odds([twice], half) == pytest.approx(
        change_odds([[each / 2 for each in twice]], whole)
    )


def test_what_speaks_for_a_rival_speaks_against() -> None:
    """Of two stages with the same evidence each gets half of what one alone would."""
    odds = change_odds([[0.0, 6.0, 6.0]], stage(LAMPS))

    alone, shared = change_probabilities(odds), change_probabilities(odds, [odds])

    assert sum(alone) > 0.6
    assert sum(shared) == pytest.approx(1 / (1 / sum(alone) + 1))
    assert change_probabilities(odds, [[-math.inf] * 3]) == pytest.approx(alone)


def test_a_rival_of_a_huge_history_leaves_nothing() -> None:
    odds = change_odds([[0.0, 6.0]], stage(LAMPS))

    assert change_probabilities(odds, [[-math.inf, 1e5]]) == [0.0, 0.0]


@pytest.mark.parametrize("chance", [0.0, 0.02, 0.5, 0.9, 1.0])
def test_odds_are_told_as_they_turned_out(chance: float) -> None:
    plain = stage(LAMPS)
    doubled, surer = replace(plain, odds_factor=2.0), replace(plain, odds_power=2.0)

    assert told_probability(chance, plain) == pytest.approx(chance)
    assert told_probability(chance, doubled) == pytest.approx(2 * chance / (1 + chance))
    assert told_probability(chance, surer) == pytest.approx(
        chance**2 / (chance**2 + (1 - chance) ** 2)
    )


def test_no_odds_are_too_small_to_be_told() -> None:
    assert told_probability(5e-324, replace(stage(LAMPS), odds_power=5.0)) == 0.0
