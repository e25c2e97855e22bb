"""Every line of the gate, with figures that pass it and figures that do not."""

import pytest

from ml.evaluation.intervals import Estimate
from ml.training.gate.lines import (
    ANSWER_GRACE_MS,
    LEAST_INDEX_RECALL,
    MARGIN,
    MAX_ANSWER_MS_P95,
    MAX_ANSWER_RATIO,
    MAX_CALIBRATION_ERROR,
    MAX_FOLD_IN_DIFFERENCE,
    Line,
    answer_time_line,
    baseline_line,
    calibration_line,
    champion_line,
    fold_in_line,
    index_line,
    subgroup_line,
)
from ml.training.gate.reliability import Reliability

LEAD = Estimate(0.010, 0.004, 0.016)
EQUAL = Estimate(0.0, -MARGIN, MARGIN)
DOUBTFUL = Estimate(0.001, -0.020, 0.022)
LOSS = Estimate(-0.020, -0.030, -0.010)


def reliability(error: float, by_chance: float = 0.01) -> Reliability:
    return Reliability((0.1, 0.8), (0.1, 0.5), error=error, by_chance=by_chance)


@pytest.mark.parametrize(
    ("line", "passes"),
    [
        (baseline_line(LEAD, "popular", customers=100), True),
        (baseline_line(EQUAL, "popular", customers=100), False),
        (champion_line(LEAD, "the champion", customers=100), True),
        (champion_line(EQUAL, "the champion", customers=100), True),
        (champion_line(DOUBTFUL, "the champion", customers=100), False),
        (champion_line(LOSS, "the champion", customers=100), False),
        (subgroup_line("new", DOUBTFUL, customers=40, other="the champion"), True),
        (subgroup_line("new", LOSS, customers=40, other="the champion"), False),
        (subgroup_line("new", None, customers=4, other="the champion"), True),
        (fold_in_line(MAX_FOLD_IN_DIFFERENCE), True),
        (fold_in_line(MAX_FOLD_IN_DIFFERENCE * 1.01), False),
        (index_line({"exact": LEAST_INDEX_RECALL}), True),
        (index_line({"hnsw": 0.2, "exact": LEAST_INDEX_RECALL - 0.01}), False),
        (answer_time_line(MAX_ANSWER_MS_P95, None), True),
        (answer_time_line(MAX_ANSWER_MS_P95 + 0.1, None), False),
        (answer_time_line(MAX_ANSWER_RATIO * 2 + ANSWER_GRACE_MS, 2.0), True),
        (answer_time_line(MAX_ANSWER_RATIO * 2 + ANSWER_GRACE_MS + 0.1, 2.0), False),
        (calibration_line(reliability(MAX_CALIBRATION_ERROR)), True),
        (calibration_line(reliability(MAX_CALIBRATION_ERROR + 0.01)), False),
        (calibration_line(reliability(0.15, by_chance=0.2)), True),
    ],
)
def test_a_line_passes_up_to_its_limit_and_not_beyond(line: Line, passes: bool) -> None:
    assert line.passed is passes


@pytest.mark.parametrize(
    ("line", "by_how_much"),
    [
        (baseline_line(DOUBTFUL, "popular", customers=100), "the low end misses 0 by 0.0200"),
        (champion_line(LOSS, "the champion", customers=100), "it lies 0.0250 under that"),
        (subgroup_line("new", LOSS, customers=40, other="popular"), "by at least 0.0100"),
        (fold_in_line(0.03), "too far by 2.00e-02"),
        (answer_time_line(12.0, None), "2.00 ms too long"),
        (answer_time_line(5.0, 2.0), "1.50 ms too long"),
        (calibration_line(reliability(0.3)), "where 0.800 was said, 0.500 happened"),
    ],
)
def test_a_refusal_says_by_how_much(line: Line, by_how_much: str) -> None:
    assert by_how_much in line.sentence


def test_a_lead_in_doubt_says_how_many_customers_could_settle_it() -> None:
    # the low end must come from .021 below the mean to .006: 3.5 times closer, 12.25 times as many
    sentence = champion_line(DOUBTFUL, "the champion", customers=100).sentence

    assert "some 1,225 customers could prove such a lead" in sentence


def test_a_proven_loss_does_not_ask_for_more_customers() -> None:
    assert "could prove" not in champion_line(LOSS, "the champion", customers=100).sentence


def test_the_figures_of_a_line_name_its_subgroup() -> None:
    line = subgroup_line("price tier low", LEAD, customers=40, other="the champion")

    assert line.figures["lead_price_tier_low"] == LEAD.mean
