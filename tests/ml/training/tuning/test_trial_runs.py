"""Trials are runs of MLflow, nested under the run of their search."""

import math

from ml.training.tuning.search import Trial
from ml.training.tuning.trial_runs import trial_runs
from ml.training.versions.registry import Registry
from tests.ml.training.conftest import MLFLOW_WARNS

pytestmark = MLFLOW_WARNS


def test_every_trial_is_a_run_under_one_for_the_search(registry: Registry) -> None:
    with trial_runs(registry, "tuning", run_name="baselines on a shop") as note:
        note(Trial("things", 0, {"height": 1.5, "colour": "red"}, score=0.25, seconds=2.0))
        note(Trial("things", 1, {"height": 2.5, "colour": "blue"}, score=math.nan))

    experiment = registry.client.get_experiment_by_name("tuning")
    assert experiment is not None
    runs = registry.client.search_runs([experiment.experiment_id], order_by=["start_time ASC"])
    above, first, second = sorted(runs, key=lambda run: run.info.run_name)
    assert above.info.run_name == "baselines on a shop"
    for each, name in ((first, "trial 0"), (second, "trial 1")):
        assert each.info.run_name == name
        assert each.info.status == "FINISHED"
        assert each.data.tags["mlflow.parentRunId"] == above.info.run_id
        assert each.data.tags["study"] == "things"
    assert first.data.params == {"height": "1.5", "colour": "red"}
    assert first.data.metrics == {"score": 0.25, "seconds": 2.0}
    assert "score" not in second.data.metrics


def test_a_search_without_a_new_trial_makes_no_run(registry: Registry) -> None:
    with trial_runs(registry, "tuning", run_name="nothing new"):
        pass

    assert registry.client.get_experiment_by_name("tuning") is None
