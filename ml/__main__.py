"""``python -m ml``: every command of those who make models; ``--help`` lists them.

Exit codes: 0 done; 1 the gate refused, or something drifts; 2 the command line is wrong; 3 data,
files or MLflow do not allow it, said in a sentence.
"""

import dataclasses
import os
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from ml.command_line import (
    DEFAULT_TRACKING_URI,
    RESULTS,
    AskedBy,
    ConfigFile,
    DatasetFolder,
    EngineName,
    EngineOption,
    Fast,
    Name,
    OutFolder,
    ResultsFolder,
    TrackingUri,
    commands_of,
    is_terminal,
    learning_commands,
    registry_commands,
    told,
)
from ml.training.promotion_report import ReportFormat

REFUSED = 1

app = typer.Typer(
    help="Data sets, models, their evaluation, promotion and publication.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


Watch = Annotated[
    bool, typer.Option("--watch", help="Follow the alias, every 10 s, until stopped.")
]


@app.command("import")
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


@app.command()
def simulate(
    out: OutFolder,
    customers: Annotated[int, typer.Option(help="How many people live in the town.")] = 2_000,
    days: Annotated[int, typer.Option(help="Days of history.")] = 365,
    seed: Annotated[int, typer.Option(help="Another seed is another town.")] = 7,
    end: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day; default: yesterday.")
    ] = None,
) -> None:
    """Let a small town live and shop, and write its purchases as a dataset folder."""
    with learning_commands() as commands:
        sentence = commands.simulate(
            out,
            customers=customers,
            days=days,
            seed=seed,
            end=end.date() if end else None,
            show_progress=is_terminal(),
        )
    typer.echo(sentence)


@app.command()
def train(
    dataset: DatasetFolder,
    name: Name = "ofone",
    tracking_uri: TrackingUri = DEFAULT_TRACKING_URI,
    config: ConfigFile = None,
    fast: Fast = False,  # noqa: FBT002  # a flag on the command line
    engine: EngineOption = EngineName.MACHINE,
) -> None:
    """Evaluate, learn from everything, and register the result as challenger."""
    with commands_of(engine) as commands:
        chosen = commands.training_config(config, name=name, fast=fast, show_progress=is_terminal())
        commands.train(dataset, chosen, tracking_uri=tracking_uri, say=typer.echo)


@app.command()
def evaluate(  # noqa: PLR0913, PLR0917  # a command has as many options as it needs
    dataset: DatasetFolder,
    protocol: AskedBy = None,
    config: ConfigFile = None,
    fast: Fast = False,  # noqa: FBT002  # a flag on the command line
    tune: Annotated[int, typer.Option(min=0, help="Choose hyperparameters first: trials.")] = 0,
    out: ResultsFolder = RESULTS,
    tracking_uri: TrackingUri = DEFAULT_TRACKING_URI,
) -> None:
    """Compare the model with what it must beat; nothing is registered."""
    with learning_commands() as commands:
        chosen = commands.training_config(config, name="", fast=fast, show_progress=is_terminal())
        if protocol:
            chosen = dataclasses.replace(chosen, protocol=protocol.value)
        written = commands.Written(out, tracking_uri)
        if tune:
            chosen = commands.choose(dataset, chosen, written, trials=tune, say=typer.echo)
        commands.evaluate(dataset, chosen, written, say=typer.echo)


@app.command()
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
        chosen = commands.training_config(config, name="", fast=fast, show_progress=is_terminal())
        if protocol:
            chosen = dataclasses.replace(chosen, protocol=protocol.value)
        written = commands.Written(out, tracking_uri)
        commands.choose(dataset, chosen, written, trials=trials, say=typer.echo)


