"""One training run: evaluate before the cut, learn from everything, register a challenger."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ml.dataset.consents import read_consents
from ml.model.bundle import Bundle
from ml.training.gate.champion import find_champion
from ml.training.runs.kept_steps import KEY_TAG, kept_bundle, kept_evaluation, run_key
from ml.training.runs.run_steps import (
    Job,
    evaluate_and_keep,
    keep_inputs,
    learn_and_keep,
    measure_and_keep,
)
from ml.training.source import Engine, Source, this_machine
from ml.training.training_config import TrainingConfig
from ml.training.versions.provenance import code_version, flat_parameters
from ml.training.versions.registry import CHALLENGER, RegisteredVersion, Registry

_WITHOUT_EFFECT = ("name", "learning.show_progress")
"""Parameters that no byte of a bundle depends on."""


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """What a run left behind."""

    registered: RegisteredVersion
    bundle: Bundle
    summary: str
    """The figures, for a person at the command line."""
    is_resumed: bool
    """Whether an earlier run that was cut off was finished, and none was begun."""


def train(
    path: Path,
    config: TrainingConfig,
    registry: Registry,
    *,
    engine: Engine = this_machine,
) -> Trained:
    """Read a dataset folder, evaluate, learn from everything, register the challenger.

    A run of the same data, configuration and code that was cut off is taken up where it stopped.
    Who is slow on a run that another start of it finished makes no later challenger give way.

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
        RegistryError: when MLflow is away or the champion was deleted; found out before the long
            work begins.
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
    key = run_key(source.digest, deciding, consents)
    tags = {"code_version": code_version(), "dataset_digest": source.digest, KEY_TAG: key}
    champion = find_champion(registry, config.name)
    cut_off = registry.unfinished_run(config.name, KEY_TAG, key)
    with registry.run(config.name, run_name=name, tags=tags, resumed=cut_off) as run_id:
        job = Job(registry, run_id, config, source, consents)
        keep_inputs(job, parameters)
        found = kept_evaluation(registry, run_id) or evaluate_and_keep(job, champion)
        bundle = kept_bundle(registry, run_id) or learn_and_keep(job, found.metrics)
        measure_and_keep(job, found, bundle, champion)
        registered = registry.register(config.name, run_id, bundle.facts.version)
        registry.advance_alias(config.name, CHALLENGER, registered.number)
    return Trained(registered, bundle, found.summary, is_resumed=cut_off is not None)
