"""The commands that make data sets and models."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from ml.command_line.loading import engine_of, is_terminal, learning_commands, told
from ml.command_line.options import (
    DEFAULT_TRACKING_URI,
    RESULTS,
    AskedBy,
    ConfigFile,
    DatasetFolder,
    EngineName,
    EngineOption,
    Fast,
    NewName,
    OutFolder,
    ResultsFolder,
    TrackingUri,
)


def import_(
    out: OutFolder,
    source: Annotated[
        Path | None, typer.Argument(help="A retailer's export: CSV, Parquet or JSON lines.")
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option(help="TOML: which column is which; default: the one that fits.")
    ] = None,
    profile: Annotated[
        str | None, typer.Option(help="HOST:PORT of the profile service, instead of a file.")
    ] = None,
    embedding: Annotated[
        str | None,
        typer.Option(help="HOST:PORT of the embedding service: names and attributes of the items."),
    ] = None,
) -> None:
    """Bring purchases into a dataset folder; refused lines are written beside them."""
    if (source is None) == (profile is None):
        raise typer.BadParameter("give either a file or --profile HOST:PORT")
    if embedding is not None and profile is None:
        raise typer.BadParameter("--embedding goes with --profile: a file brings its own items")
    with learning_commands() as commands:
        if source is not None:
            commands.import_file(source, out, mapping=mapping, say=typer.echo)
        else:
            commands.import_profile(
                profile, out, embedding=embedding, show_progress=is_terminal(), say=typer.echo
            )


def erase(
    profile: Annotated[str, typer.Option(help="HOST:PORT of the profile service.")],
    datasets: Annotated[
        list[Path] | None, typer.Argument(help="Dataset folders that may hold them.")
    ] = None,
    model_version: Annotated[
        str,
        typer.Option(
            help="Confirm: the first published version whose data set held nothing of them."
        ),
    ] = "",
) -> None:
    """Remove customers who are to be forgotten from data sets; `retrain` does so by itself.

    Nothing is confirmed until a model version is named that learned nothing from them.
    """
    with told("ml.training.commands.erasure") as commands:
        forgotten = commands.forget(profile, datasets or [], say=typer.echo)
        if model_version:
            commands.confirm(profile, forgotten, model_version=model_version, say=typer.echo)


def simulate(
    out: OutFolder,
    customers: Annotated[int, typer.Option(help="How many people live in the town.")] = 2_000,
    days: Annotated[int, typer.Option(help="Days of history.")] = 365,
    seed: Annotated[int, typer.Option(help="Another seed is another town.")] = 7,
    end: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day; default: yesterday.")
    ] = None,
    life_courses: Annotated[  # noqa: FBT002  # a flag on the command line
        bool, typer.Option("--life-courses", help="Lives change by degrees: children, moves, work.")
    ] = False,
) -> None:
    """Let a small town live and shop, and write its purchases as a dataset folder."""
    with learning_commands() as commands:
        town = commands.town_config(
            end.date() if end else None,
            customers=customers,
            days=days,
            seed=seed,
            life_courses=life_courses,
        )
        sentence = commands.simulate(out, town, show_progress=is_terminal())
    typer.echo(sentence)


def train(
    dataset: DatasetFolder,
    name: NewName = None,
    tracking_uri: TrackingUri = DEFAULT_TRACKING_URI,
    config: ConfigFile = None,
    fast: Fast = False,  # noqa: FBT002  # a flag on the command line
    engine: EngineOption = EngineName.MACHINE,
) -> None:
    """Evaluate, learn from everything, and register the result as challenger."""
    counting = engine_of(engine)
    with learning_commands() as commands:
        chosen = commands.training_config(config, name=name, fast=fast, show_progress=is_terminal())
        commands.train(dataset, chosen, tracking_uri=tracking_uri, say=typer.echo, engine=counting)


def evaluate(  # noqa: PLR0913, PLR0917  # a command has as many options as it needs
    dataset: DatasetFolder,
    protocol: AskedBy = None,
    config: ConfigFile = None,
    fast: Fast = False,  # noqa: FBT002  # a flag on the command line
    tune: Annotated[int, typer.Option(min=0, help="Choose hyperparameters first: trials.")] = 0,
    out: ResultsFolder = RESULTS,
    tracking_uri: TrackingUri = DEFAULT_TRACKING_URI,
    engine: EngineOption = EngineName.MACHINE,
) -> None:
    """Compare the model with what it must beat; nothing is registered."""
    if tune and engine is EngineName.SPARK:
        raise typer.BadParameter("--tune reads a data set whole: tune on less, then --config")
    counting = engine_of(engine)
    with learning_commands() as commands:
        chosen = commands.training_config(
            config, protocol=protocol, fast=fast, show_progress=is_terminal()
        )
        written = commands.Written(out, tracking_uri)
        if tune:
            chosen = commands.choose(dataset, chosen, written, trials=tune, say=typer.echo)
        commands.evaluate(dataset, chosen, written, say=typer.echo, engine=counting)


def tune(  # noqa: PLR0913, PLR0917  # a command has as many options as it needs
    dataset: DatasetFolder,
    trials: Annotated[int, typer.Option(min=1, help="How many in all, earlier ones counted.")] = 20,
    protocol: AskedBy = None,
    config: ConfigFile = None,
    fast: Fast = False,  # noqa: FBT002  # a flag on the command line
    out: ResultsFolder = RESULTS,
    tracking_uri: TrackingUri = DEFAULT_TRACKING_URI,
) -> None:
    """Choose hyperparameters by the data set's own validation part; write them for --config."""
    with learning_commands() as commands:
        chosen = commands.training_config(
            config, protocol=protocol, fast=fast, show_progress=is_terminal()
        )
        written = commands.Written(out, tracking_uri)
        commands.choose(dataset, chosen, written, trials=trials, say=typer.echo)
