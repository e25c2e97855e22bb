"""A run that was cut off goes on, and the same data give the same bundle to the byte."""

import dataclasses
import shutil
from pathlib import Path

import pandas as pd
import pytest

from ml.dataset.folder import write_dataset
from ml.training.runs import run_steps
from ml.training.runs.kept_steps import run_key
from ml.training.runs.train import Trained, train
from ml.training.training_config import TrainingConfig
from ml.training.versions.mlflow_access import RegistryError
from ml.training.versions.promotion_log import move_champion
from ml.training.versions.registry import RegisteredVersion, Registry
from ml.training.versions.run_contents import BUNDLE_ARTIFACT
from tests.ml.training.bread_shop import SMALL, bread_shop
from tests.ml.training.conftest import MLFLOW_WARNS, NAME

pytestmark = [
    MLFLOW_WARNS,
    pytest.mark.filterwarnings("ignore:Matplotlib is building the font cache"),
]

CONFIG = TrainingConfig(learning=SMALL, name=NAME)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("shops") / "bread"
    write_dataset(bread_shop(), path)
    return path


@pytest.fixture(scope="module")
def whole(
    folder: Path, empty_database: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Registry, Trained]:
    """Give a run that nobody cut off, in a registry of its own."""
    database = tmp_path_factory.mktemp("whole") / "mlflow.db"
    shutil.copy(empty_database, database)
    registry = Registry(f"sqlite:///{database}")
    return registry, train(folder, CONFIG, registry)


def bytes_of(registry: Registry, run_id: str, folder: Path) -> dict[str, bytes]:
    folder.mkdir()
    bundle = registry.download(run_id, BUNDLE_ARTIFACT, folder)
    return {each.name: each.read_bytes() for each in bundle.iterdir()}


def as_kill_leaves_it(registry: Registry, run_id: str) -> None:
    """Let the run stand there as running, as a process does that could not say good-bye."""
    registry.client.update_run(run_id, status="RUNNING")


def cut(*_: object, **__: object) -> None:
    raise RuntimeError("cut off")


def test_a_run_leaves_what_a_person_and_the_gate_need(
    whole: tuple[Registry, Trained], tmp_path: Path
) -> None:
    registry, trained = whole

    artifacts = registry.download(trained.registered.run_id, "", tmp_path)

    assert {each.name for each in artifacts.iterdir()} >= {
        "bundle", "evaluation-bundle", "scores.parquet", "gate.json", "evaluated.json",
        "environment.txt", "report.md", "lists.md",
    }  # fmt: skip
    assert not trained.is_resumed


def test_a_run_names_no_customer_and_shows_nobodys_basket(
    whole: tuple[Registry, Trained], tmp_path: Path
) -> None:
    registry, trained = whole
    bought = bread_shop().interactions
    names = [each.encode() for name in ("customer_id", "basket_id") for each in bought[name]]

    artifacts = registry.download(trained.registered.run_id, "", tmp_path)
    run = registry.client.get_run(trained.registered.run_id)

    files = [each for each in artifacts.rglob("*") if each.is_file()]
    held = {each.name: each.read_bytes() for each in files} | {
        "the run itself": repr(run.to_dictionary()).encode(),
        "the texts of scores.parquet": repr(
            pd.read_parquet(artifacts / "scores.parquet").to_dict()
        ).encode(),
    }
    assert len(files) > 20
    assert [place for place, text in held.items() if any(each in text for each in {*names})] == []
    lists = (artifacts / "lists.md").read_text()
    assert "## A stranger" in lists
    assert "## bread once a week" in lists
    assert "(bought)" not in lists


@pytest.mark.parametrize(
    ("step", "finished"), [("learn", ["evaluate"]), ("measured", ["evaluate", "learn"])]
)
def test_a_run_cut_off_is_finished_by_the_next_and_its_bundle_is_the_same_to_the_byte(
    *,
    step: str,
    finished: list[str],
    whole: tuple[Registry, Trained],
    folder: Path,
    registry: Registry,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(run_steps, step, cut)
        with pytest.raises(RuntimeError, match="cut off"):
            train(folder, CONFIG, registry)
    (begun,) = registry.client.search_runs([registry.experiment_id(NAME)])
    as_kill_leaves_it(registry, begun.info.run_id)
    for each in finished:
        monkeypatch.setattr(run_steps, each, cut)  # what is finished is not done twice

    trained = train(folder, CONFIG, registry)

    assert trained.is_resumed
    assert trained.registered.run_id == begun.info.run_id
    assert [each.is_finished for each in registry.runs(NAME)] == [True]
    other, uncut = whole
    assert trained.summary == uncut.summary
    assert bytes_of(registry, trained.registered.run_id, tmp_path / "resumed") == bytes_of(
        other, uncut.registered.run_id, tmp_path / "whole"
    )


def crowned(registry: Registry) -> RegisteredVersion:
    """Return a champion whose run keeps nothing."""
    with registry.run(NAME, run_name="made up", tags={}) as run_id:
        version = registry.register(NAME, run_id, "v1")
    move_champion(registry, version, source=None, why="a test")
    return version


def test_a_champion_whose_bundle_was_deleted_stops_no_run(folder: Path, registry: Registry) -> None:
    crowned(registry)

    trained = train(folder, CONFIG, registry)

    assert "the champion, version 1, could not be asked: its run keeps no bundle" in trained.summary
    assert trained.registered.number == "2"


def test_a_champion_that_is_gone_is_noticed_before_the_long_work(
    folder: Path, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry.client.delete_model_version(NAME, crowned(registry).number)
    monkeypatch.setattr(run_steps, "evaluate", cut)

    with pytest.raises(RegistryError, match="version=1"):
        train(folder, CONFIG, registry)

    assert [each.is_finished for each in registry.runs(NAME)] == [True], "no run was begun"


def test_a_run_killed_before_its_parameters_were_kept_gets_them_when_it_goes_on(
    folder: Path, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(registry, "log", cut)
        with pytest.raises(RuntimeError, match="cut off"):
            train(folder, CONFIG, registry)
    monkeypatch.setattr(run_steps, "evaluate", cut)
    shown = dataclasses.replace(SMALL, show_progress=True)

    for config in (CONFIG, dataclasses.replace(CONFIG, learning=shown)):
        with pytest.raises(RuntimeError, match="cut off"):
            train(folder, config, registry)

    (run,) = registry.client.search_runs([registry.experiment_id(NAME)])
    assert run.data.params["learning.windows"] == "2"
    assert run.data.params["learning.show_progress"] == "False", "the first that could be kept"
    assert run.inputs is not None
    assert len(run.inputs.dataset_inputs) == 1


def test_other_data_or_another_configuration_make_another_run() -> None:
    key = run_key("digest", {"learning.seed": "0", "learning.windows": "2"}, None)

    assert run_key("digest", {"learning.windows": "2", "learning.seed": "0"}, None) == key
    assert run_key("other", {"learning.seed": "0", "learning.windows": "2"}, None) != key
    assert run_key("digest", {"learning.seed": "1", "learning.windows": "2"}, None) != key


def test_other_consents_make_another_run_for_other_customers_are_told_apart() -> None:
    key = run_key("digest", {}, {"ann": True, "bob": False})

    assert run_key("digest", {}, {"bob": False, "ann": True}) == key
    assert run_key("digest", {}, {"ann": True, "bob": True}) != key
    assert run_key("digest", {}, {"ann": True}) != key
    assert run_key("digest", {}, {}) != run_key("digest", {}, None)
