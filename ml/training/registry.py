"""MLflow as Ofone uses it: runs, registered versions and the aliases that name them.

Importing MLflow takes seconds, so it happens when a registry is opened. Aliases are ``champion``
(served), ``challenger`` (trained last) and ``previous`` (served before).
"""

import logging
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

CHAMPION = "champion"
CHALLENGER = "challenger"
PREVIOUS = "previous"

BUNDLE_ARTIFACT = "bundle"
"""Where in a run's artifacts the bundle is."""

EVALUATION_BUNDLE_ARTIFACT = "evaluation-bundle"
"""What answered the run's questions; it saw nothing from the run's cut on."""

SCORES_ARTIFACT = "scores.parquet"
"""Scores of every customer asked, with their subgroups; the gate pairs two models by it."""

EVIDENCE_ARTIFACT = "gate.json"
"""What else the gate decides on."""

QUESTION_TAG = "question"
"""The tag of a run that tells whether two were asked the same."""

VERSION_TAG = "bundle_version"
"""The tag of a registered version that names its bundle."""

NOTE_TAG = "mlflow.note.content"
"""The tag that MLflow's page shows as a run's description, in Markdown."""

_QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "20",
}


_UNREACHABLE = "Max retries exceeded"
"""What MLflow's client says, in many words, when nobody answers."""


class RegistryError(Exception):
    """MLflow is away, or does not hold what was asked for; the message says which."""


@dataclass(frozen=True, slots=True)
class RegisteredVersion:
    """One version of a registered model."""

    name: str
    number: str
    """MLflow's number of the version."""
    run_id: str
    bundle_version: str
    """The version its bundle states."""


@dataclass(frozen=True, slots=True)
class Run:
    """What a run says of itself."""

    tags: dict[str, str]
    is_finished: bool
    metrics: dict[str, float] = field(default_factory=dict)


