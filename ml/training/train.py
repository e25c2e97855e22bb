"""One training run: evaluate before the cut, learn from everything, register a challenger."""

import dataclasses
import json
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from ml.dataset.dataset import Dataset
from ml.dataset.digest import digest
from ml.dataset.folder import read_dataset
from ml.dataset.split import timeline
from ml.evaluation.question import Protocol, with_history
from ml.model.bundle import Bundle
from ml.model.bundle_fit import check_fit
from ml.model.bundle_folder import content_version, write_bundle
from ml.training.drift_reference import drift_reference
from ml.training.evaluate import Evaluation, evaluate, scores_without_names
from ml.training.learning import LearningConfig, Memory, learn
from ml.training.provenance import code_version, environment, flat_parameters
from ml.training.registry import (
    BUNDLE_ARTIFACT,
    CHALLENGER,
    NOTE_TAG,
    QUESTION_TAG,
    SCORES_ARTIFACT,
    VERSION_TAG,
    RegisteredVersion,
    Registry,
)
from ml.training.report import note, write_report
from ml.training.windows import end_of


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
    evaluation: Evaluation
    bundle: Bundle


def train(path: Path, config: TrainingConfig, registry: Registry) -> Trained:
    """Read a dataset folder, evaluate, learn from everything, register the challenger.

    Raises:
        DatasetError: when the folder breaks rules.
        SplitError: when nobody can be asked.
        TrainingError: when there is nothing to learn from.
        BundleError: when the configuration makes a bundle that services would refuse.
        RegistryError: when MLflow is away; found out before the long work begins.
    """
    dataset = read_dataset(path)
    data_digest = digest(dataset)
    tags = {"code_version": code_version(), "dataset_digest": data_digest}
    with registry.run(config.name, run_name=dataset.description.name, tags=tags) as run_id:
        _log_inputs(registry, run_id, dataset, config)
        memory: Memory = {}
        evaluation = evaluate(dataset, config.learning, protocol=config.protocol, memory=memory)
        whole = with_history(dataset, timeline(dataset))
        bundle = _with_reference(
            learn(whole, end_of(whole), config.learning, memory=memory), whole, config.learning
        )
        bundle = sealed(bundle, dataset_digest=data_digest, metrics=evaluation.metrics())
        check_fit(bundle)
        _log_results(registry, run_id, evaluation, bundle, dataset=dataset)
    registered = registry.register(config.name, run_id, bundle.facts.version)
    registry.set_alias(config.name, CHALLENGER, registered.number)
    return Trained(registered, evaluation, bundle)


def sealed(bundle: Bundle, *, dataset_digest: str, metrics: dict[str, float]) -> Bundle:
    """Return the bundle with its origin, its figures and the version its content has."""
    facts = dataclasses.replace(bundle.facts, dataset_digest=dataset_digest, metrics=metrics)
    unnamed = dataclasses.replace(bundle, facts=facts)
    named = dataclasses.replace(facts, version=content_version(unnamed))
    return dataclasses.replace(unnamed, facts=named)


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


def _log_inputs(registry: Registry, run_id: str, dataset: Dataset, config: TrainingConfig) -> None:
    registry.log(run_id, parameters=flat_parameters(config) | {"dataset": dataset.description.name})
    registry.log_dataset(
        run_id,
        name=dataset.description.name,
        digest=digest(dataset),
        profile=json.dumps(dict(dataset.counts) | _span(dataset)),
    )


def _log_results(
    registry: Registry, run_id: str, evaluation: Evaluation, bundle: Bundle, *, dataset: Dataset
) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write_report(evaluation, dataset, folder)
        scores = pd.concat(
            {
                name: scores_without_names(each.scores)
                for name, each in evaluation.judgements.items()
            },
            names=["model"],
        )
        scores.reset_index().to_parquet(folder / SCORES_ARTIFACT, index=False)
        (folder / "environment.txt").write_text(environment(), encoding="utf-8")
        write_bundle(folder / BUNDLE_ARTIFACT, bundle)
        size = sum(each.stat().st_size for each in (folder / BUNDLE_ARTIFACT).iterdir())
        figures = evaluation.metrics() | {
            "evaluation_seconds": evaluation.seconds,
            "bundle_bytes": float(size),
        }
        registry.log(
            run_id,
            metrics=figures,
            tags={
                QUESTION_TAG: evaluation.fingerprint,
                VERSION_TAG: bundle.facts.version,
                NOTE_TAG: note(evaluation, dataset),
            },
            folder=folder,
        )


def _span(dataset: Dataset) -> dict[str, str]:
    times = dataset.interactions["occurred_at"].dropna()
    if times.empty:
        return {}
    return {"first": times.min().isoformat(), "last": times.max().isoformat()}
