"""A night of retraining in one call: forget, import, train, ask the gate, publish; with a trail.

A challenger that the gate refuses is no failure: the night did what it is for. What failed may be
called again: an export goes on where it was cut, and so does a training run.
"""

import contextlib
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ml.dataset.violations import DatasetError
from ml.training.commands import erasure as erasure_commands
from ml.training.commands import learning as learning_commands
from ml.training.commands import versions as registry_commands
from ml.training.commands.trail import TRAIL_DOCUMENT, TRAIL_PAGE, Outcome, Say, Trail
from ml.training.commands.versions import Tracking
from ml.training.source import Engine, this_machine
from ml.training.training_config import TrainingConfig
from ml.training.versions.mlflow_access import RegistryError
from ml.training.versions.registry import CHAMPION, Registry
from ml.training.versions.run_contents import NOTE_TAG

KNOWN_ERRORS = (
    *erasure_commands.KNOWN_ERRORS,
    *learning_commands.KNOWN_ERRORS,
    *registry_commands.KNOWN_ERRORS,
)
"""What is told as a sentence."""

EXPERIMENT_SUFFIX = "-retraining"
"""Of the experiment that holds a run of each night, with its trail."""

NOTE_CHARACTERS = 7_900
"""MLflow keeps 8,000 of a tag; the whole trail is among the artifacts."""

DATASET_FOLDER = "dataset"


@dataclass(frozen=True, slots=True)
class Night:
    """What a night works on."""

    profile: str
    """HOST:PORT of the profile service."""
    embedding: str | None
    """HOST:PORT of the embedding service, for the catalogue; ``None`` does without."""
    folder: Path
    """Where data set and trail are written."""
    tracking_uri: str
    config: TrainingConfig
    model_folder: Path | None = None
    """What the services watch; ``None`` where somebody else publishes."""
    engine: Engine = this_machine
    """What counts while a model is trained."""


def retrain(night: Night, *, say: Say) -> Outcome:
    """Do everything, and leave a trail in the folder and in MLflow.

    Args:
        night: what it works on.
        say: takes a sentence.

    Returns:
        ``done`` where the challenger became champion, ``refused`` where the gate refused it.

    Raises:
        Exception: one of ``KNOWN_ERRORS``, when a step fails; the trail says which and why, and
            names no customer.
    """
    trail = Trail(night.folder, f"Retraining of {night.config.name}")
    try:
        _steps(night, trail, say)
    except KNOWN_ERRORS as error:
        told = error.nameless() if isinstance(error, DatasetError) else error
        trail.explain(str(told))
        with contextlib.suppress(RegistryError):  # MLflow may be what failed
            _keep(night, trail)
        raise told from None
    _keep(night, trail)
    say(f"{trail.outcome}; the trail is {night.folder / TRAIL_PAGE}")
    return trail.outcome


def _steps(night: Night, trail: Trail, say: Say) -> None:
    dataset = night.folder / DATASET_FOLDER
    show_progress = night.config.learning.show_progress
    with trail.step("forget", say) as told:
        forgotten = erasure_commands.forget(night.profile, [dataset], say=told)
    with trail.step("import", say) as told:
        learning_commands.import_profile(
            night.profile, dataset, embedding=night.embedding, show_progress=show_progress, say=told
        )
    with trail.step("train", say) as told:
        learning_commands.train(
            dataset,
            night.config,
            tracking_uri=night.tracking_uri,
            say=told,
            engine=night.engine,
        )
    tracking = Tracking(night.tracking_uri, night.config.name)
    with trail.step("gate", say) as told:
        if not registry_commands.promote(tracking, say=told):
            trail.refuse()
            return
    if night.model_folder is not None:
        with trail.step("publish", say) as told:
            registry_commands.publish(
                tracking, alias="champion", model_folder=night.model_folder, watching=None, say=told
            )
    if forgotten.erasures:
        with trail.step("confirm", say) as told:
            champion = tracking.open().version(tracking.name, CHAMPION)
            assert champion is not None  # the gate has just made it so
            erasure_commands.confirm(
                night.profile, forgotten, model_version=champion.bundle_version, say=told
            )


def _keep(night: Night, trail: Trail) -> None:
    """Let MLflow have the trail, as a run of its own whose page shows it."""
    registry = Registry(night.tracking_uri)
    experiment = night.config.name + EXPERIMENT_SUFFIX
    tags = {
        "outcome": trail.outcome,
        "step": trail.steps[-1].name,
        NOTE_TAG: trail.page()[:NOTE_CHARACTERS],
    }
    with tempfile.TemporaryDirectory() as temporary:
        for name in (TRAIL_PAGE, TRAIL_DOCUMENT):
            shutil.copy(night.folder / name, temporary)
        with registry.run(experiment, run_name=trail.steps[0].began, tags=tags) as run_id:
            registry.log(run_id, folder=Path(temporary))
