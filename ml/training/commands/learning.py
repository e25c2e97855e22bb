"""What the commands that make data sets and models do."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import grpc

from ml.dataset.catalogue_import import CatalogueError, read_catalogue
from ml.dataset.export_import import ExportCutError, ExportEmptyError, import_export
from ml.dataset.mapping import MappingError, load_mapping
from ml.dataset.raw_import import (
    REFUSED_FILE,
    RawImportError,
    import_raw,
    write_raw_import,
    write_refused_alone,
)
from ml.dataset.raw_lines import RawFileError
from ml.dataset.split import SplitError
from ml.dataset.violations import DatasetError
from ml.evaluation.metrics import MAIN_METRIC
from ml.evaluation.question import Protocol
from ml.model.bundle import BundleError
from ml.simulation.simulate import write_town
from ml.simulation.town import TownConfig, TownError
from ml.training.config_file import ConfigError, config_text, read_config
from ml.training.judging.evaluate import evaluate as evaluate_model
from ml.training.judging.findings import ResultsError
from ml.training.judging.results import write_results
from ml.training.learning import LearningConfig, TrainingError
from ml.training.runs.train import train as train_model
from ml.training.source import Engine, EngineError, this_machine
from ml.training.training_config import TrainingConfig
from ml.training.tuning.search import Keeping, SearchError, Trial
from ml.training.tuning.trial_runs import trial_runs
from ml.training.tuning.tune import tune as search_best
from ml.training.versions.mlflow_access import RegistryError
from ml.training.versions.registry import Registry

KNOWN_ERRORS = (
    BundleError, CatalogueError, ConfigError, DatasetError, EngineError, ExportCutError,
    ExportEmptyError, MappingError, OSError, RawFileError, RawImportError, RegistryError,
    ResultsError, SearchError, SplitError, TownError, TrainingError,
)  # fmt: skip
"""What is told as a sentence."""

TUNING_EXPERIMENT = "ofone-tuning"
"""The experiment of trials."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Written:
    """Where results and trials are written."""

    out: Path
    """The folder of the results."""
    tracking_uri: str
    """The MLflow whose runs the trials become."""

    @property
    def studies(self) -> Path:
        """Return the file of the trials, which a later run goes on from."""
        return self.out / "studies.db"


def import_file(source: Path, out: Path, *, mapping: Path | None, say: Say) -> None:
    """Import a retailer's export; the refused lines are written even where all are."""
    chosen = load_mapping(mapping) if mapping else None
    try:
        result = import_raw(source, now=datetime.now(UTC), mapping=chosen)
    except RawImportError as error:
        say(f"refused lines are in {write_refused_alone(error.refused, out)}")
        raise
    write_raw_import(result, out)
    say(result.summary())
    if len(result.refused):
        say(f"refused lines are in {out / REFUSED_FILE}")
    say(f"written to {out}")


def import_profile(
    target: str, out: Path, *, embedding: str | None, show_progress: bool, say: Say
) -> None:
    """Import what the profile service exports, and the catalogue where ``embedding`` is told."""
    items = None
    if embedding is not None:
        with grpc.insecure_channel(embedding) as channel:
            items = read_catalogue(channel)
    with grpc.insecure_channel(target) as channel:
        dataset = import_export(channel, out, items=items, progress=show_progress)
    counts = ", ".join(f"{count:,} {name}" for name, count in dataset.counts.items() if count)
    say(f"{counts}; attributes of {len(dataset.items):,} items; written to {out}")
    if dataset.items.empty:
        say("a model learned from it cannot place items that nobody has bought (see --embedding)")


def town_config(
    end: date | None, *, customers: int, days: int, seed: int, life_courses: bool
) -> TownConfig:
    """Return the town asked for; where no last day is named, it is yesterday.

    Raises:
        TownError: when the town cannot be like that.
    """
    last = end or datetime.now(UTC).date() - timedelta(days=1)
    return TownConfig(
        end=last, customers=customers, days=days, seed=seed, life_courses=life_courses
    )