@app.command()
def ablate(
    dataset: DatasetFolder,
    protocol: AskedBy = None,
    config: ConfigFile = None,
    fast: Fast = False,  # noqa: FBT002  # a flag on the command line
    seeds: Annotated[int, typer.Option(min=1, help="Rankers of each kind; chance shrinks.")] = 3,
    out: ResultsFolder = RESULTS,
) -> None:
    """Teach the ranker again without each set of features: what is each of them worth?"""
    with told("ml.training.insight_commands") as commands, learning_commands() as learning:
        chosen = learning.training_config(config, name="", fast=fast, show_progress=is_terminal())
        if protocol:
            chosen = dataclasses.replace(chosen, protocol=protocol.value)
        commands.ablate(dataset, chosen, seeds=seeds, out=out, say=typer.echo)


@app.command()
def promote(
    name: Name = "ofone",
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


@app.command()
def rollback(
    name: Name = "ofone",
    tracking_uri: TrackingUri = DEFAULT_TRACKING_URI,
    why: Annotated[str, typer.Option(help="A sentence for the log.")] = "rolled back by hand",
) -> None:
    """Make the champion before the champion again."""
    with registry_commands() as commands:
        commands.rollback(commands.Tracking(tracking_uri, name), why=why, say=typer.echo)


@app.command()
def report(
    name: Name = "ofone",
    tracking_uri: TrackingUri = DEFAULT_TRACKING_URI,
    form: Annotated[
        ReportFormat, typer.Option("--format", help="How it is written.")
    ] = ReportFormat.TEXT,
) -> None:
    """Tell every move of the champion: when, who, from, to, why, on what figures."""
    with registry_commands() as commands:
        commands.report(commands.Tracking(tracking_uri, name), form=form, say=typer.echo)


@app.command()
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
    name: Name = "ofone",
    tracking_uri: TrackingUri = DEFAULT_TRACKING_URI,
    config: ConfigFile = None,
) -> None:
    """Import, train, ask the gate, publish: a night's work in one call, with a trail.

    Ends with 0 where the gate refuses the challenger too: the champion stays, the trail says why.
    """
    with told("ml.training.retrain") as nights, learning_commands() as commands:
        chosen = commands.training_config(
            config, name=name, fast=False, show_progress=is_terminal()
        )
        night = nights.Night(profile, embedding, out, tracking_uri, chosen, model_folder=model_dir)
        nights.retrain(night, say=typer.echo)


@app.command()
def publish(
    model_dir: Annotated[
        Path, typer.Option("--model-dir", "--folder", help="The folder that the services watch.")
    ],
    name: Name = "ofone",
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
    with registry_commands() as commands:
        page = commands.MetricsPage(host, int(port)) if metrics else None
        commands.publish(
            commands.Tracking(tracking_uri, name),
            alias=alias,
            model_folder=model_dir,
            watching=commands.Watching(page) if watch else None,
            say=typer.echo,
        )


@app.command()
def drift(
    dataset: DatasetFolder,
    bundle: Annotated[
        Path | None, typer.Option(help="A bundle or a model folder; default: the champion.")
    ] = None,
    days: Annotated[int, typer.Option(min=1, help="So many of its last days.")] = 7,
    out: Annotated[
        Path | None, typer.Option("--out", help="Markdown to write; JSON beside.")
    ] = None,
    name: Name = "ofone",
    tracking_uri: TrackingUri = DEFAULT_TRACKING_URI,
) -> None:
    """Compare the last days of a data set with what the model looked like when it was made."""
    with told("ml.training.drift_commands") as commands:
        model = (
            commands.bundle_in(bundle) if bundle else commands.champion_bundle(tracking_uri, name)
        )
        show = is_terminal()
        report = commands.drift(
            dataset, model, days=days, out=out, show_progress=show, say=typer.echo
        )
    if report.drifts:
        raise typer.Exit(REFUSED)


def main() -> None:
    """Run the command line; numerical libraries get one thread, and MLflow tells nobody."""
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(variable, "1")
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    app(prog_name="python -m ml")


if __name__ == "__main__":
    main()