class Registry:
    """One MLflow, by its tracking URI."""

    def __init__(self, tracking_uri: str) -> None:
        """Open it; an SQLite file is made where it is not there yet.

        Raises:
            RegistryError: when it cannot be reached.
        """
        for name, value in _QUIET.items():
            os.environ.setdefault(name, value)
        self._uri = tracking_uri
        with self._sentences():
            self.client: MlflowClient = _client(tracking_uri)
            self.client.search_experiments(max_results=1)

    def experiment_id(self, name: str) -> str:
        """Return the experiment's id; it is made where it is not there yet.

        Artifacts of an SQLite registry lie in the folder ``artifacts`` beside its file.
        """
        with self._sentences():
            found = self.client.get_experiment_by_name(name)
            if found is not None:
                return str(found.experiment_id)
            location = None
            if self._uri.startswith("sqlite:///"):
                folder = Path(self._uri.removeprefix("sqlite:///")).resolve().parent
                location = (folder / "artifacts" / name).as_uri()
            return self.client.create_experiment(name, artifact_location=location)

    @contextmanager
    def run(
        self, experiment: str, *, run_name: str, tags: dict[str, str], resumed: str | None = None
    ) -> Iterator[str]:
        """Give the id of a run; it ends as failed when the block raises.

        Args:
            experiment: made where it is not there yet.
            run_name: what people read.
            tags: of a new run.
            resumed: a run that goes on, instead of a new one.
        """
        experiment_id = self.experiment_id(experiment)
        with self._sentences():
            if resumed is None:
                made = self.client.create_run(experiment_id, run_name=run_name, tags=tags)
                run_id = str(made.info.run_id)
            else:
                run_id = resumed
                self.client.update_run(run_id, status="RUNNING")
        status = "FAILED"
        try:
            yield run_id
            status = "FINISHED"
        finally:
            with self._sentences():
                self.client.set_terminated(run_id, status)

    def unfinished_run(self, experiment: str, tag: str, value: str) -> str | None:
        """Return the latest run that bears the tag and never finished; ``None`` without one."""
        with self._sentences():
            found = self.client.get_experiment_by_name(experiment)
            if found is None:
                return None
            runs = self.client.search_runs(
                [found.experiment_id],
                filter_string=f"tags.{tag} = '{value}' and attributes.status != 'FINISHED'",
                order_by=["start_time DESC"],
                max_results=1,
            )
        return str(runs[0].info.run_id) if runs else None

    def log(
        self,
        run_id: str,
        *,
        parameters: Mapping[str, str] | None = None,
        metrics: Mapping[str, float] | None = None,
        tags: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> None:
        """Add parameters, figures, tags and every file of a folder to a run."""
        from mlflow.entities import Metric, Param, RunTag  # noqa: PLC0415  # slow to import

        now_ms = int(time.time() * 1_000)
        with self._sentences():
            self.client.log_batch(
                run_id,
                metrics=[Metric(k, v, now_ms, 0) for k, v in (metrics or {}).items()],
                params=[Param(k, v) for k, v in (parameters or {}).items()],
                tags=[RunTag(k, v) for k, v in (tags or {}).items()],
            )
            if folder is not None:
                self.client.log_artifacts(run_id, str(folder))

    def log_dataset(self, run_id: str, *, name: str, digest: str, profile: str) -> None:
        """Note which data a run learned from; MLflow keeps 36 digits of a digest."""
        from mlflow.entities import Dataset, DatasetInput  # noqa: PLC0415  # slow to import

        logged = Dataset(name, digest[:36], "dataset folder", "{}", profile=profile)
        with self._sentences():
            self.client.log_inputs(run_id, [DatasetInput(logged)])

    def register(self, name: str, run_id: str, bundle_version: str) -> RegisteredVersion:
        """Register the run's bundle as the next version of ``name``, unless it is one already."""
        with self._sentences():
            if self._model(name) is None:
                self.client.create_registered_model(name)
            for each in self.client.search_model_versions(f"run_id = '{run_id}'"):
                if each.name == name:
                    return RegisteredVersion(name, str(each.version), run_id, bundle_version)
            artifacts = self.client.get_run(run_id).info.artifact_uri
            made = self.client.create_model_version(
                name,
                source=f"{artifacts}/{BUNDLE_ARTIFACT}",
                run_id=run_id,
                tags={VERSION_TAG: bundle_version},
            )
        return RegisteredVersion(name, str(made.version), run_id, bundle_version)

    def version(self, name: str, alias: str) -> RegisteredVersion | None:
        """Return the version that ``alias`` names; ``None`` where nothing bears it.

        Raises:
            RegistryError: when there is no model of that name, or MLflow is away.
        """
        with self._sentences():
            found = self._model(name)
            if found is None:
                raise RegistryError(f"no model is registered as {name!r} in {self._uri}")
            number = found.aliases.get(alias)
        return None if number is None else self.numbered_version(name, str(number))

    def numbered_version(self, name: str, number: str) -> RegisteredVersion:
        """Return the version of that number.

        Raises:
            RegistryError: when there is none, or MLflow is away.
        """
        with self._sentences():
            version = self.client.get_model_version(name, number)
        return RegisteredVersion(
            name, number, str(version.run_id), version.tags.get(VERSION_TAG, "")
        )

    def is_registered(self, name: str) -> bool:
        """Return whether there is a model of that name."""
        with self._sentences():
            return self._model(name) is not None

    def has_artifact(self, run_id: str, path: str) -> bool:
        """Return whether a run holds a file or folder of that name, at the top of its artifacts."""
        with self._sentences():
            return any(each.path == path for each in self.client.list_artifacts(run_id))

    def set_alias(self, name: str, alias: str, number: str) -> None:
        """Let ``alias`` name the version ``number``."""
        with self._sentences():
            self.client.set_registered_model_alias(name, alias, number)

    def remove_alias(self, name: str, alias: str) -> None:
        """Let nothing bear ``alias``."""
        with self._sentences():
            self.client.delete_registered_model_alias(name, alias)

    def tags(self, run_id: str) -> dict[str, str]:
        """Return a run's tags."""
        with self._sentences():
            return dict(self.client.get_run(run_id).data.tags)

    def runs(self, experiment: str) -> list[Run]:
        """Return the runs of an experiment, earliest first; none where it does not exist."""
        with self._sentences():
            found = self.client.get_experiment_by_name(experiment)
            if found is None:
                return []
            rows: list[Any] = []  # MLflow's runs
            token = None
            while True:
                page = self.client.search_runs(
                    [found.experiment_id], order_by=["start_time ASC"], page_token=token
                )
                rows += page
                token = page.token
                if not token:
                    return [_run(each) for each in rows]

    def last_finished_run(self, experiment: str) -> Run | None:
        """Return the run of an experiment that began last of those that finished."""
        with self._sentences():
            found = self.client.get_experiment_by_name(experiment)
            if found is None:
                return None
            rows = self.client.search_runs(
                [found.experiment_id],
                filter_string="attributes.status = 'FINISHED'",
                order_by=["start_time DESC"],
                max_results=1,
            )
        return _run(rows[0]) if rows else None

    def download(self, run_id: str, path: str, folder: Path) -> Path:
        """Copy an artifact of a run into an existing folder and return where it lies."""
        with self._sentences():
            return Path(self.client.download_artifacts(run_id, path, str(folder)))

    def _model(self, name: str) -> Any:  # MLflow's registered model, or None
        from mlflow.exceptions import MlflowException  # noqa: PLC0415  # slow to import

        try:
            return self.client.get_registered_model(name)
        except MlflowException as error:
            if error.error_code == "RESOURCE_DOES_NOT_EXIST":
                return None
            raise

    @contextmanager
    def _sentences(self) -> Iterator[None]:
        """Turn failures of MLflow, and of the database under it, into sentences of ours."""
        from mlflow.exceptions import MlflowException  # noqa: PLC0415  # slow to import
        from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415  # slow to import

        try:
            yield
        except (MlflowException, SQLAlchemyError, OSError) as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            if _UNREACHABLE in reason:
                raise RegistryError(f"MLflow at {self._uri} cannot be reached") from error
            raise RegistryError(f"MLflow at {self._uri}: {reason}") from error


def _run(row: Any) -> Run:  # MLflow's run
    return Run(dict(row.data.tags), row.info.status == "FINISHED", dict(row.data.metrics))


def _client(tracking_uri: str) -> Any:  # MlflowClient; importing it here keeps the module light
    from mlflow.tracking import MlflowClient  # noqa: PLC0415  # slow to import

    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.ERROR)
    if tracking_uri.startswith("sqlite:///"):
        Path(tracking_uri.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    return MlflowClient(tracking_uri, tracking_uri)
