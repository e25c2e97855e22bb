"""What the commands share: their options, and how they start and how their failures are told."""

import importlib
import importlib.util
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from enum import StrEnum
from pathlib import Path
from types import ModuleType
from typing import Annotated

import typer

FAILED = 3
"""The exit code where data, files or MLflow do not allow what was asked."""

RESULTS = Path("build/evaluation")

DEFAULT_TRACKING_URI = "sqlite:///build/mlflow/mlflow.db"


class ProtocolName(StrEnum):
    """How the future is hidden."""

    CALENDAR = "calendar"
    LAST_BASKET = "last-basket"


class EngineName(StrEnum):
    """What counts."""

    MACHINE = "machine"
    SPARK = "spark"


DatasetFolder = Annotated[Path, typer.Argument(help="A dataset folder.")]
OutFolder = Annotated[Path, typer.Option("--out", help="The dataset folder to write.")]
Name = Annotated[str, typer.Option(help="Name of the registered model.")]
TrackingUri = Annotated[
    str, typer.Option(envvar="MLFLOW_TRACKING_URI", help="MLflow: a server or sqlite:///FILE.")
]
ConfigFile = Annotated[
    Path | None, typer.Option("--config", help="TOML: the fields of TrainingConfig.")
]
EngineOption = Annotated[
    EngineName, typer.Option("--engine", help="spark: more data than this machine holds.")
]
Fast = Annotated[bool, typer.Option("--fast", help="Fewer factors and customers: for a look.")]

AskedBy = Annotated[
    ProtocolName | None, typer.Option("--protocol", help="Default: calendar where there are dates.")
]
ResultsFolder = Annotated[Path, typer.Option("--out", help="The folder of the results.")]


def commands_of(engine: EngineName) -> AbstractContextManager[ModuleType]:
    """Give the commands whose counting the engine does; Spark is in some environments only."""
    if engine is EngineName.MACHINE:
        return learning_commands()
    if importlib.util.find_spec("pyspark") is None:
        typer.echo(
            "Spark is not in this environment: `make setup-spark` makes one with it, and "
            "`make train ENGINE=spark` uses it (docs/spark.md)",
            err=True,
        )
        raise typer.Exit(FAILED)
    return told("ml.spark.commands")


def learning_commands() -> AbstractContextManager[ModuleType]:
    """Give the commands that make data sets and models."""
    return told("ml.training.learning_commands")


def registry_commands() -> AbstractContextManager[ModuleType]:
    """Give the commands that work on MLflow's registry."""
    return told("ml.training.registry_commands")


@contextmanager
def told(module: str) -> Iterator[ModuleType]:
    """Give the commands, imported late for they take seconds; tell their failures as sentences."""
    commands = importlib.import_module(module)
    try:
        yield commands
    except commands.KNOWN_ERRORS as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(FAILED) from None


def is_terminal() -> bool:
    """Return whether a person watches, who wants to see bars."""
    return sys.stderr.isatty()
