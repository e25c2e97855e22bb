"""Both engines side by side: what a bundle's arrays cost on towns of any size, and their worth.

Not a test. ``make bench-spark`` makes towns of so many million rows and lets each engine, beside
them the bare ALS of ``implicit``, have a process of its own, whose memory is that of all its
children too; ``make bench-spark DATASET=DIR`` asks the bundles of both the questions of a data set.
The ranker is left out of the former: it learns from a bounded number of customers with either.
Both write down what they found.
"""

import json
import os
import sys
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
import typer
from scipy import sparse

from ml.dataset.split import timeline
from ml.evaluation.comparison import judge
from ml.evaluation.question import default_protocol, questions, with_history
from ml.simulation.simulate import write_town
from ml.simulation.town import TownConfig
from ml.spark.engine import spark_engine
from ml.spark.settings import PREFIX
from ml.training.artefacts.attribute_map import item_attributes
from ml.training.artefacts.bundle_arrays import fit_artefacts
from ml.training.artefacts.factors import fit_factors
from ml.training.artefacts.purchases import purchases_of
from ml.training.learned import Ofone
from ml.training.learning import LearningConfig
from ml.training.lessons.ranker_training import RankerConfig
from ml.training.lessons.windows import end_of, moment_seconds
from ml.training.source import Source, this_machine
from tests.benchmarks.watched_process import steps_told, watch

ENGINES = ("machine", "spark", "implicit")
ROWS_PER_CUSTOMER = 200
"""Of a year in the simulated town (docs/benchmarks.md)."""

TOWNS = Path("build/towns")
RESULTS = Path("build/benchmarks")
LIMIT_MINUTES = 40.0

_CALLERS = frozenset({"spark_engine", "this_machine", "fit_artefacts", "_fit_bare", "_make_arrays"})
"""What these call are the steps that time is told of."""

_PARTS = f"{PREFIX}_PARTITION_COUNT"

app = typer.Typer(help="Compare the engines.", no_args_is_help=True)


@app.command()
def scale(
    sizes: Annotated[list[float] | None, typer.Argument(help="Million rows.")] = None,
    engines: Annotated[list[str] | None, typer.Option("--engine", help="Default: all.")] = None,
    minutes: Annotated[float, typer.Option(help="After so many, one is stopped.")] = LIMIT_MINUTES,
) -> None:
    """Print time and memory of every engine on towns of each size; write them as JSON."""
    typer.echo("| million rows | what | seconds | processor seconds | peak memory, MB | ended |")
    typer.echo("|---|---|---|---|---|---|")
    for size in sizes or [1.0, 3.0, 10.0]:
        folder = _town(round(size * 1e6 / ROWS_PER_CUSTOMER))
        rows = _row_count(folder)
        for engine in engines or ENGINES:
            typer.echo(f"| {rows / 1e6:.2f} | {engine} | {_cost(engine, folder, rows, minutes)} |")


@app.command()
def arrays(engine: str, folder: Path, steps: Path) -> None:
    """Make the arrays of a bundle of all there is, once, and say nothing; ``steps`` is written."""
    config = LearningConfig(show_progress=False)
    os.environ.setdefault(_PARTS, str(_part_count(_row_count(folder))))
    with steps_told(_CALLERS, steps):
        if engine == "implicit":
            _fit_bare(folder, config)
            return
        opened = spark_engine if engine == "spark" else this_machine
        with opened(folder, config) as source:
            _make_arrays(source, config)


@app.command()
def worth(
    dataset: Path,
    customers: Annotated[
        int, typer.Option(help="Learned from at each moment, at most.")
    ] = RankerConfig().max_customers,
    folds: Annotated[int, typer.Option(help="So many of the first are asked.")] = 10,
) -> None:
    """Print what the bundles of both engines are worth on a data set; write it as JSON."""
    config = LearningConfig(ranker=RankerConfig(max_customers=customers))
    with spark_engine(dataset, config) as source:
        data = source.dataset
        asked = questions(data, default_protocol(data), horizon_days=config.horizon_days)[:folds]
        found = {
            name: judge(Ofone(config, artefacts=make), asked, ideal=data.description.ndcg_ideal)
            for name, make in (("machine", None), ("spark", source.artefacts))
        }
    lead = found["spark"].lead_over(found["machine"])
    told = {name: each.estimates() for name, each in found.items()} | {"difference": lead}
    for name, figures in told.items():
        typer.echo(f"{name}: " + ", ".join(f"{metric} {each}" for metric, each in figures.items()))
    document = {
        "dataset": data.description.name,
        "folds": [each.name for each in asked],
        "customers": customers,
        **{
            name: {metric: asdict(each) for metric, each in figures.items()}
            for name, figures in told.items()
        },
    }
    _write(f"worth-{dataset.resolve().name}", document)


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


def _row_count(folder: Path) -> int:
    return int(json.loads((folder / "dataset.json").read_text())["interactions"])


def _part_count(rows: int) -> int:
    """Return two parts for each core, and more where one would pass a million rows."""
    return max(2 * (os.cpu_count() or 1), -(-rows // 1_000_000))


def _cost(engine: str, folder: Path, rows: int, minutes: float) -> str:
    """Let an engine make the arrays of a town, write down what it took, and tell it."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    name = f"engines-{rows}-{engine}"
    steps = RESULTS / f"{name}.steps.json"
    load, start = os.getloadavg()[0], datetime.now(UTC)
    command = [sys.executable, "-m", "tests.benchmarks.engines", "arrays", engine]
    found = watch([*command, str(folder), str(steps)], limit_seconds=minutes * 60)
    taken: dict[str, float] = json.loads(steps.read_text(encoding="utf-8"))
    steps.unlink()
    ended = "done"
    if found.exit_code is None:
        ended = f"stopped after {minutes:g} minutes in {list(taken)[-1]}"
    elif found.exit_code:
        ended = f"failed in {list(taken)[-1]}"
    about: dict[str, Any] = {"engine": engine, "interactions": rows, "ended": ended}
    about |= asdict(found) | {"steps_seconds": taken}
    if engine == "spark":
        about["parts"] = int(os.environ.get(_PARTS, _part_count(rows)))
    about |= {"began": start.isoformat(timespec="seconds"), "load_before": load}
    _write(name, about)
    figures = (found.seconds, found.processor_seconds, found.peak_memory_mb)
    return " | ".join([*(f"{each:.0f}" for each in figures), ended])


def _write(name: str, found: dict[str, Any]) -> None:
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    app()
