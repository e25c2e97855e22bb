"""The command that says what is typical of a shop's customers."""

from pathlib import Path
from typing import Annotated

import typer

from ml.command_line.loading import told
from ml.command_line.options import DatasetFolder

PRIORS = Path("build/priors.json")


def priors(
    dataset: DatasetFolder,
    out: Annotated[Path, typer.Option("--out", help="The file to write.")] = PRIORS,
) -> None:
    """Fit what is typical of customers, for the traits that `profile` tells of each of them."""
    with told("ml.training.commands.priors") as commands:
        commands.priors(dataset, out=out, say=typer.echo)
