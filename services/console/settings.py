"""Where the services are; options of every command, with the environment behind them."""

from dataclasses import dataclass
from typing import Annotated

import typer

PREFIX = "OFONE_CONSOLE"
"""Each setting may be given as an option or as a variable with this prefix."""


@dataclass(frozen=True, slots=True)
class ConsoleSettings:
    """Settings of the console."""

    profile: Annotated[
        str,
        typer.Option(envvar=f"{PREFIX}_PROFILE", metavar="HOST:PORT", help="The profile service."),
    ] = "127.0.0.1:7401"
    """Target of the service that knows customers."""
    embedding: Annotated[
        str,
        typer.Option(
            envvar=f"{PREFIX}_EMBEDDING", metavar="HOST:PORT", help="The embedding service."
        ),
    ] = "127.0.0.1:7402"
    """Target of the service that knows items."""
    recommendation: Annotated[
        str,
        typer.Option(
            envvar=f"{PREFIX}_RECOMMENDATION",
            metavar="HOST:PORT",
            help="The recommendation service.",
        ),
    ] = "127.0.0.1:7403"
    """Target of the service that knows offers."""
    deadline_seconds: Annotated[
        float,
        typer.Option(
            "--deadline",
            envvar=f"{PREFIX}_DEADLINE_SECONDS",
            metavar="SECONDS",
            min=0.01,
            max=600,
            help="How long one call may take.",
        ),
    ] = 10.0
    """A person waits no longer than this for one call."""
