"""Who is compared with whom, subgroup by subgroup, with scores written by hand."""

import dataclasses
from typing import cast

import pandas as pd

from ml.training.gate.evidence import CHAMPION_ROWS, Evidence, scores_of
from ml.training.gate.lines import LEAST_SUBGROUP_CUSTOMERS, Line
from ml.training.gate.quality_lines import quality_lines
from ml.training.gate.subgroups import KINDS, KNOWN_BASKETS, PRICE_TIER
from ml.training.versions.registry import RegisteredVersion, Registry
from tests.ml.training.conftest import SOUND

CUSTOMERS = 40
CHALLENGER = RegisteredVersion("ofone", "2", "run-2", "v2")
CHAMPION = RegisteredVersion("ofone", "1", "run-1", "v1")
COMPARED = dataclasses.replace(
    SOUND, comparison=dataclasses.replace(SOUND.comparison, champion="1", answered=True)
)
EQUAL = [0.5, 0.5]


def part(
    band: str, tier: str | None, recall: list[float], *, size: int = CUSTOMERS
) -> pd.DataFrame:
    """Return customers of one band and price tier, who have these recalls by turns."""
    customers = [f"{band} {tier} {number}" for number in range(size)]
    groups = pd.DataFrame(dict.fromkeys(KINDS), index=customers, dtype="object")
    groups[KNOWN_BASKETS], groups[PRICE_TIER] = band, tier
    scores = pd.DataFrame({"recall@10": (recall * size)[:size]}, index=customers)
    codes = {customer: customer for customer in customers}
    return scores_of(scores, groups, codes=codes, is_newcomer=band == "newcomer")


def lines(ours: list[pd.DataFrame], theirs: list[pd.DataFrame]) -> dict[str, Line]:
    scores = {"ofone": pd.concat(ours), CHAMPION_ROWS: pd.concat(theirs)}
    nobody = cast("Registry", None)  # who has the champion's scores asks no registry
    found = quality_lines(nobody, CHALLENGER, CHAMPION, Evidence(scores, COMPARED))
    return {line.name: line for line in found}


def test_the_more_subgroups_are_judged_the_surer_a_loss_must_be() -> None:
    # a loss of 2.3 standard errors: sure by an interval of 95 %, not by one of 99 %
    loss = [0.5 - 0.0364 + 0.1, 0.5 - 0.0364 - 0.1]

    alone = lines([part("0-2", None, loss)], [part("0-2", None, EQUAL)])
    others = [part("3-10", tier, EQUAL) for tier in ("high", "low", "middle")]
    among = lines([part("0-2", None, loss), *others], [part("0-2", None, EQUAL), *others])

    assert not alone["known baskets 0-2"].passed
    assert among["known baskets 0-2"].passed
    assert list(among) == [
        "overall",
        "known baskets 0-2",
        "known baskets 3-10",
        "price tier high",
        "price tier low",
        "price tier middle",
        "profiling",
    ]


def test_groups_too_small_to_be_judged_make_nobody_elses_interval_wider() -> None:
    loss = [0.5 - 0.0364 + 0.1, 0.5 - 0.0364 - 0.1]
    few = LEAST_SUBGROUP_CUSTOMERS - 1
    small = [part("3-10", tier, [0.0], size=few // 3) for tier in ("high", "low", "middle")]
    same = [part("3-10", tier, [1.0], size=few // 3) for tier in ("high", "low", "middle")]

    found = lines([part("0-2", None, loss), *small], [part("0-2", None, EQUAL), *same])

    assert not found["known baskets 0-2"].passed
    assert found["price tier low"].passed
    assert "too few to judge" in found["known baskets 3-10"].sentence


def test_who_was_asked_about_in_two_folds_counts_once() -> None:
    few = LEAST_SUBGROUP_CUSTOMERS - 1
    twice = [part("3-10", None, [0.0], size=few)] * 2
    before = [part("3-10", None, [1.0], size=few)] * 2

    found = lines(twice, before)

    assert f"on {few} customers" in found["overall"].sentence
    assert found["known baskets 3-10"].sentence.startswith(f"{few} customers are too few to judge")
    assert found["known baskets 3-10"].passed


def test_newcomers_count_in_their_group_and_not_overall() -> None:
    lost = part("newcomer", None, [0.0, 0.1])
    found = lines(
        [part("3-10", None, EQUAL), lost],
        [part("3-10", None, EQUAL), part("newcomer", None, EQUAL)],
    )

    assert found["overall"].passed
    assert f"on {CUSTOMERS} customers" in found["overall"].sentence
    assert not found["known baskets newcomer"].passed


def test_a_kind_of_subgroups_that_nobody_is_sorted_into_has_a_line_that_says_so() -> None:
    found = lines([part("3-10", None, EQUAL)], [part("3-10", None, EQUAL)])

    assert list(found) == ["overall", "known baskets 3-10", "price tier", "profiling"]
    assert found["profiling"].passed
    assert found["profiling"].sentence == "no consent told: not counted apart"
    assert found["price tier"].passed
    assert found["price tier"].sentence == "too few prices told: not counted apart"
