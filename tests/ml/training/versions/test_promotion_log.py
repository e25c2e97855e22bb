"""Every move of the champion is told, those that nobody wrote down too, and each has a way back."""

import json
import re
import time
from pathlib import Path

import pytest

from ml.training.commands.versions import Tracking
from ml.training.commands.versions import promote as ask_gate
from ml.training.commands.versions import report as tell_report
from ml.training.commands.versions import rollback as go_back
from ml.training.gate.promote import promote
from ml.training.versions.mlflow_access import RegistryError
from ml.training.versions.promotion_log import move_champion, moves, standing
from ml.training.versions.promotion_report import ReportFormat
from ml.training.versions.registry import CHAMPION, PREVIOUS, Registry
from ml.training.versions.rollback import rollback
from tests.ml.training.conftest import (
    BAD,
    FAIR,
    GOOD,
    MLFLOW_WARNS,
    NAME,
    Register,
    number_of,
)
from tests.models import small_bundle

pytestmark = MLFLOW_WARNS


def promote_two(registry: Registry, register: Register) -> None:
    """Let version 1 become champion, and then version 2."""
    for seed in (0, 1):
        register(small_bundle(seed=seed), recall=GOOD, baseline=BAD)
        assert promote(registry, NAME).moved


def test_a_rollback_brings_the_champion_before_back_once(
    registry: Registry, register: Register
) -> None:
    promote_two(registry, register)

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
    promote_two(registry, register)
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


def test_the_last_move_is_the_one_made_last_whatever_the_clocks_say(
    registry: Registry, register: Register, tracking_uri: str
) -> None:
    register(small_bundle(), recall=GOOD, baseline=BAD)
    promote(registry, NAME)
    register(small_bundle(seed=1), recall=GOOD, baseline=BAD)
    two_minutes_ahead = Registry(tracking_uri, clock=lambda: time.time() + 120)
    assert promote(two_minutes_ahead, NAME).moved

    rollback(registry, NAME)

    found = standing(registry, NAME)
    assert found.champion is not None
    assert (found.champion.number, found.is_astray) == ("1", False)
    assert [each.target for each in moves(registry, NAME)] == ["1", "2", "1"]
    with pytest.raises(RegistryError, match="nothing to go back to"):
        rollback(registry, NAME)


def test_moves_within_one_millisecond_are_told_apart(tracking_uri: str, register: Register) -> None:
    registry = Registry(tracking_uri, clock=lambda: 1_700_000_000.0)
    first, second = (
        register(small_bundle(seed=seed), recall=GOOD, baseline=BAD) for seed in (0, 1)
    )
    there_and_back = [first, second] * 5

    for version in there_and_back:
        move_champion(registry, version, source=None, why="a test")

    told = [each.target for each in moves(registry, NAME)]
    assert told == [each.number for each in there_and_back]
    assert standing(registry, NAME).champion == second


def test_a_log_that_was_written_by_the_clock_alone_is_still_read(
    registry: Registry, register: Register
) -> None:
    version = register(small_bundle(), recall=GOOD, baseline=BAD)
    with registry.run(f"{NAME}-promotions", run_name="old", tags={"to": version.number}):
        registry.set_alias(NAME, CHAMPION, version.number)

    assert standing(registry, NAME).champion == version
    assert [each.target for each in moves(registry, NAME)] == ["1"]


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
    promote_two(registry, register)
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
    promote_two(registry, register)
    astray = register(small_bundle(seed=2), recall=BAD, baseline=BAD)
    registry.set_alias(NAME, CHAMPION, astray.number)

    assert "is version 2, but the alias names version 3" in report(tracking_uri)
    done = rollback(registry, NAME)

    assert done.target.number == "2"
    assert (number_of(registry, CHAMPION), number_of(registry, PREVIOUS)) == ("2", "1")
    assert "but the alias" not in report(tracking_uri)


def test_a_champion_whose_alias_was_moved_away_is_still_champion(
    registry: Registry, register: Register
) -> None:
    promote_two(registry, register)
    registry.set_alias(NAME, CHAMPION, "1")

    verdict = promote(registry, NAME)

    assert not verdict.moved
    assert "moved away directly, which a rollback takes back" in verdict.lines[0].sentence


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
