"""Both engines side by side: what a bundle's arrays cost on towns of any size, and their worth.

Not a test. ``make bench-spark`` makes towns of so many million rows and lets each engine, beside
them the bare ALS of ``implicit``, have a process of its own, whose memory is that of all its
children too; ``make bench-spark DATASET=DIR`` asks the bundles of both the questions of a data set.
The ranker is left out of the former: it learns from a bounded number of customers with either.
"""

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
import psutil
import typer
from scipy import sparse

from ml.dataset.split import timeline
from ml.evaluation.comparison import judge
from ml.evaluation.question import Question, default_protocol, questions, with_history
from ml.simulation.simulate import write_town
from ml.simulation.town import TownConfig
from ml.spark.engine import spark_engine
from ml.training.artefacts import fit_artefacts
from ml.training.attribute_map import item_attributes
from ml.training.factors import fit_factors
from ml.training.learned import Ofone
from ml.training.learning import LearningConfig
from ml.training.purchases import purchases_of
from ml.training.ranker_training import RankerConfig
from ml.training.source import Source, this_machine
from ml.training.windows import end_of, moment_seconds

ENGINES = ("machine", "spark", "implicit")
ROWS_PER_CUSTOMER = 200
"""Of a year in the simulated town (docs/benchmarks.md)."""

TOWNS = Path("build/towns")
POLL_SECONDS = 0.2

app = typer.Typer(help="Compare the engines.", no_args_is_help=True)


@app.command()
def scale(
    sizes: Annotated[list[float] | None, typer.Argument(help="Million rows.")] = None,
) -> None:
    """Print time and memory of every engine on towns of each size."""
    typer.echo("| million rows | what | seconds | processor seconds | peak memory, MB |")
    typer.echo("|---|---|---|---|---|")
    for size in sizes or [1.0, 3.0, 10.0]:
        folder = _town(round(size * 1e6 / ROWS_PER_CUSTOMER))
        rows = json.loads((folder / "dataset.json").read_text())["interactions"]
        for engine in ENGINES:
            seconds, busy, peak = _measured(
                [sys.executable, "-m", "tests.benchmarks.engines", "arrays", engine, str(folder)]
            )
            typer.echo(f"| {rows / 1e6:.2f} | {engine} | {seconds:.0f} | {busy:.0f} | {peak:.0f} |")


@app.command()
def arrays(engine: str, folder: Path) -> None:
    """Make the arrays of a bundle of all there is, once, and say nothing."""
    config = LearningConfig(show_progress=False)
    if engine == "implicit":
        _fit_bare(folder, config)
        return
    opened = spark_engine if engine == "spark" else this_machine
    with opened(folder, config) as source:
        _make_arrays(source, config)


@app.command()
def worth(
    dataset: Path,
    customers: Annotated[int, typer.Option(help="Learned from at each moment, at most.")] = 20_000,
    moments: Annotated[int, typer.Option(help="That the ranker learns from.")] = 4,
    folds: Annotated[int, typer.Option(help="So many of the first are asked.")] = 10,
) -> None:
    """Print what the bundles of both engines are worth on the questions of a data set."""
    ranker = RankerConfig(max_customers=customers)
    config = LearningConfig(ranker=ranker, windows=moments)
    with spark_engine(dataset, config) as source:
        data = source.dataset
        asked = questions(data, default_protocol(data), horizon_days=config.horizon_days)
        found = {
            name: judge(
                Ofone(config, artefacts=make),
                [_as_one(asked[:folds])],
                ideal=data.description.ndcg_ideal,
            )
            for name, make in (("spark", source.artefacts), ("machine", None))
        }
    for name, each in found.items():
        figures = ", ".join(f"{metric} {value}" for metric, value in each.estimates().items())
        typer.echo(f"{name}: {figures}")
    lead = found["spark"].lead_over(found["machine"])
    typer.echo("spark less machine: " + ", ".join(f"{name} {each}" for name, each in lead.items()))


def _as_one(asked: Sequence[Question]) -> Question:
    """Return the questions of all folds as one, for they know the same histories."""
    truth = {customer: basket for each in asked for customer, basket in each.truth.items()}
    return replace(asked[0], name="all folds", truth=truth)


def _make_arrays(source: Source, config: LearningConfig) -> None:
    whole = with_history(source.dataset, timeline(source.dataset))
    purchases = purchases_of(whole)
    if source.artefacts:
        source.artefacts(whole, purchases, moment_seconds(end_of(whole)))
    else:
        fit_artefacts(purchases, item_attributes(whole.items), config.factors)


def _fit_bare(folder: Path, config: LearningConfig) -> None:
    """Learn factors alone, from nothing but who bought what how often."""
    bought = pd.read_parquet(
        folder / "interactions.parquet", columns=["customer_id", "item_id"], dtype_backend="pyarrow"
    )
    customers, items = (pd.factorize(bought[name])[0] for name in bought.columns)
    ones = np.ones(len(bought), np.float32)
    fit_factors(sparse.csr_matrix((ones, (customers, items))), config.factors, seed=0)


def _town(customers: int) -> Path:
    """Return the folder of a town, made if it is not there."""
    folder = TOWNS / f"{customers}"
    if not folder.exists():
        write_town(TownConfig(end=date(2026, 6, 30), customers=customers), folder)
    return folder


def _measured(command: list[str]) -> tuple[float, float, float]:
    """Return seconds, processor seconds and peak megabytes of a command and its children."""
    start = time.monotonic()
    with subprocess.Popen(command) as running:
        first = psutil.Process(running.pid)
        peak = 0.0
        busy: dict[int, float] = {}
        while running.poll() is None:
            held = 0
            with contextlib.suppress(psutil.NoSuchProcess):
                for each in [first, *first.children(recursive=True)]:
                    held += each.memory_info().rss
                    times = each.cpu_times()
                    busy[each.pid] = times.user + times.system
            peak = max(peak, held / 2**20)
            time.sleep(POLL_SECONDS)
    if running.returncode:
        raise typer.Exit(running.returncode)
    return time.monotonic() - start, sum(busy.values()), peak


if __name__ == "__main__":
    app()
