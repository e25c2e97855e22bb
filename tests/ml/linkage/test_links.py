"""Which links are suggested, and what is told as their reasons."""

from dataclasses import replace

import numpy as np
import pytest

from ml.linkage.comparisons import Outcome
from ml.linkage.linkage_config import LinkageConfig
from ml.linkage.linking import LEAST_BITS, MOST_BITS, Found
from ml.linkage.links import _likeliest, probable_links
from ml.linkage.scoring import Scored
from ml.simulation.second_traces import SeenTown
from tests.ml.linkage.conftest import CONFIG


def test_a_link_tells_what_spoke_for_it_and_against_it(town: SeenTown) -> None:
    run = probable_links(town.records, CONFIG)
    assert run.links
    assert run.links == tuple(sorted(run.links))
    held = town.records.set_index("customer_id")["shared_devices"]
    for link in run.links:
        assert link.probability >= CONFIG.threshold
        names = [reason.comparison for reason in link.reasons]
        assert len(names) == len(set(names))
        counted = [reason for reason in link.reasons if reason.comparison != "shared_device"]
        assert all(LEAST_BITS <= reason.bits <= MOST_BITS for reason in counted)
        shares = not set(held[link.one]).isdisjoint(held[link.other])
        assert ("shared_device" in names) is shares
    told = [each for link in run.links for each in link.reasons if each.bits == 0]
    assert {each.comparison for each in told} == {"shared_device"}
    assert {each.outcome for each in told} == {Outcome.SAME}


def test_with_no_threshold_every_pair_is_a_link(town: SeenTown) -> None:
    everything = replace(CONFIG, threshold=0.0, most_a_customer=len(town.records))
    run = probable_links(town.records, everything)
    assert len(run.links) == run.pair_count > 0


def test_nobody_gets_more_suggestions_than_may_be_and_the_likeliest_stay(known: Scored) -> None:
    everything = LinkageConfig(threshold=0.0, most_a_customer=2)
    kept = _likeliest(known.pairs, everything)
    counts = np.unique(kept[["one", "other"]].to_numpy("str"), return_counts=True)[1]
    assert counts.max() == 2
    assert kept["probability"].max() == known.pairs["probability"].max()


def test_bits_are_bounded_and_an_outcome_is_that_of_its_level(found: Found, known: Scored) -> None:
    for name in known.names:
        bits = known.pairs[name].dropna()
        assert bits.between(LEAST_BITS, MOST_BITS).all()
        outcomes = known.pairs[f"outcome_{name}"]
        assert (outcomes[known.pairs[name].isna()] == 0).all()
        assert set(outcomes[bits.index]) <= {1, 2, 3}
    equal = known.pairs["outcome_household_size"] == Outcome.SAME
    assert (known.pairs["household_size"][equal] > 0).all()


@pytest.mark.parametrize(
    "field", [{"threshold": 1.1}, {"most_in_block": 0}, {"thread_count": 0}, {"sampled_pairs": 0}]
)
def test_what_cannot_be_is_refused(field: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="must be"):
        LinkageConfig(**field)
