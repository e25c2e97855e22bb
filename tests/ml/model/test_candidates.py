"""Candidates of a tiny model whose right answers are plain: who bought tea gets tea."""

import dataclasses
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from ml.model.candidates import SOURCES, CandidateGenerator, Candidates, Moment
from ml.model.history import History, empty_history, history_of_baskets
from ml.model.index import build_index
from ml.model.latent import FRESH_SIZE
from ml.model.next_basket import NextBasket
from tests.models import AS_OF_SECONDS, LIST_LENGTH, small_bundle

BUNDLE = small_bundle()
GENERATOR = CandidateGenerator.of(BUNDLE, build_index(BUNDLE.item_factors))
TEA_DRINKER = history_of_baskets(
    [(AS_OF_SECONDS - 86_400 * day, ["tea-0", "tea-4"]) for day in (1, 8, 15)]
)
FEW = Moment(source_size=3)


def scores_of(found: Candidates, source: str) -> dict[str, float]:
    row = found.scores[SOURCES.index(source)].tolist()
    return dict(zip(found.item_ids, row, strict=True))


def test_own_items_come_first_and_nothing_twice() -> None:
    found = GENERATOR.generate(TEA_DRINKER, FEW)

    assert found.item_ids[: found.own_item_count] == ["tea-0", "tea-4"]
    assert len(set(found.item_ids)) == len(found.item_ids)
    assert found.scores.shape == (len(SOURCES), len(found.item_ids))


def test_who_bought_tea_is_proposed_tea() -> None:
    latent = scores_of(GENERATOR.generate(TEA_DRINKER, Moment()), "latent")

    best = sorted(latent, key=lambda each: -latent[each])[:8]
    assert all(each.startswith("tea-") for each in best)


def test_sources_that_cannot_say_say_nan() -> None:
    found = GENERATOR.generate(empty_history(), Moment())

    assert found.own_item_count == 0
    assert len(found.item_ids) > 0
    for source in ("latent", "transition", "neighbour", "complement"):
        assert np.isnan(list(scores_of(found, source).values())).all()
    assert not np.isnan(list(scores_of(found, "popular").values())).any()


def test_the_basket_at_hand_asks_for_what_goes_with_it() -> None:
    found = GENERATOR.generate(empty_history(), Moment(current_basket=["tea-0", "unknown"]))

    complement = scores_of(found, "complement")
    best = max(complement, key=lambda each: complement[each])
    assert best.startswith("coffee-")


def test_a_store_has_its_own_popular_items() -> None:
    north = scores_of(GENERATOR.generate(empty_history(), Moment(store="north")), "popular")
    south = scores_of(GENERATOR.generate(empty_history(), Moment(store="south")), "popular")
    nowhere = GENERATOR.generate(empty_history(), Moment(store="atlantis"))

    sold_north = {item for item, share in north.items() if share > 0}
    sold_south = {item for item, share in south.items() if share > 0}
    assert sold_north.isdisjoint(sold_south)
    assert len(sold_north) == len(sold_south) == LIST_LENGTH
    assert scores_of(nowhere, "popular") == scores_of(
        GENERATOR.generate(empty_history(), Moment()), "popular"
    )


def test_where_nothing_popular_in_the_store_is_allowed_the_popular_items_of_all_stores_are() -> (
    None
):
    soap = np.array([each.startswith("soap-") for each in BUNDLE.vocabulary.item_ids])
    not_in_the_north = soap & (np.arange(40) >= LIST_LENGTH)

    found = GENERATOR.generate(
        empty_history(), Moment(source_size=2, store="north"), not_in_the_north
    )

    assert found.item_ids == ["soap-11", "soap-15"]
    assert set(scores_of(found, "popular").values()) == {0}


@pytest.mark.parametrize("share", [0.1, 0.9])
def test_only_what_is_allowed_is_proposed(share: float) -> None:
    allowed = np.random.default_rng(0).random(40) < share
    found = GENERATOR.generate(TEA_DRINKER, Moment(), allowed)

    rows = BUNDLE.vocabulary.rows(found.item_ids)
    assert len(rows) > 0
    assert allowed[rows].all()


def test_items_the_model_never_saw_propose_nothing_and_are_not_proposed() -> None:
    stranger = history_of_baskets([(AS_OF_SECONDS, ["unknown"])])

    found = GENERATOR.generate(stranger, Moment())

    assert found.own_item_count == 0
    assert "unknown" not in found.item_ids


def with_fresh(nearness: Sequence[float]) -> CandidateGenerator:
    """Return a generator that also knows ``new-tea-0`` and so on, so far towards tea."""
    fresh = np.zeros((len(nearness), BUNDLE.item_factors.shape[1]), np.float32)
    fresh[:, 0] = nearness
    names = [f"new-tea-{place}" for place in range(len(nearness))]
    return GENERATOR.with_fresh(names, fresh)


def test_fresh_items_are_proposed_by_where_they_lie() -> None:
    count = FRESH_SIZE + 3

    found = with_fresh(range(count)).generate(TEA_DRINKER, FEW)

    proposed = [each for each in found.item_ids if each.startswith("new-tea-")]
    assert proposed == [f"new-tea-{place}" for place in range(3, count)]


def test_fresh_items_borrow_the_scores_of_the_items_they_lie_nearest_to() -> None:
    moment = Moment(store="north", current_basket=["soap-3"], source_size=40)
    of_known = GENERATOR.generate(TEA_DRINKER, moment)

    found = with_fresh([1]).generate(TEA_DRINKER, moment)

    teas = [each for each in BUNDLE.vocabulary.item_ids if each.startswith("tea-")]
    for source in SOURCES[1:]:
        said = scores_of(of_known, source)
        mean = np.mean([said[tea] for tea in teas])
        assert scores_of(found, source)["new-tea-0"] == pytest.approx(mean), source
        assert {
            item: score for item, score in scores_of(found, source).items() if item in said
        } == said


