"""How a command gets at what it does, and how its failures are told."""

import importlib
import importlib.util
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from types import ModuleType

import typer

from ml.command_line.options import EngineName

REFUSED = 1
"""The exit code where the gate refuses, or something drifts."""

FAILED = 3
"""The exit code where data, files or MLflow do not allow what was asked."""


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
