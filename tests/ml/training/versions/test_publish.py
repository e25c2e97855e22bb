"""From alias to folder: whole, verified, flipped, and patient when MLflow is away."""

import os
import re
import shutil
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ml.__main__ import app
from ml.model.bundle_folder import read_bundle
from ml.training.versions.promotion_log import move_champion
from ml.training.versions.publish import (
    KEPT_VERSIONS,
    STALE_DRAFT_SECONDS,
    Publisher,
    PublishError,
)
from ml.training.versions.registry import CHALLENGER, CHAMPION, RegisteredVersion, Registry
from ml.training.versions.rollback import rollback
from tests.ml.training.conftest import MLFLOW_WARNS, NAME, Register
from tests.models import small_bundle

pytestmark = MLFLOW_WARNS

SCORES = {"recall": [0.5, 0.6], "baseline": [0.1, 0.2]}


@pytest.fixture
def models(tmp_path: Path) -> Path:
    return tmp_path / "models"


@pytest.fixture
def publisher(registry: Registry, models: Path) -> Publisher:
    return Publisher(lambda: registry, name=NAME, alias=CHAMPION, model_folder=models)


def crown(registry: Registry, register: Register, seed: int) -> RegisteredVersion:
    version = register(small_bundle(seed=seed), **SCORES)
    move_champion(registry, version, source=None, why="a test")
    return version


def test_the_champion_becomes_current(
    registry: Registry, register: Register, publisher: Publisher, models: Path
) -> None:
    crown(registry, register, 0)

    published = publisher.publish()

    assert published.changed
    version = small_bundle().facts.version
    assert (models / "current").readlink() == Path("versions") / version
    assert read_bundle(models / "current").facts.version == version
    assert sorted(each.name for each in models.iterdir()) == ["current", "versions"]


def test_publishing_again_moves_nothing(
    registry: Registry, register: Register, publisher: Publisher, models: Path
) -> None:
    crown(registry, register, 0)
    publisher.publish()
    other = Publisher(lambda: registry, name=NAME, alias=CHAMPION, model_folder=models)

    assert not publisher.publish().changed
    assert not other.publish().changed


def test_a_moved_alias_is_followed_and_so_is_the_way_back(
    registry: Registry, register: Register, publisher: Publisher, models: Path
) -> None:
    first = crown(registry, register, 0)
    publisher.publish()
    crown(registry, register, 1)
    assert publisher.publish().folder.name == small_bundle(seed=1).facts.version

    move_champion(registry, first, source=None, why="a test")

    assert publisher.publish().folder.name == small_bundle().facts.version
    assert (models / "current").resolve().name == small_bundle().facts.version


def test_only_the_last_versions_are_kept(
    registry: Registry, register: Register, publisher: Publisher, models: Path
) -> None:
    for seed in range(KEPT_VERSIONS + 2):
        crown(registry, register, seed)
        publisher.publish()

    kept = {each.name for each in (models / "versions").iterdir()}

    assert len(kept) == KEPT_VERSIONS
    assert small_bundle(seed=KEPT_VERSIONS + 1).facts.version in kept


def test_a_damaged_bundle_leaves_the_old_one_current(
    registry: Registry, register: Register, publisher: Publisher, models: Path
) -> None:
    crown(registry, register, 0)
    publisher.publish()
    version = crown(registry, register, 1)
    artifacts = models.parent / "mlflow" / "artifacts" / NAME / version.run_id
    (factors,) = artifacts.rglob("item_factors.npy")
    factors.write_bytes(factors.read_bytes()[:-4])

    with pytest.raises(PublishError, match="BAD_DIGEST"):
        publisher.publish()

    assert (models / "current").resolve().name == small_bundle().facts.version
    assert len(list((models / "versions").iterdir())) == 1
    assert sorted(each.name for each in models.iterdir()) == ["current", "versions"]


def test_what_somebody_tidied_away_is_brought_again(
    registry: Registry, register: Register, publisher: Publisher, models: Path
) -> None:
    crown(registry, register, 0)
    folder = publisher.publish().folder
    (models / "current").unlink()
    assert publisher.publish().changed
    assert (models / "current").resolve() == folder.resolve()

    shutil.rmtree(models)

    assert publisher.publish().changed
    assert read_bundle(models / "current").facts.version == folder.name


