"""MLflow's runs as Ofone uses them: begun, ended, added to, found again and read.

A run that was killed stands there as running for ever, for nobody said that it ended.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ml.training.versions.mlflow_access import opened, sentences, sqlite_folder


@dataclass(frozen=True, slots=True)
class Run:
    """What a run says of itself."""

    tags: dict[str, str]
    is_finished: bool
    metrics: dict[str, float] = field(default_factory=dict)


class RunRecords:
    """The runs of one MLflow, by its tracking URI."""

    def __init__(self, tracking_uri: str, *, clock: Callable[[], float] = time.time) -> None:
        """Open it; an SQLite file is made where it is not there yet.

        Args:
            tracking_uri: of a server or of an SQLite file.
            clock: seconds since 1970.

        Raises:
            RegistryError: when it cannot be reached.
        """
        self._uri = tracking_uri
        self._clock = clock
        self.client = opened(tracking_uri)

    def experiment_id(self, name: str) -> str:
        """Return the experiment's id; it is made where it is not there yet.

        Artifacts of an SQLite registry lie in the folder ``artifacts`` beside its file.
        """
        with self._sentences():
            found = self.client.get_experiment_by_name(name)
            if found is not None:
                return str(found.experiment_id)
            folder = sqlite_folder(self._uri)
            location = (folder / "artifacts" / name).as_uri() if folder else None
            return self.client.create_experiment(name, artifact_location=location)

    @contextmanager
    def run(
        self,
        experiment: str,
        *,
        run_name: str,
        tags: dict[str, str],
        resumed: str | None = None,
        in_order: bool = False,
    ) -> Iterator[str]:
        """Give the id of a run; it ends as failed when the block raises.

        A run that another start of it finished stays finished, whatever becomes of this one.

        Args:
            experiment: made where it is not there yet.
            run_name: what people read.
            tags: of a new run.
            resumed: a run that goes on, instead of a new one.
            in_order: whether a new run is to start after all others of the experiment even where
                another machine's clock was ahead of this one's.
        """
        experiment_id = self.experiment_id(experiment)
        start_ms = self._now_ms()
        if in_order:
            start_ms = max(start_ms, self._last_start_ms(experiment) + 1)
        with self._sentences():
            if resumed is None:
                made = self.client.create_run(experiment_id, start_ms, tags, run_name)
                run_id = str(made.info.run_id)
            else:
                run_id = resumed
                if not self._is_finished(run_id):
                    self.client.update_run(run_id, status="RUNNING")
        status = "FAILED"
        try:
            yield run_id
            status = "FINISHED"
        finally:
            with self._sentences():
                if not self._is_finished(run_id):
                    self.client.set_terminated(run_id, status)

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

        now_ms = self._now_ms()
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

    def tags(self, run_id: str) -> dict[str, str]:
        """Return a run's tags."""
        with self._sentences():
            return dict(self.client.get_run(run_id).data.tags)

    def parameters(self, run_id: str) -> dict[str, str]:
        """Return a run's parameters."""
        with self._sentences():
            return dict(self.client.get_run(run_id).data.params)

    def runs(self, experiment: str) -> list[Run]:
        """Return the runs of an experiment, earliest first; none where it does not exist."""
        found: list[Run] = []
        token = None
        while True:
            page = self._rows(experiment, order_by=["start_time ASC"], page_token=token)
            found += map(_run, page)
            token = page.token
            if not token:
                return found

    def last_finished_run(self, experiment: str) -> Run | None:
        """Return the run of an experiment that began last of those that finished."""
        rows = self._rows(
            experiment,
            filter_string="attributes.status = 'FINISHED'",
            order_by=["start_time DESC"],
            max_results=1,
        )
        return _run(rows[0]) if rows else None

    def download(self, run_id: str, path: str, folder: Path) -> Path:
        """Copy an artifact of a run into an existing folder and return where it lies."""
        with self._sentences():
            return Path(self.client.download_artifacts(run_id, path, str(folder)))

    def has_artifact(self, run_id: str, path: str) -> bool:
        """Return whether a run holds a file or folder of that name, at the top of its artifacts."""
        with self._sentences():
            return any(each.path == path for each in self.client.list_artifacts(run_id))

    def _is_finished(self, run_id: str) -> bool:
        return bool(self.client.get_run(run_id).info.status == "FINISHED")

    def _now_ms(self) -> int:
        return int(self._clock() * 1_000)

    def _last_start_ms(self, experiment: str) -> int:
        """Return when the experiment's last run started, finished or not; 0 without one."""
        rows = self._rows(experiment, order_by=["start_time DESC"], max_results=1)
        return int(rows[0].info.start_time) if rows else 0

    def _rows(self, experiment: str, **search: Any) -> Any:  # of and from MLflow
        """Return a page of MLflow's runs, found by ``search``; empty without the experiment."""
        from mlflow.store.entities import PagedList  # noqa: PLC0415  # slow to import

        with self._sentences():
            found = self.client.get_experiment_by_name(experiment)
            if found is None:
                return PagedList([], None)
            return self.client.search_runs([found.experiment_id], **search)

    def _sentences(self) -> AbstractContextManager[None]:
        return sentences(self._uri)


def _run(row: Any) -> Run:  # MLflow's run
    return Run(dict(row.data.tags), row.info.status == "FINISHED", dict(row.data.metrics))
