"""The gate on a real MLflow: who passes, who is refused, and by which line."""

from pathlib import Path
from typing import Any

import faiss
import numpy as np
import pytest
from numpy.typing import NDArray

from ml.model.index import FaissIndex
from ml.model.nearest import ItemIndex
from ml.training.gate.lines import index_line
from ml.training.gate.promote import index_recalls, promote
from ml.training.gate.reliability import Reliability
from ml.training.versions.mlflow_access import RegistryError
from ml.training.versions.promotion_log import moves
from ml.training.versions.registry import CHALLENGER, CHAMPION, PREVIOUS, Registry
from ml.training.versions.run_contents import VERSION_TAG
from tests.ml.training.conftest import (
    BAD,
    FAIR,
    GOOD,
    MLFLOW_WARNS,
    NAME,
    Register,
    number_of,
)
from tests.models import small_bundle, with_foreign_ranker

pytestmark = MLFLOW_WARNS


def test_the_first_model_must_beat_the_baseline(registry: Registry, register: Register) -> None:
    register(small_bundle(), recall=BAD, baseline=FAIR)

    verdict = promote(registry, NAME)

    assert not verdict.moved
    assert [each.name for each in verdict.refusals] == ["overall", "known baskets 3-10"]
    assert "does not surely beat personal-then-popular" in verdict.refusals[0].sentence
    assert number_of(registry, CHAMPION) is None
    assert moves(registry, NAME) == []


def test_a_first_model_that_does_becomes_champion(registry: Registry, register: Register) -> None:
    register(small_bundle(), recall=GOOD, baseline=FAIR)

    assert promote(registry, NAME).moved

    assert number_of(registry, CHAMPION) == "1"
    assert number_of(registry, PREVIOUS) is None
    (move,) = moves(registry, NAME)
    assert (move.source, move.target, move.is_complete) == ("", "1", True)
    assert "surely beats personal-then-popular: +0.0200" in move.why


def test_a_champion_asked_the_same_is_the_measure(registry: Registry, register: Register) -> None:
    register(small_bundle(), recall=GOOD, baseline=BAD)
    promote(registry, NAME)
    register(small_bundle(seed=1), recall=FAIR, baseline=BAD)

    verdict = promote(registry, NAME)

    assert not verdict.moved
    assert "not proven to be as good as the champion in its own run" in verdict.refusals[0].sentence
    assert "it lies 0.0150 under that" in verdict.refusals[0].sentence
    assert number_of(registry, CHAMPION) == "1"


def test_an_equal_challenger_replaces_the_champion_which_stays_at_hand(
    registry: Registry, register: Register
) -> None:
    register(small_bundle(), recall=GOOD, baseline=BAD)
    promote(registry, NAME)
    register(small_bundle(seed=1), recall=GOOD, baseline=BAD)

    assert promote(registry, NAME).moved

    assert (number_of(registry, CHAMPION), number_of(registry, PREVIOUS)) == ("2", "1")


def test_a_champion_that_answered_in_the_challengers_run_is_the_measure(
    registry: Registry, register: Register
) -> None:
    register(small_bundle(), recall=GOOD, baseline=BAD)
    promote(registry, NAME)
    register(small_bundle(seed=1), recall=FAIR, baseline=BAD, champion=BAD, question="another")

    verdict = promote(registry, NAME)

    assert verdict.moved
    assert "is not worse than the champion: +0.2300" in verdict.lines[0].sentence


def test_a_challenger_that_was_compared_with_another_champion_is_refused(
    registry: Registry, register: Register
) -> None:
    register(small_bundle(), recall=GOOD, baseline=BAD)
    promote(registry, NAME)
    waiting = register(small_bundle(seed=1), recall=GOOD, baseline=BAD, champion=BAD)
    register(small_bundle(seed=2), recall=GOOD, baseline=BAD, champion=BAD)
    promote(registry, NAME)
    registry.set_alias(NAME, CHALLENGER, waiting.number)

    (refusal,) = promote(registry, NAME).refusals

    assert "the champion is version 3 and was version 1 when" in refusal.sentence


def test_a_challenger_spoiled_for_new_customers_only_is_refused_and_they_are_named(
    registry: Registry, register: Register
) -> None:
    register(small_bundle(), recall=GOOD, baseline=BAD)
    promote(registry, NAME)
    others_gain_what_newcomers_lose = [0.1, 0.35] * 60
    register(
        small_bundle(seed=1),
        recall=others_gain_what_newcomers_lose,
        baseline=BAD * 3,
        champion=[0.2, 0.2] * 60,
        baskets=("0-2", "11 or more"),
    )

    verdict = promote(registry, NAME)

    assert verdict.lines[0].passed, "all together gain"
    assert [each.name for each in verdict.refusals] == ["known baskets 0-2"]
    assert "they lose, by at least 0.1000" in verdict.refusals[0].sentence
    assert number_of(registry, CHAMPION) == "1"


@pytest.mark.parametrize(
    ("figures", "line"),
    [
        ({"fold_in_difference": 0.2}, "fold-in"),
        ({"answer_ms_p95": 10.5}, "answer time"),
        ({"answer_ms_p95": 4.0, "champion_answer_ms_p95": 2.0}, "answer time"),
        ({"reliability": Reliability((0.9,), (0.5,), error=0.4, by_chance=0.1)}, "calibration"),
    ],
)
def test_what_was_measured_of_the_bundle_can_refuse_it(
    registry: Registry, register: Register, figures: dict[str, Any], line: str
) -> None:
    register(small_bundle(), recall=GOOD, baseline=BAD, **figures)

    verdict = promote(registry, NAME)

    assert not verdict.moved
    assert [each.name for each in verdict.refusals] == [line]