def test_drafts_of_publishers_that_were_killed_are_cleared_away_and_others_are_not(
    registry: Registry, register: Register, publisher: Publisher, models: Path
) -> None:
    crown(registry, register, 0)
    hour_ago = time.time() - STALE_DRAFT_SECONDS - 60
    for name, last_written in (("dead", hour_ago), ("at-work", time.time())):
        array = models / f".publish-{name}" / "bundle" / "item_factors.npy"
        array.parent.mkdir(parents=True)
        array.write_bytes(b"half of it")
        os.utime(array, (last_written, last_written))
        for folder in array.parents[:2]:  # nothing was begun in them for an hour
            os.utime(folder, (hour_ago, hour_ago))
    publisher.publish()

    assert [each.name for each in models.glob(".publish-*")] == [".publish-at-work"]


def test_a_version_damaged_on_disk_is_fetched_again(
    registry: Registry, register: Register, publisher: Publisher, models: Path
) -> None:
    crown(registry, register, 0)
    folder = publisher.publish().folder
    (folder / "ranker.txt").write_text("something else")
    again = Publisher(lambda: registry, name=NAME, alias=CHAMPION, model_folder=models)

    again.publish()

    assert read_bundle(models / "current").facts.version == folder.name


def test_without_a_champion_nothing_is_touched(
    register: Register, publisher: Publisher, models: Path
) -> None:
    register(small_bundle(), **SCORES)

    with pytest.raises(PublishError, match="promote one first"):
        publisher.publish()

    assert not models.exists()


def test_an_alias_that_was_moved_directly_is_told_and_not_followed(
    registry: Registry, register: Register, publisher: Publisher, models: Path
) -> None:
    first = crown(registry, register, 0)
    publisher.publish()
    second = register(small_bundle(seed=1), **SCORES)
    registry.set_alias(NAME, CHAMPION, second.number)

    published = publisher.publish()

    assert published.version == first
    assert not published.changed
    assert "the alias champion names version 2, which no promotion" in published.astray
    rollback(registry, NAME)
    assert publisher.publish().astray == ""
    assert (models / "current").resolve().name == small_bundle().facts.version


def test_an_alias_without_any_promotion_publishes_nothing(
    registry: Registry, register: Register, publisher: Publisher
) -> None:
    version = register(small_bundle(), **SCORES)
    registry.set_alias(NAME, CHAMPION, version.number)

    with pytest.raises(PublishError, match="names version 1, which no promotion") as raised:
        publisher.publish()

    assert raised.value.is_astray


def test_another_alias_is_followed_as_it_is_moved(
    registry: Registry, register: Register, models: Path
) -> None:
    register(small_bundle(), **SCORES)
    follower = Publisher(lambda: registry, name=NAME, alias="challenger", model_folder=models)

    assert follower.publish().folder.name == small_bundle().facts.version
    assert follower.publish().astray == ""


def test_without_a_challenger_it_is_said_how_to_come_by_one(
    registry: Registry, register: Register, models: Path
) -> None:
    register(small_bundle(), **SCORES)
    registry.remove_alias(NAME, CHALLENGER)
    publisher = Publisher(lambda: registry, name=NAME, alias=CHALLENGER, model_folder=models)

    with pytest.raises(PublishError, match="is challenger; train one first"):
        publisher.publish()


def test_the_command_of_the_page_on_shadows_publishes_the_challenger(
    tracking_uri: str, register: Register, models: Path
) -> None:
    page = (Path(__file__).parents[4] / "docs" / "shadow.md").read_text()
    (stated,) = re.findall(r"^\.venv/bin/python -m ml (publish .*) --watch$", page, re.MULTILINE)
    register(small_bundle(), **SCORES)

    command = stated.replace("build/challenger", str(models)).split()
    told = CliRunner().invoke(app, [*command, "--tracking-uri", tracking_uri])

    assert told.exit_code == 0, told.output
    assert read_bundle(models / "current").facts.version == small_bundle().facts.version
