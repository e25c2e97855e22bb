"""The gate, the way back, and the log of both, on a real MLflow."""

import json
import re
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import pytest
from numpy.typing import NDArray

from ml.model.index import FaissIndex
from ml.model.nearest import ItemIndex
from ml.training.gate import index_line
from ml.training.promote import index_recalls, promote
from ml.training.promotion_log import moves
from ml.training.promotion_report import ReportFormat
from ml.training.registry import CHALLENGER, CHAMPION, PREVIOUS, Registry, RegistryError
from ml.training.registry_commands import Tracking
from ml.training.registry_commands import promote as ask_gate
from ml.training.registry_commands import report as tell_report
from ml.training.registry_commands import rollback as go_back
from ml.training.reliability import Reliability
from ml.training.rollback import rollback
from tests.ml.training.conftest import MLFLOW_WARNS, NAME, Register
from tests.models import small_bundle

pytestmark = MLFLOW_WARNS

GOOD, FAIR, BAD = [0.3, 0.5] * 20, [0.28, 0.48] * 20, [0.1, 0.2] * 20


def number_of(registry: Registry, alias: str) -> str | None:
    version = registry.version(NAME, alias)
    return version.number if version else None


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


def test_a_rollback_brings_the_champion_before_back_once(
    registry: Registry, register: Register
) -> None:
    for seed in (0, 1):
        register(small_bundle(seed=seed), recall=GOOD, baseline=BAD)
        promote(registry, NAME)

    done = rollback(registry, NAME, why="complaints")

    assert done.source is not None
    assert (done.source.number, done.target.number) == ("2", "1")
    assert number_of(registry, CHAMPION) == "1"
    assert [(each.source, each.target) for each in moves(registry, NAME)] == [
        ("", "1"), ("1", "2"), ("2", "1"),
    ]  # fmt: skip
    assert moves(registry, NAME)[-1].why == "complaints"
    with pytest.raises(RegistryError, match="nothing to go back to"):
        rollback(registry, NAME)


def test_a_promotion_cut_off_between_its_moves_is_no_way_back_but_can_be_repeated(
    registry: Registry, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seed in (0, 1):
        register(small_bundle(seed=seed), recall=GOOD, baseline=BAD)
        promote(registry, NAME)
    register(small_bundle(seed=2), recall=GOOD, baseline=BAD)
    move = registry.set_alias

    def cut_off(name: str, alias: str, number: str) -> None:
        if alias == CHAMPION:
            raise RegistryError("MLflow is away")
        move(name, alias, number)

    monkeypatch.setattr(registry, "set_alias", cut_off)
    with pytest.raises(RegistryError, match="away"):
        promote(registry, NAME)
    monkeypatch.undo()

    with pytest.raises(RegistryError, match="version 2 of 'ofone' is both champion and previous"):
        rollback(registry, NAME)
    assert [(each.target, each.is_complete) for each in moves(registry, NAME)] == [
        ("1", True), ("2", True), ("3", False),
    ]  # fmt: skip
    assert promote(registry, NAME).moved
    assert (number_of(registry, CHAMPION), number_of(registry, PREVIOUS)) == ("3", "2")


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


def test_a_run_that_raises_ends_as_failed(registry: Registry) -> None:
    with pytest.raises(ValueError, match="broken"), registry.run("x", run_name="r", tags={}):
        raise ValueError("broken")

    assert [each.is_finished for each in registry.runs("x")] == [False]


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


def test_the_log_keeps_what_the_index_found(registry: Registry, register: Register) -> None:
    register(small_bundle(), recall=GOOD, baseline=FAIR)
    promote(registry, NAME)

    (move,) = registry.client.search_runs([registry.experiment_id(f"{NAME}-promotions")])

    assert move.data.metrics["index_recall_exact"] == 1.0
    assert move.data.metrics["lead"] == pytest.approx(0.02)


def test_promotion_and_rollback_tell_what_happens_next(
    registry: Registry, register: Register, tracking_uri: str
) -> None:
    told: list[str] = []
    tracking = Tracking(tracking_uri, NAME)
    for seed in (0, 1):
        register(small_bundle(seed=seed), recall=GOOD, baseline=BAD)
        assert ask_gate(tracking, say=told.append)
    go_back(tracking, why="complaints", say=told.append)

    heard = [each for each in told if "running `publish --watch` does it within 10 s" in each]
    assert len(heard) == 3


def test_a_file_that_is_no_database_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "mlflow.db").write_text("no database at all")

    with pytest.raises(RegistryError, match="file is not a database"):
        Registry(f"sqlite:///{tmp_path / 'mlflow.db'}")


