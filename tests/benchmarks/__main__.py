"""What ``SelectOffers`` costs beside the empty chain, on the demo town.

In one run both chains stand side by side, three processes each, and are asked in turn, repeat by
repeat, so that a machine that slows down slows both. Figures are medians with their spread. Under
load the interpreter of ``recommendation`` runs out before the machine does, so the load is measured
once more with a process per core there, in both chains: that is how it is meant to be run.

Usage: ``python -m tests.benchmarks [--repeats N] [--calls N] [--seconds S]``.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from functools import partial
from pathlib import Path

from demo.layout import SERVICES, Layout, python
from demo.processes import Processes, check_port
from tests.benchmarks import chains
from tests.benchmarks.load import (
    Figure,
    latencies_ms,
    percentile,
    ratio,
    throughput_per_second,
)

TOWN = Layout(Path("build/demo/town").resolve())
RESULT = Path("build/benchmarks/serving.json")
MESSAGES = Path("build/benchmarks/messages")


def main() -> int:
    """Measure and print; return the exit code."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--calls", type=int, default=200, help="calls of a repeat, one at a time")
    parser.add_argument("--seconds", type=float, default=4.0, help="of a repeat under load")
    arguments = parser.parse_args()
    if not TOWN.done("offers").exists():
        subprocess.run(python("-m", "demo", "--once"), check=True)
    for layout in (TOWN, chains.EMPTY):
        for service in SERVICES:
            check_port(layout.grpc_port(service), service)
    figures = []
    for workers in sorted({1, os.cpu_count() or 1}):
        with Processes(RESULT.parent / "logs") as processes:
            real, doors = chains.real_chain(processes, TOWN, workers=workers)
            chains.record(real, doors, MESSAGES)
            empty = chains.empty_chain(processes, MESSAGES, workers=workers)
            both = {"SelectOffers": real, "empty chain": empty}
            for chain in both.values():
                for caller in range(chains.CALLERS):
                    latencies_ms(partial(chain.call, caller), arguments.calls // 4)  # warm
            if workers == 1:
                figures += _alone(both, arguments)
            figures += _under_load(both, arguments, workers)
    for figure in figures:
        sys.stdout.write(f"{figure}\n")
    RESULT.write_text(json.dumps({each.name: each.values for each in figures}, indent=1) + "\n")
    return 0


Chains = dict[str, chains.Chain]
Table = dict[str, list[float]]


def _alone(both: Chains, arguments: argparse.Namespace) -> list[Figure]:
    """Return what one caller waits for, one call after the other."""
    p50: Table = {name: [] for name in both}
    p99: Table = {name: [] for name in both}
    for _ in range(arguments.repeats):
        for name, chain in both.items():
            found = latencies_ms(partial(chain.call, 0), arguments.calls)
            p50[name].append(statistics.median(found))
            p99[name].append(percentile(found, 0.99))
    return _figures("p50, one caller", "ms", p50) + _figures("p99, one caller", "ms", p99)


def _under_load(both: Chains, arguments: argparse.Namespace, workers: int) -> list[Figure]:
    """Return how many calls a second get answered when all callers ask without a pause."""
    rate: Table = {name: [] for name in both}
    for _ in range(arguments.repeats):
        for name, chain in both.items():
            rate[name].append(
                throughput_per_second(chain.call, threads=chains.CALLERS, seconds=arguments.seconds)
            )
    processes = "1 process" if workers == 1 else f"{workers} processes"
    return _figures(f"throughput, {chains.CALLERS} callers, {processes}", "/s", rate)


def _figures(label: str, unit: str, table: Table) -> list[Figure]:
    figures = [Figure(f"{name}: {label}", unit, tuple(values)) for name, values in table.items()]
    return [*figures, ratio(f"ratio: {label}", *table.values())]


if __name__ == "__main__":
    sys.exit(main())