def simulate(out: Path, town: TownConfig, *, show_progress: bool) -> str:
    """Let a town live, and return what was written."""
    write_town(town, out, progress=show_progress)
    lived = f"{town.customers:,} customers lived {town.days} days until {town.end}"
    return f"{lived}; written to {out}"


def training_config(
    path: Path | None,
    *,
    show_progress: bool,
    name: str | None = None,
    protocol: Protocol | None = None,
    fast: bool = False,
) -> TrainingConfig:
    """Return the configuration of a run.

    Args:
        path: a TOML file, ``None`` for the defaults.
        show_progress: whether bars are drawn.
        name: of the registered model; ``None`` takes the configuration's.
        protocol: how the future is hidden; ``None`` takes the configuration's.
        fast: fewer factors, customers and moments, for a look.
    """
    config = read_config(path) if path else TrainingConfig()
    learning = dataclasses.replace(config.learning, show_progress=show_progress)
    if fast:
        learning = _hastened(learning)
    return dataclasses.replace(
        config,
        learning=learning,
        name=name or config.name,
        protocol=protocol or config.protocol,
    )


def train(
    dataset: Path,
    config: TrainingConfig,
    *,
    tracking_uri: str,
    say: Say,
    engine: Engine = this_machine,
) -> None:
    """Train and register a challenger."""
    trained = train_model(dataset, config, Registry(tracking_uri), engine=engine)
    if trained.is_resumed:
        say("a run of the same data and configuration was cut off: it was finished")
    say(trained.summary)
    version = trained.registered
    say(f"{version.name} version {version.number} ({version.bundle_version}) is the challenger")


def evaluate(
    folder: Path,
    config: TrainingConfig,
    written: Written,
    *,
    say: Say,
    engine: Engine = this_machine,
) -> None:
    """Evaluate without registering anything."""
    registry = Registry(written.tracking_uri)
    title = f"baselines on {folder.resolve().name}"
    with (
        engine(folder, config.learning) as source,
        trial_runs(registry, TUNING_EXPERIMENT, run_name=title) as note,
    ):
        evaluation = evaluate_model(
            source.dataset,
            config.learning,
            protocol=config.protocol,
            artefacts=source.artefacts,
            keeping=Keeping(written.studies, note),
        )
    name = folder.resolve().name
    results = write_results(evaluation, source.dataset, written.out, name=name)
    say(results.page.read_text(encoding="utf-8"))
    say(f"data set digest {source.digest}")
    say(f"written to {results.document}, {results.page} and {results.folder}")


def choose(
    folder: Path, config: TrainingConfig, written: Written, *, trials: int, say: Say
) -> TrainingConfig:
    """Search, write the best configuration and return it.

    Args:
        folder: a dataset folder.
        config: where the search begins.
        written: where the best and the trials go.
        trials: how many in all.
        say: tells the person.
    """
    registry = Registry(written.tracking_uri)
    name = folder.resolve().name
    with (
        this_machine(folder, config.learning) as source,
        trial_runs(registry, TUNING_EXPERIMENT, run_name=f"ofone on {name}") as note,
    ):

        def tell(trial: Trial) -> None:
            note(trial)
            say(f"trial {trial.number}: {MAIN_METRIC} {trial.score:.4f}, {trial.seconds:.0f} s")

        keeping = Keeping(written.studies, tell)
        tuned = search_best(source.dataset, config, trials=trials, keeping=keeping)
    where = f"{tuned.customers:,} customers of {tuned.asked!r}"
    best = f"trial {tuned.best.number} of {trials}: {MAIN_METRIC} {tuned.best.score:.4f} on {where}"
    path = written.out / f"{name}.toml"
    path.write_text(config_text(tuned.best.values, note=best), encoding="utf-8")
    say(f"best is {best}; written to {path} for --config")
    return tuned.config


def _hastened(learning: LearningConfig) -> LearningConfig:
    return dataclasses.replace(
        learning,
        factors=dataclasses.replace(learning.factors, factors=32, iterations=8),
        ranker=dataclasses.replace(learning.ranker, max_customers=1_000),
        windows=min(learning.windows, 2),
    )
