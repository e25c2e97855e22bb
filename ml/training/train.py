"""One training run: evaluate before the cut, learn from everything, register a challenger."""

import dataclasses
import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ml.dataset.consents import read_consents
from ml.dataset.dataset import Dataset
from ml.dataset.split import timeline
from ml.evaluation.question import Protocol, with_history
from ml.model.bundle import Bundle
from ml.model.bundle_fit import check_fit
from ml.model.bundle_folder import write_bundle
from ml.training.champion import Champion, find_champion
from ml.training.drift_reference import drift_reference
from ml.training.evaluate import Evaluation, evaluate
from ml.training.evidence import write_measured, write_scores
from ml.training.kept_steps import (
    DONE,
    EVALUATED_TAG,
    KEY_TAG,
    LEARNED_TAG,
    Evaluated,
    kept_bundle,
    kept_evaluation,
    run_key,
)
from ml.training.learning import LearningConfig, Memory, learn
from ml.training.measuring import compared, measured
from ml.training.provenance import code_version, environment, flat_parameters
from ml.training.registry import CHALLENGER, RegisteredVersion, Registry
from ml.training.report import note, write_report
from ml.training.run_contents import (
    BUNDLE_ARTIFACT,
    EVALUATION_BUNDLE_ARTIFACT,
    NOTE_TAG,
    QUESTION_TAG,
    VERSION_TAG,
)
from ml.training.sealing import sealed
from ml.training.source import Engine, Source, this_machine
from ml.training.summary import summary
from ml.training.windows import end_of

_WITHOUT_EFFECT = ("name", "learning.show_progress")
"""Parameters that no byte of a bundle depends on."""


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """A training run."""

    learning: LearningConfig = field(default_factory=LearningConfig)
    name: str = "ofone"
    """Of the registered model and of the experiment."""
    protocol: Protocol | None = None
    """``None`` takes ``calendar`` for dated data."""


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """What a run left behind."""

    registered: RegisteredVersion
    bundle: Bundle
    summary: str
    """The figures, for a person at the command line."""
    is_resumed: bool
    """Whether an earlier run that was cut off was finished, and none was begun."""


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
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


def train(
    path: Path,
    config: TrainingConfig,
    registry: Registry,
    *,
    engine: Engine = this_machine,
) -> Trained:
    """Read a dataset folder, evaluate, learn from everything, register the challenger.

    A run of the same data, configuration and code that was cut off is taken up where it stopped.

    Args:
        path: the dataset folder.
        config: how.
        registry: where runs are kept.
        engine: opens the folder and counts.

    Raises:
        DatasetError: when the folder breaks rules.
        SplitError: when nobody can be asked.
        TrainingError: when there is nothing to learn from.
        BundleError: when the configuration makes a bundle that services would refuse.
        RegistryError: when MLflow is away; found out before the long work begins.
    """
    with engine(path, config.learning) as source:
        return _trained(source, read_consents(path), config, registry)


def _trained(
    source: Source,
    consents: Mapping[str, bool] | None,
    config: TrainingConfig,
    registry: Registry,
) -> Trained:
    name = source.dataset.description.name
    parameters = flat_parameters(config) | {"dataset": name, "engine": source.engine}
    deciding = {key: value for key, value in parameters.items() if key not in _WITHOUT_EFFECT}
    key = run_key(source.digest, deciding)
    tags = {"code_version": code_version(), "dataset_digest": source.digest, KEY_TAG: key}
    cut_off = registry.unfinished_run(config.name, KEY_TAG, key)
    with registry.run(config.name, run_name=name, tags=tags, resumed=cut_off) as run_id:
        job = _Job(registry, run_id, config, source, consents)
        if cut_off is None:
            _log_inputs(job, parameters)
        evaluated = kept_evaluation(registry, run_id) or _evaluate(job)
        bundle = kept_bundle(registry, run_id) or _learn(job, evaluated.metrics)
        _measure(job, evaluated, bundle)
        registered = registry.register(config.name, run_id, bundle.facts.version)
        registry.set_alias(config.name, CHALLENGER, registered.number)
    return Trained(registered, bundle, evaluated.summary, is_resumed=cut_off is not None)


def _log_inputs(job: _Job, parameters: Mapping[str, str]) -> None:
    about = job.dataset.description
    job.registry.log(job.run_id, parameters=parameters)
    job.registry.log_dataset(
        job.run_id,
        name=about.name,
        digest=job.source.digest,
        profile=json.dumps(dict(job.dataset.counts) | _span(job.dataset)),
    )


def _evaluate(job: _Job) -> Evaluated:
    """Judge the model and the champion, and keep what was found."""
    evaluation = evaluate(
        job.dataset,
        job.config.learning,
        protocol=job.config.protocol,
        memory=job.memory,
        artefacts=job.source.artefacts,
    )
    champion = _champion(job, evaluation)
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
        others = {"evaluation_seconds": evaluation.seconds} | found.figures()
        job.registry.log(job.run_id, metrics=result.metrics | others, tags=tags, folder=folder)
    job.registry.log(job.run_id, tags={EVALUATED_TAG: DONE})
    return result


def _champion(job: _Job, evaluation: Evaluation) -> Champion | None:
    return find_champion(job.registry, job.config.name, evaluation.question.cut)


def _learn(job: _Job, metrics: Mapping[str, float]) -> Bundle:
    """Learn from everything, and keep the bundle."""
    whole = with_history(job.dataset, timeline(job.dataset))
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


def _measure(job: _Job, evaluated: Evaluated, bundle: Bundle) -> None:
    """Measure what would serve, and keep it for the gate."""
    whole = with_history(job.dataset, timeline(job.dataset))
    champion = find_champion(job.registry, job.config.name, end_of(whole))
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
