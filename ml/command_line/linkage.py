"""The commands about who is probably one person: find it, and tell how right it is."""

from typing import Annotated

import typer

from ml.command_line.loading import told
from ml.command_line.options import RESULTS, Fast, ResultsFolder

DEFAULT_THRESHOLD = 0.9


def link(
    profile: Annotated[str, typer.Option(help="HOST:PORT of the profile service.")],
    threshold: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="The least probability that is suggested.")
    ] = DEFAULT_THRESHOLD,
) -> None:
    """Find customers who are probably one person, and suggest them; nobody is joined by it."""
    with told("ml.linkage.commands") as commands:
        commands.link(profile, commands.LinkageConfig(threshold=threshold), say=typer.echo)


def linkage(
    seed: Annotated[int, typer.Option(min=0, help="Another seed is other towns.")] = 7,
    fast: Fast = False,  # noqa: FBT002  # a flag on the command line
    out: ResultsFolder = RESULTS,
) -> None:
    """Tell on simulated towns how right suggestions of one person are, and how much they find."""
    with told("ml.linkage.commands") as commands:
        seeds = (seed,) if fast else (seed, seed + 1, seed + 2)
        config = commands.StudyConfig(people=1_000 if fast else 10_000, seeds=seeds)
        commands.judge(config, out=out, say=typer.echo)
