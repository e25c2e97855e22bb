"""What agreeing tells is learned from customers of whom nobody says who is who."""

import numpy as np
import pytest

from ml.linkage import linking
from ml.linkage.linkage_config import LinkageConfig, LinkageError
from ml.linkage.linking import FEWEST_CUSTOMERS, Found, find
from ml.linkage.scoring import Scored, scored
from ml.simulation.second_traces import SeenTown
from tests.ml.linkage.conftest import CONFIG
from tests.ml.linkage.customers import customer, table


def same_person(town: SeenTown, known: Scored) -> np.ndarray:
    one, other = (town.people[known.pairs[end]].to_numpy() for end in ("one", "other"))
    return np.asarray(one == other)


def test_the_same_records_give_the_same_answer(town: SeenTown, known: Scored) -> None:
    shuffled = town.records.sample(frac=1, random_state=3)
    again = scored(find(shuffled, CONFIG), customer_count=len(town.records))
    assert again.model_version == known.model_version
    assert again.pairs.equals(known.pairs)


def test_weighed_part_by_part_is_as_weighed_at_once(
    town: SeenTown, known: Scored, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linking, "PART", 90)
    again = scored(find(town.records, CONFIG), customer_count=len(town.records))
    assert again.model_version == known.model_version
    assert again.pairs.equals(known.pairs)


@pytest.mark.parametrize("least", [0.3, 0.9, 0.99])
def test_what_cannot_be_so_probable_is_counted_and_changes_nothing(
    town: SeenTown, found: Found, known: Scored, least: float
) -> None:
    some = find(town.records, CONFIG, at_least=least)
    again = scored(some, customer_count=len(town.records))
    assert again.model_version == known.model_version
    assert some.totals.equals(found.totals)
    whole = found.pairs["total"] >= np.log2(least / (1 - least))
    assert some.pairs["total"].tolist() == found.pairs["total"][whole].tolist()
    assert int(found.totals.sum()) == len(found.pairs) > len(some.pairs)
    likely, expected = (
        each.pairs[each.pairs["probability"] >= least].reset_index(drop=True)
        for each in (again, known)
    )
    assert likely.equals(expected)


def test_the_bits_of_a_pair_are_those_of_all_that_was_compared(found: Found) -> None:
    bits = [f"bits_{each.column}" for each in found.compared]
    assert found.pairs[bits].notna().any().all()
    assert np.allclose(found.pairs[bits].sum(axis=1), found.pairs["total"], rtol=0, atol=1e-9)


def test_as_many_pairs_are_expected_to_be_one_person_as_are_before_anything_is_compared(
    town: SeenTown, found: Found, known: Scored
) -> None:
    probability = known.pairs["probability"].to_numpy()
    unsure = np.abs(probability - 0.5).argmin()
    odds = probability[unsure] / (1 - probability[unsure]) / 2 ** found.pairs["total"][unsure]
    people = len(town.records)
    expected = odds / (1 + odds) * people * (people - 1) / 2
    assert probability.sum() == pytest.approx(expected, rel=1e-4)
    of_more = scored(found, customer_count=2 * people)
    assert of_more.model_version != known.model_version
    assert of_more.pairs["probability"].sum() < probability.sum()


def test_one_persons_names_are_likelier_than_others(town: SeenTown, known: Scored) -> None:
    likely = known.pairs["probability"] >= LinkageConfig().threshold
    is_right = same_person(town, known)
    assert is_right[likely].mean() > 0.85  # some 70 pairs: half of a mistake more is 1 %
    assert likely[is_right].sum() / is_right.sum() > 0.35


def test_what_is_learned_is_what_a_child_would_say(known: Scored) -> None:
    means = known.pairs.groupby("outcome_postcode")["postcode"].mean()
    assert means[1] > 1 > -1 > means[3]
    years = known.pairs.groupby("outcome_birth_year")["birth_year"].mean()
    assert years[1] > years[2]
    items = known.pairs.groupby("outcome_items")["items"].mean()
    assert items[1] > items[2] > items[3]


def test_agreeing_on_what_is_rare_tells_more_than_on_what_is_frequent(
    town: SeenTown, known: Scored
) -> None:
    stores = town.records.set_index("customer_id")["store"]
    agreeing = known.pairs[known.pairs["outcome_store"] == 1]
    told = agreeing["store"].groupby(stores[agreeing["one"]].to_numpy()).agg(["min", "max"])
    assert (told["min"] == told["max"]).all()
    by_count = told["max"].loc[stores.value_counts().index.intersection(told.index, sort=False)]
    assert len(by_count) > 3
    assert by_count.is_monotonic_increasing
    assert by_count.iloc[-1] > by_count.iloc[0] + 0.1


def test_nobody_is_compared_twice_or_with_themselves(known: Scored) -> None:
    assert (known.pairs["one"] < known.pairs["other"]).all()
    assert not known.pairs.duplicated(["one", "other"]).any()


def test_shared_devices_find_pairs_and_judge_none(town: SeenTown, known: Scored) -> None:
    assert "shared_device" not in known.names
    held = town.records.explode("shared_devices").dropna(subset=["shared_devices"])
    compared = set(zip(known.pairs["one"], known.pairs["other"], strict=True))
    for _, names in held.groupby("shared_devices")["customer_id"]:
        ordered = sorted(names)
        assert {(ordered[0], other) for other in ordered[1:]} <= compared


def test_of_too_few_customers_nothing_is_learned() -> None:
    few = [customer(f"{row}", f"{row % 9}", 1950 + row) for row in range(FEWEST_CUSTOMERS - 1)]
    with pytest.raises(LinkageError, match="99 customers of whom 2 things"):
        find(table(*few), CONFIG)


def test_with_one_thing_known_nothing_is_learned() -> None:
    many = [customer(f"{row}", f"{row % 9}") for row in range(FEWEST_CUSTOMERS)]
    with pytest.raises(LinkageError, match="1 things are known"):
        find(table(*many), CONFIG)


def test_splink_keeps_its_words_to_itself(
    found: Found, capfd: pytest.CaptureFixture[str], town: SeenTown
) -> None:
    find(town.records.head(FEWEST_CUSTOMERS * 3), CONFIG)
    assert capfd.readouterr().err == ""
    assert found.model["comparisons"]
