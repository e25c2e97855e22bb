"""Every trial of a search as a run of MLflow, nested under one run for the search."""

import math
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from ml.training.tuning.search import Trial
from ml.training.versions.registry import Registry

PARENT_TAG = "mlflow.parentRunId"
"""The tag by which MLflow's page nests a run under another."""

STUDY_TAG = "study"


@contextmanager
def trial_runs(
    registry: Registry, experiment: str, *, run_name: str
) -> Iterator[Callable[[Trial], None]]:
    """Give what notes a trial; the run above all of them is made with the first.

    Args:
        registry: the MLflow to write to.
        experiment: made where it is not there yet.
        run_name: of the run above.

    Raises:
        RegistryError: when MLflow is away.
    """
    with ExitStack() as open_runs:
        parents: list[str] = []

        def note(trial: Trial) -> None:
            if not parents:
                above = registry.run(experiment, run_name=run_name, tags={})
                parents.append(open_runs.enter_context(above))
            tags = {PARENT_TAG: parents[0], STUDY_TAG: trial.study}
            name = f"trial {trial.number}"
            with registry.run(experiment, run_name=name, tags=tags) as run_id:
                metrics = {"seconds": trial.seconds}
                if not math.isnan(trial.score):
                    metrics["score"] = trial.score
                parameters = {key: str(value) for key, value in trial.values.items()}
                registry.log(run_id, parameters=parameters, metrics=metrics)

        yield note