def report(tracking_uri: str, form: ReportFormat = ReportFormat.TEXT) -> str:
    told: list[str] = []
    tell_report(Tracking(tracking_uri, NAME), form=form, say=told.append)
    return "\n".join(told)


def test_a_report_without_a_move_says_so(tracking_uri: str) -> None:
    sentence = "the champion of ofone has never moved: nothing was promoted yet"

    assert report(tracking_uri) == sentence
    assert sentence in report(tracking_uri, ReportFormat.MARKDOWN)
    assert json.loads(report(tracking_uri, ReportFormat.JSON))["moves"] == []


def test_the_report_tells_every_move_in_three_forms(
    registry: Registry, register: Register, tracking_uri: str
) -> None:
    for seed in (0, 1):
        register(small_bundle(seed=seed), recall=GOOD, baseline=BAD)
        promote(registry, NAME)
    rollback(registry, NAME, why="complaints | many")

    lines = report(tracking_uri).splitlines()
    assert [re.sub(r"^\S+ \S+: ", "", each)[:8] for each in lines] == [
        "- -> 1: ", "1 -> 2: ", "2 -> 1: ",
    ]  # fmt: skip
    table = report(tracking_uri, ReportFormat.MARKDOWN).splitlines()
    assert table[0] == "| when | who | from | to | why | figures |"
    assert "lead 0.2500, lead_low " in table[2]
    assert "complaints \\| many" in table[4]
    document = json.loads(report(tracking_uri, ReportFormat.JSON))
    assert [(each["source"], each["target"]) for each in document["moves"]] == [
        ("", "1"), ("1", "2"), ("2", "1"),
    ]  # fmt: skip
    assert document["champion"] == document["alias"] == "1"
    assert document["moves"][0]["figures"]["lead"] == pytest.approx(0.25)


def test_a_direct_move_is_told_and_a_rollback_takes_it_back(
    registry: Registry, register: Register, tracking_uri: str
) -> None:
    for seed in (0, 1):
        register(small_bundle(seed=seed), recall=GOOD, baseline=BAD)
        promote(registry, NAME)
    astray = register(small_bundle(seed=2), recall=BAD, baseline=BAD)
    registry.set_alias(NAME, CHAMPION, astray.number)

    assert "is version 2, but the alias names version 3" in report(tracking_uri)
    done = rollback(registry, NAME)

    assert done.target.number == "2"
    assert (number_of(registry, CHAMPION), number_of(registry, PREVIOUS)) == ("2", "1")
    assert "but the alias" not in report(tracking_uri)


def test_a_direct_move_of_the_alias_to_the_challenger_does_not_pass_the_gate(
    registry: Registry, register: Register
) -> None:
    register(small_bundle(), recall=GOOD, baseline=BAD)
    promote(registry, NAME)
    astray = register(small_bundle(seed=1), recall=BAD, baseline=BAD, champion=GOOD)
    registry.set_alias(NAME, CHAMPION, astray.number)

    verdict = promote(registry, NAME)

    assert not verdict.moved
    assert verdict.refusals[0].name == "overall"


def test_a_person_may_overrule_the_gate_and_the_log_says_who_and_why(
    registry: Registry, register: Register
) -> None:
    version = register(small_bundle(), recall=BAD, baseline=FAIR)
    promote(registry, NAME)
    assert registry.tags(version.run_id)["gate"] == "refused"
    assert "overall: recall@10 does not" in registry.tags(version.run_id)["gate_refusals"]

    assert promote(registry, NAME, overrule="the shop opens tomorrow").moved

    assert registry.tags(version.run_id)["gate"] == "overruled"
    (move,) = moves(registry, NAME)
    assert move.why.startswith("the gate was overruled: the shop opens tomorrow (it refused over")


def test_nobody_can_overrule_a_bundle_that_services_would_refuse(
    registry: Registry, register: Register, tmp_path: Path
) -> None:
    register(small_bundle(), recall=GOOD, baseline=BAD)
    (array,) = (tmp_path / "mlflow" / "artifacts").rglob("item_factors.npy")
    array.write_bytes(array.read_bytes()[:-4])

    assert not promote(registry, NAME, overrule="it must").moved
    assert number_of(registry, CHAMPION) is None
