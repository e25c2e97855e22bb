"""What ``SelectOffers`` costs beside the empty chain, on the demo town.

In one run both chains stand side by side, three processes each, and are asked in turn, repeat by
repeat, so that a machine that slows down slows both. Figures are medians with their spread.

Usage: ``python -m tests.benchmarks [--repeats N] [--calls N] [--seconds S]``.
"""

import argparse
import json
import statistics
import subprocess
import sys
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
THREADS = 8


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
    with Processes(RESULT.parent / "logs") as processes:
        for service in SERVICES:
            environment = TOWN.service_environment(service) | chains.QUIET
            processes.start(service, python("-m", f"services.{service}"), environment)
        real, doors = chains.real_chain(processes, TOWN)
        chains.record(real, doors, MESSAGES)
        empty = chains.empty_chain(processes, MESSAGES)
        figures = _measure(real, empty, arguments)
    for figure in figures:
        sys.stdout.write(f"{figure}\n")
    RESULT.write_text(json.dumps({each.name: each.values for each in figures}, indent=1) + "\n")
    return 0


def _measure(
    real: chains.Chain, empty: chains.Chain, arguments: argparse.Namespace
) -> list[Figure]:
    both = {"SelectOffers": real, "empty chain": empty}
    p50: dict[str, list[float]] = {name: [] for name in both}
    p99: dict[str, list[float]] = {name: [] for name in both}
    rate: dict[str, list[float]] = {name: [] for name in both}
    for chain in both.values():
        latencies_ms(chain.call, arguments.calls)  # warm
    for _ in range(arguments.repeats):
        for name, chain in both.items():
            found = latencies_ms(chain.call, arguments.calls)
            p50[name].append(statistics.median(found))
            p99[name].append(percentile(found, 0.99))
        for name, chain in both.items():
            rate[name].append(
                throughput_per_second(chain.call, threads=THREADS, seconds=arguments.seconds)
            )
    figures = []
    for label, unit, table in (
        ("p50, one caller", "ms", p50),
        ("p99, one caller", "ms", p99),
        (f"throughput, {THREADS} callers", "/s", rate),
    ):
        figures += [Figure(f"{name}: {label}", unit, tuple(table[name])) for name in both]
        over, under = table["SelectOffers"], table["empty chain"]
        figures.append(ratio(f"ratio: {label}", over, under))
    return figures


if __name__ == "__main__":
    sys.exit(main())
