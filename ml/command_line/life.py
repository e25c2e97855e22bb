"""The commands about life stages: what tells them, and how soon."""

from pathlib import Path
from typing import Annotated

import typer

from ml.command_line.loading import is_terminal, told
from ml.command_line.options import RESULTS, DatasetFolder, Fast, ResultsFolder

SIGNS = Path("build/evaluation/life-signs.toml")


def life_signs(
    dataset: DatasetFolder,
    labels: Annotated[
        Path | None,
        typer.Option(
            help="Parquet: customer_id, life_change, changed_at; default: a simulated town's truth."
        ),
    ] = None,
    template: Annotated[
        Path | None, typer.Option(help="TOML: which stages there are; default: the shipped ones.")
    ] = None,
    time_zone: Annotated[
        str, typer.Option(help="As OFONE_PROFILE_TIME_ZONE, such as Europe/Berlin.")
    ] = "UTC",
    out: Annotated[Path, typer.Option("--out", help="The table of signs to write.")] = SIGNS,
) -> None:
    """Learn from customers whose lives are known what tells a change of life."""
    with told("ml.training.commands.life") as commands:
        commands.learn_signs(
            dataset,
            labels=labels,
            template=template,
            time_zone=time_zone,
            out=out,
            say=typer.echo,
        )


def life_stages(
    seed: Annotated[int, typer.Option(min=0, help="Another seed is another pair of towns.")] = 7,
    fast: Fast = False,  # noqa: FBT002  # a flag on the command line
    out: ResultsFolder = RESULTS,
) -> None:
    """Tell on simulated towns how surely and how soon a change of life is seen."""
    with told("ml.training.commands.life") as commands:
        sizes = {"learned_from": 900, "levelled_by": 150, "judged": 150} if fast else {}
        config = commands.JudgingConfig(seed=seed, show_progress=is_terminal(), **sizes)
        commands.life_stages(config, out=out, say=typer.echo)