@pytest.mark.parametrize("known_rows", [range(40), range(0, 20, 4), []])
def test_fresh_items_are_proposed_whatever_else_is_allowed(known_rows: Sequence[int]) -> None:
    count = 40 + FRESH_SIZE
    allowed = np.isin(np.arange(count), [*known_rows, *range(40, count)])
    generator = with_fresh([0.1] * FRESH_SIZE)  # every tea that the model knows is nearer

    found = generator.generate(TEA_DRINKER, FEW, allowed)

    assert {f"new-tea-{place}" for place in range(FRESH_SIZE)} <= set(found.item_ids)
    assert len(set(found.item_ids)) == len(found.item_ids)


@pytest.mark.parametrize("known_rows", [range(40), range(0, 20, 4)])
def test_fresh_items_that_are_not_allowed_are_not_proposed(known_rows: Sequence[int]) -> None:
    count = 40 + FRESH_SIZE
    allowed = np.isin(np.arange(count), [*known_rows, 42, 45])

    found = with_fresh(range(FRESH_SIZE)).generate(TEA_DRINKER, FEW, allowed)

    fresh = {each for each in found.item_ids if each.startswith("new-tea-")}
    assert fresh == {"new-tea-2", "new-tea-5"}


def test_where_only_items_the_model_never_saw_are_allowed_all_of_them_are_searched() -> None:
    is_fresh = np.arange(40 + 100) >= 40

    found = with_fresh(range(100)).generate(TEA_DRINKER, Moment(source_size=20), is_fresh)

    assert found.item_ids == [f"new-tea-{place}" for place in range(80, 100)]


def test_transitions_follow_five_baskets_each_with_half_the_weight_of_the_next() -> None:
    baskets = [["tea-0"], ["coffee-1"], ["bread-2"], ["soap-3"], ["tea-4"], ["coffee-5"]]
    history = history_of_baskets(
        [(AS_OF_SECONDS - place, basket) for place, basket in enumerate(baskets)]
    )

    found = scores_of(GENERATOR.generate(history, Moment()), "transition")

    expected = dict.fromkeys(found, 0.0)
    for place, (item,) in enumerate(baskets[:5]):
        row = int(BUNDLE.vocabulary.rows([item])[0])
        partners = BUNDLE.vocabulary.ids(BUNDLE.transitions.rows[row].astype(np.int64))
        for partner, score in zip(partners, BUNDLE.transitions.scores[row].tolist(), strict=True):
            expected[partner] += score * 0.5**place
    assert found == pytest.approx(expected)


def test_neighbours_count_with_the_logarithm_of_the_baskets() -> None:
    history = history_of_baskets([(AS_OF_SECONDS - place, ["tea-0"]) for place in range(6)])

    found = scores_of(GENERATOR.generate(history, Moment()), "neighbour")

    nearest = BUNDLE.vocabulary.ids(BUNDLE.neighbours.rows[0, :1].astype(np.int64))[0]
    assert found[nearest] == pytest.approx(np.log1p(6) * BUNDLE.neighbours.scores[0, 0])


def test_places_that_a_graph_could_not_fill_propose_nothing() -> None:
    class Lacking:
        kind = "hnsw"

        def search(
            self, vectors: NDArray[np.float32], count: int
        ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
            rows, scores = np.full((len(vectors), count), -1), np.zeros((len(vectors), count))
            return rows.astype(np.int64), scores.astype(np.float32)

    bare = dataclasses.replace(GENERATOR, index=Lacking())
    last = BUNDLE.vocabulary.item_ids[-1]  # what row -1 would be

    assert last not in bare.generate(TEA_DRINKER, FEW).item_ids


def test_so_many_own_items_and_no_more() -> None:
    history: History = history_of_baskets(
        [(AS_OF_SECONDS - place, [f"tea-{28 - place * 4}"]) for place in range(8)]
    )  # what is expected most was bought first
    everything = GENERATOR.generate(history, Moment(source_size=1))
    expected = scores_of(everything, "next")
    own = everything.item_ids[: everything.own_item_count]
    likeliest = sorted(own, key=lambda each: -expected[each])[:3]

    found = GENERATOR.generate(history, Moment(own_item_count=3, source_size=1))

    assert own == [f"tea-{28 - place * 4}" for place in range(8)]
    assert set(likeliest) != set(own[:3])
    assert likeliest != [each for each in own if each in likeliest]
    assert found.item_ids[:3] == [each for each in own if each in likeliest]
    assert found.own_item_count == 3


def test_of_own_items_that_are_expected_alike_the_latest_are_taken() -> None:
    strangers = dataclasses.replace(
        GENERATOR, next_basket=NextBasket(np.zeros_like(BUNDLE.present_shares), np.arange(0))
    )
    blank = dataclasses.replace(BUNDLE.next_items, scores=np.zeros_like(BUNDLE.next_items.scores))
    unforetold = dataclasses.replace(
        strangers, bundle=dataclasses.replace(BUNDLE, next_items=blank)
    )
    history = history_of_baskets(
        [(AS_OF_SECONDS - place, [f"tea-{place * 4}"]) for place in range(8)]
    )

    found = unforetold.generate(history, Moment(own_item_count=3, source_size=1))

    assert found.item_ids[:3] == ["tea-0", "tea-4", "tea-8"]