def test_a_run_that_kept_nothing_for_the_gate_is_said_in_a_sentence(registry: Registry) -> None:
    with registry.run(NAME, run_name="old", tags={}) as run_id:
        version = registry.register(NAME, run_id, "v1")
    registry.set_alias(NAME, CHALLENGER, version.number)

    with pytest.raises(RegistryError, match=r"kept no scores\.parquet: the gate cannot decide"):
        promote(registry, NAME)


def test_a_champion_asked_something_else_gives_way_to_the_baseline_as_measure(
    registry: Registry, register: Register
) -> None:
    register(small_bundle(), recall=GOOD, baseline=BAD)
    promote(registry, NAME)
    register(small_bundle(seed=1), recall=FAIR, baseline=BAD, question="another")

    verdict = promote(registry, NAME)

    assert verdict.moved
    assert "the champion could not be asked: it learned from" in verdict.lines[0].sentence


def test_runs_that_do_not_tell_what_they_were_asked_were_not_asked_the_same(
    registry: Registry, register: Register
) -> None:
    register(small_bundle(), recall=GOOD, baseline=BAD, question="")
    promote(registry, NAME)
    register(small_bundle(seed=1), recall=FAIR, baseline=BAD, question="")

    assert "the champion could not be asked" in promote(registry, NAME).lines[0].sentence


def test_a_damaged_bundle_is_refused(
    registry: Registry, register: Register, tmp_path: Path
) -> None:
    register(small_bundle(), recall=GOOD, baseline=BAD)
    (array,) = (tmp_path / "mlflow" / "artifacts").rglob("item_factors.npy")
    content = bytearray(array.read_bytes())
    content[-1] ^= 1
    array.write_bytes(bytes(content))

    verdict = promote(registry, NAME)

    assert not verdict.moved
    (refusal,) = verdict.refusals
    assert refusal.name == "bundle"
    assert "BAD_DIGEST" in refusal.sentence


def test_a_bundle_that_is_not_the_one_registered_is_refused(
    registry: Registry, register: Register
) -> None:
    honest = register(small_bundle(), recall=GOOD, baseline=BAD)
    registry.client.set_model_version_tag(NAME, honest.number, VERSION_TAG, "other")

    verdict = promote(registry, NAME)

    (refusal,) = verdict.refusals
    assert refusal.sentence == (
        f"the bundle is version {honest.bundle_version}, registered was other"
    )
    assert not verdict.moved


def test_a_ranker_that_knows_other_features_is_refused(
    registry: Registry, register: Register
) -> None:
    register(with_foreign_ranker(small_bundle()), recall=GOOD, baseline=BAD)

    verdict = promote(registry, NAME)

    refused = {each.name: each.sentence for each in verdict.refusals}
    assert set(refused) == {"bundle"}
    assert "the bundle is refused: BAD_VALUE: the ranker was trained on other" in refused["bundle"]
    assert number_of(registry, CHAMPION) is None


def test_damaged_scores_are_said_in_a_sentence(
    registry: Registry, register: Register, tmp_path: Path
) -> None:
    register(small_bundle(), recall=GOOD, baseline=BAD)
    (scores,) = (tmp_path / "mlflow" / "artifacts").rglob("scores.parquet")
    scores.write_bytes(scores.read_bytes()[:-9])

    with pytest.raises(RegistryError, match=r"of version 1 of 'ofone': scores\.parquet is damaged"):
        promote(registry, NAME)

    assert number_of(registry, CHAMPION) is None


def test_asking_again_about_the_champion_changes_nothing(
    registry: Registry, register: Register
) -> None:
    register(small_bundle(), recall=GOOD, baseline=BAD)
    promote(registry, NAME)

    verdict = promote(registry, NAME)

    assert not verdict.moved
    assert not verdict.refusals
    assert len(moves(registry, NAME)) == 1


def test_without_a_challenger_or_a_model_a_sentence_says_so(
    registry: Registry, register: Register
) -> None:
    with pytest.raises(RegistryError, match="no model is registered as 'ofone'"):
        promote(registry, NAME)
    version = register(small_bundle(), recall=GOOD, baseline=BAD)
    registry.remove_alias(NAME, "challenger")
    with pytest.raises(RegistryError, match="train one first"):
        promote(registry, NAME)
    assert version.number == "1"


def blind_graph(factors: NDArray[np.float32]) -> ItemIndex:
    """Return a graph that holds the first item alone, and so misses nearly all."""
    index = faiss.IndexHNSWFlat(factors.shape[1], 4, faiss.METRIC_INNER_PRODUCT)
    index.add(np.ascontiguousarray(factors[:1]))
    return FaissIndex(index, "hnsw")


def test_an_index_that_misses_gives_way_to_exact_search_and_refuses_no_model() -> None:
    bundle = small_bundle()

    recalls = index_recalls(bundle, build=blind_graph)
    check = index_line(recalls)

    assert list(recalls) == ["hnsw", "exact"]
    assert recalls["hnsw"] < 0.95
    assert check.passed
    assert "the index (exact) finds 1.000" in check.sentence
    assert "hnsw finds" in check.sentence
    assert check.figures == {f"index_recall_{kind}": each for kind, each in recalls.items()}


def test_vectors_that_even_exact_search_misses_refuse_the_model() -> None:
    assert not index_line({"hnsw": 0.4, "exact": 0.9}).passed
