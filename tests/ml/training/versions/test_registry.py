"""Runs and versions in a real MLflow, and what is said when it is no MLflow."""

from pathlib import Path

import pytest

from ml.training.runs.kept_steps import KEY_TAG
from ml.training.versions.mlflow_access import RegistryError
from ml.training.versions.registry import CHALLENGER, Registry
from tests.ml.training.conftest import MLFLOW_WARNS, NAME

pytestmark = MLFLOW_WARNS


def test_a_run_that_raises_ends_as_failed(registry: Registry) -> None:
    with pytest.raises(ValueError, match="broken"), registry.run("x", run_name="r", tags={}):
        raise ValueError("broken")

    assert [each.is_finished for each in registry.runs("x")] == [False]


def test_a_run_registers_once_however_often_it_is_cut_off(registry: Registry) -> None:
    with registry.run(NAME, run_name="r", tags={}) as run_id:
        first, second = (registry.register(NAME, run_id, "v1") for _ in range(2))

    assert first == second
    assert registry.version(NAME, CHALLENGER) is None


def test_what_is_finished_is_not_taken_up_and_what_failed_is(registry: Registry) -> None:
    with registry.run(NAME, run_name="whole", tags={KEY_TAG: "a key"}):
        assert registry.unfinished_run(NAME, KEY_TAG, "a key") is not None
    assert registry.unfinished_run(NAME, KEY_TAG, "a key") is None
    with (
        pytest.raises(RuntimeError, match="cut off"),
        registry.run(NAME, run_name="failed", tags={KEY_TAG: "a key"}) as run_id,
    ):
        raise RuntimeError("cut off")

    assert registry.unfinished_run(NAME, KEY_TAG, "a key") == run_id
    assert registry.unfinished_run(NAME, KEY_TAG, "another key") is None
    assert registry.unfinished_run("another model", KEY_TAG, "a key") is None


def test_what_is_registered_is_not_taken_up_but_an_earlier_start_that_is_not(
    registry: Registry,
) -> None:
    begun = []
    for name in ("earlier", "later"):
        with (
            pytest.raises(RuntimeError, match="cut off"),
            registry.run(NAME, run_name=name, tags={KEY_TAG: "a key"}) as run_id,
        ):
            raise RuntimeError("cut off")
        begun.append(run_id)
    earlier, later = begun
    assert registry.unfinished_run(NAME, KEY_TAG, "a key") == later

    registry.register(NAME, later, "v1")

    assert registry.unfinished_run(NAME, KEY_TAG, "a key") == earlier


def fail_after_another_finished(registry: Registry, run_id: str) -> None:
    with registry.run(NAME, run_name="second start", tags={}, resumed=run_id):
        registry.client.set_terminated(run_id, "FINISHED")
        raise RuntimeError("the disk is full")


def test_who_fails_on_a_run_that_another_finished_meanwhile_leaves_it_finished(
    registry: Registry,
) -> None:
    with registry.run(NAME, run_name="first start", tags={}) as run_id:
        with pytest.raises(RuntimeError, match="the disk is full"):
            fail_after_another_finished(registry, run_id)
        assert [each.is_finished for each in registry.runs(NAME)] == [True]

    with registry.run(NAME, run_name="late", tags={}, resumed=run_id):
        assert [each.is_finished for each in registry.runs(NAME)] == [True]


def test_an_alias_that_advances_is_never_moved_back(registry: Registry) -> None:
    made = []
    for name in ("slow", "quick"):
        with registry.run(NAME, run_name=name, tags={}) as run_id:
            made.append(registry.register(NAME, run_id, name))
    slow, quick = made

    for each in (quick, slow):
        registry.advance_alias(NAME, CHALLENGER, each.number)

    assert registry.version(NAME, CHALLENGER) == quick


def test_a_file_that_is_no_database_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "mlflow.db").write_text("no database at all")

    with pytest.raises(RegistryError, match="file is not a database"):
        Registry(f"sqlite:///{tmp_path / 'mlflow.db'}")
