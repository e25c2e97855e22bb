"""The commands that look into a model: what features are worth, what it says when, what is new."""

from pathlib import Path
from typing import Annotated

import typer

from ml.command_line.loading import is_terminal, learning_commands, told
from ml.command_line.options import (
    RESULTS,
    AskedBy,
    ConfigFile,
    DatasetFolder,
    Fast,
    ResultsFolder,
)

TIMING = Path("build/timing")

OnlyLearn = Annotated[
    bool, typer.Option("--only-learn", help="Write the personas, measure no worth: seconds.")
]


def ablate(
    dataset: DatasetFolder,
    protocol: AskedBy = None,
    config: ConfigFile = None,
    fast: Fast = False,  # noqa: FBT002  # a flag on the command line
    seeds: Annotated[int, typer.Option(min=1, help="Rankers of each kind; chance shrinks.")] = 5,
    out: ResultsFolder = RESULTS,
) -> None:
    """Teach the ranker again without each set of features: what is each of them worth?"""
    with told("ml.training.commands.insight") as commands, learning_commands() as learning:
        chosen = learning.training_config(
            config, protocol=protocol, fast=fast, show_progress=is_terminal()
        )
        commands.ablate(dataset, chosen, seeds=seeds, out=out, say=typer.echo)


def timing(
    out: Annotated[Path, typer.Option("--out", help="The folder of picture and figures.")] = TIMING,
    customers: Annotated[int, typer.Option(help="How many people live in the town.")] = 1_500,
    people: Annotated[int, typer.Option(min=1, help="How many of each kind are followed.")] = 40,
    seed: Annotated[int, typer.Option(help="Another seed is another town.")] = 7,
    fast: Fast = False,  # noqa: FBT002  # a flag on the command line
) -> None:
    """Follow people of a simulated town: after how many days does the tea come back, the coffee?"""
    with told("ml.training.commands.insight") as commands, learning_commands() as learning:
        chosen = learning.training_config(None, fast=fast, show_progress=is_terminal())
        study = commands.StudyConfig(customers, people, seed=seed, learning=chosen.learning)
        commands.timing(study, out=out, say=typer.echo)


def questions(
    out: ResultsFolder = RESULTS,
    customers: Annotated[
        int, typer.Option(min=100, help="How many people live in the town.")
    ] = 3_000,
    asked: Annotated[int, typer.Option(min=1, help="How many of them are asked.")] = 600,
    seed: Annotated[int, typer.Option(min=0, help="Another seed is another town.")] = 7,
    fast: Fast = False,  # noqa: FBT002  # a flag on the command line
) -> None:
    """Ask people of a simulated town: which question gains most of what they will buy next?"""
    with told("ml.training.commands.insight") as commands, learning_commands() as learning:
        chosen = learning.training_config(None, fast=fast, show_progress=is_terminal())
        study = commands.InquiryConfig(
            customers, customers // 12, asked, seed=seed, learning=chosen.learning
        )
        commands.questions(study, out=out, say=typer.echo)


def households(
    out: ResultsFolder = RESULTS,
    customers: Annotated[
        int, typer.Option(min=100, help="How many people live in the town.")
    ] = 3_000,
    seed: Annotated[int, typer.Option(min=0, help="Another seed is another town.")] = 7,
    fast: Fast = False,  # noqa: FBT002  # a flag on the command line
) -> None:
    """Ask about people who live together: what is it worth to know what others brought home?"""
    with told("ml.training.commands.insight") as commands, learning_commands() as learning:
        chosen = learning.training_config(None, fast=fast, show_progress=is_terminal())
        study = commands.HomesConfig(customers, seed=seed, learning=chosen.learning)
        commands.households(study, out=out, say=typer.echo)


def cold_start(  # noqa: PLR0913, PLR0917  # a command has as many options as it needs
    dataset: DatasetFolder,
    protocol: AskedBy = None,
    config: ConfigFile = None,
    fast: Fast = False,  # noqa: FBT002  # a flag on the command line
    share: Annotated[
        float, typer.Option(min=0.0, max=0.5, help="Of the items asked for, those made new.")
    ] = 0.1,
    seed: Annotated[int, typer.Option(min=0, help="Another seed makes others new.")] = 0,
    out: ResultsFolder = RESULTS,
) -> None:
    """Make items new on purpose: how well are they recommended? Needs items.parquet."""
    with told("ml.training.commands.insight") as commands, learning_commands() as learning:
        chosen = learning.training_config(
            config, protocol=protocol, fast=fast, show_progress=is_terminal()
        )
        draw = commands.Draw(share, seed)
        commands.cold_start(dataset, chosen, draw, out=out, say=typer.echo)


def newcomers(
    dataset: DatasetFolder,
    protocol: AskedBy = None,
    config: ConfigFile = None,
    fast: Fast = False,  # noqa: FBT002  # a flag on the command line
    out: ResultsFolder = RESULTS,
) -> None:
    """Ask about customers as if nothing were known of them: how well are strangers answered?"""
    with told("ml.training.commands.insight") as commands, learning_commands() as learning:
        chosen = learning.training_config(
            config, protocol=protocol, fast=fast, show_progress=is_terminal()
        )
        commands.newcomers(dataset, chosen, out=out, say=typer.echo)


def personas(  # a command has as many options as it needs
    dataset: DatasetFolder,
    protocol: AskedBy = None,
    config: ConfigFile = None,
    fast: Fast = False,  # noqa: FBT002  # a flag on the command line
    only_learn: OnlyLearn = False,  # noqa: FBT002
    out: ResultsFolder = RESULTS,
) -> None:
    """Learn personas from histories: who are they, and how soon does the person beat them?"""
    with told("ml.training.commands.insight") as commands, learning_commands() as learning:
        chosen = learning.training_config(
            config, protocol=protocol, fast=fast, show_progress=is_terminal()
        )
        command = commands.learn_only if only_learn else commands.personas
        command(dataset, chosen, out=out, say=typer.echo)
