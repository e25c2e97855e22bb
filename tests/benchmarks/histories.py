"""Ten thousand random histories, told at once and bit by bit: do all traits come out the same?

Each history of up to 40 events of all kinds is folded whole, and again in random order, in random
batches, each added to the state as it was written and read back. Every trait, every column of the
snapshot and every byte of the state are compared.

Usage: ``python -m tests.benchmarks.histories [--count N] [--seed N]``; the exit code is 1 when
anything differs.
"""

import argparse
import random
import sys
from collections import Counter

from services.profile.adapters.rows.packing import pack_state
from services.profile.domain.snapshot import columns_of
from services.profile.domain.traits import all_traits
from tests.services.profile.domain.traits.random_histories import (
    SHOP,
    history,
    incremental,
    recomputed,
)
from tests.services.profile.domain.traits.shopper import MOMENT


def main() -> int:
    """Compare and print; return the exit code."""
    parser = argparse.ArgumentParser(prog="histories", description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    told: Counter[str] = Counter()
    different: Counter[str] = Counter()
    events = 0
    for _ in range(arguments.count):
        drawn = history(chance)
        events += len(drawn)
        bit_by_bit, at_once = incremental(drawn, chance), recomputed(drawn)
        traits = all_traits(at_once, MOMENT, SHOP)
        told.update(trait.name for trait in traits)
        different["traits"] += all_traits(bit_by_bit, MOMENT, SHOP) != traits
        different["columns"] += columns_of(bit_by_bit) != columns_of(at_once)
        different["states"] += pack_state(bit_by_bit) != pack_state(at_once)
    for name, count in sorted(told.items()):
        sys.stdout.write(f"{name:<28} {count:>9,} values\n")
    sys.stdout.write(
        f"{arguments.count:,} histories, {events:,} events, {told.total():,} values of traits; "
        f"different: {different['traits']:,} by traits, {different['columns']:,} by columns, "
        f"{different['states']:,} by bytes of the state\n"
    )
    return int(different.total() > 0)


if __name__ == "__main__":
    sys.exit(main())
