"""How alike two customers are in one thing is what anybody would say who looks at both records."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest

from ml.linkage.comparisons import FEW_ITEMS, Outcome
from ml.linkage.learning import _without_gaps
from ml.linkage.linkage_config import LinkageConfig
from ml.linkage.scoring import Scored
from ml.simulation.second_traces import SeenTown

UNKNOWN = 0


def both(town: SeenTown, known: Scored, column: str) -> list[tuple[object, object]]:
    """Return what is known of either customer of each pair."""
    values = town.records.set_index("customer_id")[column]
    one, other = (values[known.pairs[end]] for end in ("one", "other"))
    return list(zip(one, other, strict=True))


def alike_year(one: object, other: object) -> int:
    if pd.isna(one) or pd.isna(other):  # type: ignore[call-overload]
        return UNKNOWN
    years = int(str(one).partition(".")[0]), int(str(other).partition(".")[0])
    if years[0] == years[1]:
        return Outcome.SAME
    is_slip = one_slip(*map(str, years))
    return Outcome.SIMILAR if abs(years[0] - years[1]) == 1 or is_slip else Outcome.DIFFERENT


def one_slip(one: str, other: str) -> bool:
    """Return whether one figure of four is another, or two that stand together changed places."""
    differing = [place for place in range(4) if one[place] != other[place]]
    swapped = len(differing) == 2 and differing[1] == differing[0] + 1
    return len(differing) == 1 or (
        swapped
        and one[differing[0]] == other[differing[1]]
        and one[differing[1]] == other[differing[0]]
    )


def alike_items(one: Sequence[str], other: Sequence[str]) -> int:
    fewer = min(len(one), len(other))
    if fewer < FEW_ITEMS:
        return UNKNOWN
    share = len(set(one) & set(other)) / fewer
    return Outcome.SAME if share >= 0.35 else Outcome.SIMILAR if share >= 0.2 else Outcome.DIFFERENT


@pytest.mark.parametrize("name", ["postcode", "first_language", "store", "daypart"])
def test_codes_are_the_same_or_different(town: SeenTown, known: Scored, name: str) -> None:
    column = name if name in town.records else f"equal_{name}"
    expected = [
        UNKNOWN if pd.isna(one) or pd.isna(other) or "" in {one, other}  # type: ignore[call-overload]
        else Outcome.SAME if one == other else Outcome.DIFFERENT
        for one, other in both(town, known, column)
    ]  # fmt: skip
    assert set(expected) >= {Outcome.SAME, Outcome.DIFFERENT}
    assert known.pairs[f"outcome_{name}"].tolist() == expected


def test_a_year_next_to_another_or_one_slip_away_is_similar(town: SeenTown, known: Scored) -> None:
    expected = [alike_year(*years) for years in both(town, known, "near_birth_year")]
    assert set(expected) == {UNKNOWN, *Outcome}
    assert known.pairs["outcome_birth_year"].tolist() == expected


def test_items_are_alike_by_the_share_of_the_shorter_list_and_few_tell_nothing(
    town: SeenTown, known: Scored
) -> None:
    expected = [alike_items(*items) for items in both(town, known, "items")]  # type: ignore[arg-type]
    assert set(expected) == {UNKNOWN, *Outcome}
    assert known.pairs["outcome_items"].tolist() == expected


def test_what_was_never_seen_of_one_person_says_nothing_and_of_strangers_is_rare() -> None:
    levels = [{"is_null_level": True}, {"u_probability": 0.25}, {"m_probability": 0.9}]
    model = {"comparisons": [{"comparison_levels": levels}]}
    (comparison,) = _without_gaps(model, LinkageConfig(sampled_pairs=99))["comparisons"]
    null, unseen_of_one, unseen_of_strangers = comparison["comparison_levels"]
    assert null == {"is_null_level": True}
    assert np.log2(unseen_of_one["m_probability"] / unseen_of_one["u_probability"]) == 0
    assert unseen_of_strangers["u_probability"] == 1 / 100
