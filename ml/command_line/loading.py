"""How a command gets at what it does, and how its failures are told."""

import importlib
import importlib.util
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from types import ModuleType
from typing import TYPE_CHECKING

import typer

from ml.command_line.options import EngineName

if TYPE_CHECKING:
    from ml.training.source import Engine

REFUSED = 1
"""The exit code where the gate refuses, or something drifts."""

FAILED = 3
"""The exit code where data, files or MLflow do not allow what was asked."""


def engine_of(name: EngineName) -> "Engine":
    """Return what counts; Spark is in some environments only."""
    if name is EngineName.MACHINE:
        machine: Engine = importlib.import_module("ml.training.source").this_machine
        return machine
    if importlib.util.find_spec("pyspark") is None:
        typer.echo(
            "Spark is not in this environment: `make setup-spark` makes one with it, and "
            "`make train ENGINE=spark` uses it (docs/spark.md)",
            err=True,
        )
        raise typer.Exit(FAILED)
    spark: Engine = importlib.import_module("ml.spark.engine").spark_engine
    return spark


def learning_commands() -> AbstractContextManager[ModuleType]:
    """Give the commands that make data sets and models."""
    return told("ml.training.commands.learning")


def registry_commands() -> AbstractContextManager[ModuleType]:
    """Give the commands that work on MLflow's registry."""
    return told("ml.training.commands.versions")


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
