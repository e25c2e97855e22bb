"""What an event costs on a short history and on a long one, through the store itself.

Customers in one SQLite database: one with a history of 10,000 events, and for each repeat another
with 10. An event is a purchase of three of 5,000 items, the popular ones most. In turn one of each
kind buys once more, so that a machine that slows down slows both; what is measured is the whole of
it, with its durable commit.

Usage: ``python -m tests.benchmarks.event_cost [--repeats N] [--long N]``.
"""

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import select

from services.profile.adapters.sql_store import SqlProfileStore
from services.profile.adapters.tables import MIGRATIONS, customers
from services.profile.domain.history.events import Event, EventLine, EventType, ItemId, Report
from services.storage.engine import DatabaseLimits
from services.storage.startup import open_database
from tests.benchmarks.load import Figure, ratio
from tests.services.profile.told import DAY, NOW, card, told

RESULT = Path("build/benchmarks/event_cost.json")
SHORT = 10
ITEM_COUNT = 5_000
LINES = 3
BATCH = 500


def main() -> int:
    """Measure and print; return the exit code."""
    parser = argparse.ArgumentParser(prog="event_cost", description=__doc__)
    parser.add_argument("--repeats", type=int, default=300)
    parser.add_argument("--long", type=int, default=10_000, help="events of the long history")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        engine = open_database(
            f"sqlite:///{folder}/profiles.sqlite",
            MIGRATIONS,
            limits=DatabaseLimits(pool_size=2),
            migrate_first=True,
        )
        store = SqlProfileStore(engine)
        beginners = [(f"short{number}", SHORT) for number in range(arguments.repeats)]
        for who, count in (*beginners, ("long", arguments.long)):
            for start in range(0, count, BATCH):
                batch = range(start, min(start + BATCH, count))
                store.ingest([purchase(who, number) for number in batch], now_micros=NOW)
        table: dict[str, list[float]] = {"short": [], "long": []}
        for repeat in range(arguments.repeats):
            for who, costs in table.items():
                one = f"short{repeat}" if who == "short" else who
                report = purchase(one, 1_000_000 + repeat)
                started = time.perf_counter()
                store.ingest([report], now_micros=NOW)
                costs.append((time.perf_counter() - started) * 1_000)
        with engine.connect() as connection:
            sizes = sorted(
                len(row.state) + len(row.columns)
                for row in connection.execute(select(customers.c.state, customers.c.columns))
            )
        engine.dispose()
    figures = [
        Figure(f"event on a history of {SHORT}", "ms", tuple(table["short"])),
        Figure(f"event on a history of {arguments.long:,}", "ms", tuple(table["long"])),
        ratio("long over short", table["long"], table["short"]),
    ]
    for figure in figures:
        sys.stdout.write(f"{figure} quartiles {quartiles(figure)}\n")
    sys.stdout.write(f"bytes of a row: {sizes[0]:,} and {sizes[-1]:,}\n")
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps({each.name: each.values for each in figures}, indent=1) + "\n")
    return 0


def purchase(who: str, number: int) -> Report:
    """Return a purchase of a customer, the same for the same number."""
    chance = random.Random(f"{who} {number}")
    items = {int(ITEM_COUNT * chance.random() ** 2) for _ in range(LINES)}
    lines = tuple(
        EventLine(ItemId(f"item{item}"), 1.0, 2.5, None, f"category {item % 40}", "brand")
        for item in sorted(items)
    )
    micros = NOW - round(1_000 * chance.random() * DAY)
    event = Event("till", f"{who}-{number}", EventType.PURCHASE, micros, lines=lines)
    return told(event, card(who))


def quartiles(figure: Figure) -> str:
    """Return the middle half of the values."""
    low, _, high = statistics.quantiles(figure.values, n=4)
    return f"{low:.3f} to {high:.3f}"


if __name__ == "__main__":
    sys.exit(main())
