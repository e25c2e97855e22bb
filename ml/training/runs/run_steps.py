"""The steps of a training run; each keeps with the run what it found."""

import dataclasses
import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ml.dataset.dataset import Dataset
from ml.evaluation.question import targets_as_baskets
from ml.model.bundle import Bundle
from ml.model.bundle_fit import check_fit
from ml.model.bundle_folder import write_bundle
from ml.training.drift.reference import drift_reference
from ml.training.gate.champion import Champion
from ml.training.gate.evidence import write_measured, write_scores
from ml.training.judging.evaluate import evaluate
from ml.training.judging.report import note, write_report
from ml.training.learning import LearningConfig, Memory, learn
from ml.training.lessons.windows import end_of
from ml.training.runs.kept_steps import DONE, EVALUATED_TAG, LEARNED_TAG, Evaluated
from ml.training.runs.measuring import compared, measured
from ml.training.runs.summary import summary
from ml.training.sealing import sealed
from ml.training.source import Source
from ml.training.training_config import TrainingConfig
from ml.training.versions.provenance import environment
from ml.training.versions.registry import Registry
from ml.training.versions.run_contents import (
    BUNDLE_ARTIFACT,
    EVALUATION_BUNDLE_ARTIFACT,
    NOTE_TAG,
    QUESTION_TAG,
    VERSION_TAG,
)


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """What all steps of a run share."""

    registry: Registry
    run_id: str
    config: TrainingConfig
    source: Source
    consents: Mapping[str, bool] | None
    memory: Memory = field(default_factory=dict)

    @property
    def dataset(self) -> Dataset:
        """Return the data that are at hand here."""
        return self.source.dataset


def keep_inputs(job: Job, parameters: Mapping[str, str]) -> None:
    """Keep what the run learns from, and the ``parameters`` that it learns by.

    Parameters come last, so where an earlier start of the run kept any, it kept all.
    """
    if job.registry.parameters(job.run_id):
        return
    about = job.dataset.description
    job.registry.log_dataset(
        job.run_id,
        name=about.name,
        digest=job.source.digest,
        profile=json.dumps(dict(job.dataset.counts) | _span(job.dataset)),
    )
    job.registry.log(job.run_id, parameters=parameters)


def evaluate_and_keep(job: Job, champion: Champion | None) -> Evaluated:
    """Judge the model and the champion before the cut."""
    evaluation = evaluate(
        job.dataset,
        job.config.learning,
        protocol=job.config.protocol,
        memory=job.memory,
        artefacts=job.source.artefacts,
    )
    found = compared(evaluation, champion, job.dataset, job.consents)
    result = Evaluated(
        evaluation.metrics(), summary(evaluation, found), found.comparison, found.reliability
    )
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write_report(evaluation, job.dataset, folder)
        write_scores(found.scores, folder)
        result.write(folder)
        (folder / "environment.txt").write_text(environment(), encoding="utf-8")
        answered = sealed(
            evaluation.bundle, dataset_digest=job.source.digest, metrics=result.metrics
        )
        write_bundle(folder / EVALUATION_BUNDLE_ARTIFACT, answered)
        tags = {QUESTION_TAG: evaluation.fingerprint, NOTE_TAG: note(evaluation, job.dataset)}
        others = {"evaluation_seconds": evaluation.cost.seconds} | found.figures()
        job.registry.log(job.run_id, metrics=result.metrics | others, tags=tags, folder=folder)
    job.registry.log(job.run_id, tags={EVALUATED_TAG: DONE})
    return result


def learn_and_keep(job: Job, metrics: Mapping[str, float]) -> Bundle:
    """Learn the bundle that would serve, from everything; ``metrics`` travel in it."""
    whole = targets_as_baskets(job.dataset)
    bundle = learn(
        whole,
        end_of(whole),
        job.config.learning,
        memory=job.memory,
        artefacts=job.source.artefacts,
    )
    bundle = _with_reference(bundle, whole, job.config.learning)
    bundle = sealed(bundle, dataset_digest=job.source.digest, metrics=metrics)
    check_fit(bundle)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write_bundle(folder / BUNDLE_ARTIFACT, bundle)
        size = sum(each.stat().st_size for each in (folder / BUNDLE_ARTIFACT).iterdir())
        tags = {VERSION_TAG: bundle.facts.version}
        job.registry.log(
            job.run_id, metrics={"bundle_bytes": float(size)}, tags=tags, folder=folder
        )
    job.registry.log(job.run_id, tags={LEARNED_TAG: DONE})
    return bundle


def _with_reference(bundle: Bundle, whole: Dataset, config: LearningConfig) -> Bundle:
    """Return the bundle with what it looks like in use, so that drift can be told from it."""
    reference = drift_reference(
        bundle,
        whole,
        end_of(whole),
        horizon_days=config.horizon_days,
        seed=config.seed,
        show_progress=config.show_progress,
    )
    return dataclasses.replace(bundle, drift=reference)


def measure_and_keep(
    job: Job, evaluated: Evaluated, bundle: Bundle, champion: Champion | None
) -> None:
    """Measure for the gate what would serve, beside what serves."""
    whole = targets_as_baskets(job.dataset)
    found = measured(evaluated, bundle, champion.served if champion else None, whole)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write_measured(found, folder)
        figures = {
            "fold_in_difference": found.fold_in_difference,
            "answer_ms_p95": found.answer_ms_p95,
            "first_places_calibration_error": found.reliability.error,
        }
        job.registry.log(job.run_id, metrics=figures, folder=folder)


def _span(dataset: Dataset) -> dict[str, str]:
    times = dataset.interactions["occurred_at"].dropna()
    if times.empty:
        return {}
    return {"first": times.min().isoformat(), "last": times.max().isoformat()}
