"""The commands about the model in service."""

from pathlib import Path
from typing import Annotated

import typer

from ml.command_line.loading import (
    REFUSED,
    engine_of,
    is_terminal,
    learning_commands,
    registry_commands,
    told,
)
from ml.command_line.options import (
    DEFAULT_NAME,
    DEFAULT_TRACKING_URI,
    ConfigFile,
    DatasetFolder,
    EngineName,
    EngineOption,
    Name,
    NewName,
    TrackingUri,
    Watch,
)
from ml.training.versions.promotion_report import ReportFormat

MAX_PORT = 65_535
"""Of TCP."""


def promote(
    name: Name = DEFAULT_NAME,
    tracking_uri: TrackingUri = DEFAULT_TRACKING_URI,
    overrule: Annotated[
        str, typer.Option(help="Why lines that refuse are overruled, for the log; a sentence.")
    ] = "",
) -> None:
    """Let the gate decide, line by line, whether the challenger becomes champion."""
    with registry_commands() as commands:
        tracking = commands.Tracking(tracking_uri, name)
        is_champion = commands.promote(tracking, overrule=overrule, say=typer.echo)
    if not is_champion:
        raise typer.Exit(REFUSED)


def rollback(
    name: Name = DEFAULT_NAME,
    tracking_uri: TrackingUri = DEFAULT_TRACKING_URI,
    why: Annotated[str, typer.Option(help="A sentence for the log.")] = "rolled back by hand",
) -> None:
    """Make the champion before the champion again."""
    with registry_commands() as commands:
        commands.rollback(commands.Tracking(tracking_uri, name), why=why, say=typer.echo)


def report(
    name: Name = DEFAULT_NAME,
    tracking_uri: TrackingUri = DEFAULT_TRACKING_URI,
    form: Annotated[
        ReportFormat, typer.Option("--format", help="How it is written.")
    ] = ReportFormat.TEXT,
) -> None:
    """Tell every move of the champion: when, who, from, to, why, on what figures."""
    with registry_commands() as commands:
        commands.report(commands.Tracking(tracking_uri, name), form=form, say=typer.echo)


def retrain(  # noqa: PLR0913, PLR0917  # the options of a command line
    profile: Annotated[str, typer.Option(help="HOST:PORT of the profile service.")],
    out: Annotated[Path, typer.Option("--out", help="Where data set and trail are written.")],
    embedding: Annotated[
        str | None, typer.Option(help="HOST:PORT of the embedding service, for the catalogue.")
    ] = None,
    model_dir: Annotated[
        Path | None,
        typer.Option(help="The folder that the services watch; default: not published."),
    ] = None,
    name: NewName = None,
    tracking_uri: TrackingUri = DEFAULT_TRACKING_URI,
    config: ConfigFile = None,
    engine: EngineOption = EngineName.MACHINE,
) -> None:
    """Import, train, ask the gate, publish: a night's work in one call, with a trail.

    Ends with 0 where the gate refuses the challenger too: the champion stays, the trail says why.
    """
    counting = engine_of(engine)
    with told("ml.training.commands.retrain") as nights, learning_commands() as commands:
        chosen = commands.training_config(config, name=name, show_progress=is_terminal())
        night = nights.Night(
            profile,
            embedding,
            out,
            tracking_uri,
            chosen,
            model_folder=model_dir,
            engine=counting,
        )
        nights.retrain(night, say=typer.echo)


def publish(
    model_dir: Annotated[
        Path, typer.Option("--model-dir", "--folder", help="The folder that the services watch.")
    ],
    name: Name = DEFAULT_NAME,
    tracking_uri: TrackingUri = DEFAULT_TRACKING_URI,
    alias: Annotated[str, typer.Option(help="Which version.")] = "champion",
    watch: Watch = False,  # noqa: FBT002  # a flag on the command line
    metrics: Annotated[
        str, typer.Option(help="HOST:PORT of a metrics page while watching; default: none.")
    ] = "",
) -> None:
    """Bring a registered model to the folder that the services watch."""
    host, _, port = metrics.rpartition(":")
    if metrics and not (watch and host and port.isdecimal()):
        raise typer.BadParameter("--metrics HOST:PORT goes with --watch")
    if metrics and int(port) > MAX_PORT:
        raise typer.BadParameter(f"--metrics: the port must be 0 to {MAX_PORT}, is {port}")
    with registry_commands() as commands:
        page = commands.MetricsPage(host, int(port)) if metrics else None
        commands.publish(
            commands.Tracking(tracking_uri, name),
            alias=alias,
            model_folder=model_dir,
            watching=commands.Watching(page) if watch else None,
            say=typer.echo,
        )


def drift(
    dataset: DatasetFolder,
    bundle: Annotated[
        Path | None, typer.Option(help="A bundle or a model folder; default: the champion.")
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=3_650, help="So many of its last days.")] = 7,
    out: Annotated[
        Path | None, typer.Option("--out", help="Markdown to write; JSON beside.")
    ] = None,
    name: Name = DEFAULT_NAME,
    tracking_uri: TrackingUri = DEFAULT_TRACKING_URI,
) -> None:
    """Compare the last days of a data set with what the model looked like when it was made."""
    if out is not None and out.suffix.lower() == ".json":
        markdown = out.with_suffix(".md").name
        raise typer.BadParameter(
            "--out names the Markdown, and the JSON beside it would overwrite it: give another "
            f"ending, such as {markdown}"
        )
    with told("ml.training.commands.drift") as commands:
        model = (
            commands.bundle_in(bundle) if bundle else commands.champion_bundle(tracking_uri, name)
        )
        show = is_terminal()
        report = commands.drift(
            dataset, model, days=days, out=out, show_progress=show, say=typer.echo
        )
    if report.drifts:
        raise typer.Exit(REFUSED)
