"""Customers who have something in common are compared, and what speaks for and against is added.

Splink gives what each comparison says, in bits; here it is bounded and added, in the database.
Each customer has a hundred pairs and more, of which next to none is one person: so they are weighed
a part of the customers at a time, and kept are those that may be likely enough, and of all others
how many have how many bits.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from splink import Linker

from ml.linkage.blocking import blocked, things
from ml.linkage.comparisons import Compared, comparisons
from ml.linkage.learning import learned, linker
from ml.linkage.linkage_config import LinkageConfig, LinkageError

FEWEST_CUSTOMERS = 100
"""Of fewer nothing can be learned."""
LEAST_BITS, MOST_BITS = -7.0, 14.0
"""What one comparison says at most. One fact in a hundred or so is told wrong of anybody, so that
no single disagreement proves that two are two, however seldom it was seen while learning."""
PART = 10_000
"""Customers whose pairs are weighed at a time: half a gigabyte."""


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What is found of all pairs of customers who are in one block."""

    pairs: pd.DataFrame
    """Those that may be likely enough: ``one`` and ``other`` (ids, the smaller first, sorted),
    ``total`` (bits), and for each comparison ``bits_{column}``, NaN where it says nothing, and
    ``mw_{column}``, what Splink gives its outcome."""
    totals: pd.Series
    """How many of all pairs have so many bits, by bits."""
    compared: tuple[Compared, ...]
    model: Mapping[str, Any]
    """What was learned, as Splink writes it."""
    skipped: Mapping[str, int]
    """As ``Blocked`` tells it."""


def find(records: pd.DataFrame, config: LinkageConfig, *, at_least: float = 0.0) -> Found:
    """Return what agreeing and disagreeing tells of pairs of customers.

    Args:
        records: as ``record_table`` makes them.
        config: how.
        at_least: pairs that cannot be so probable are counted only, 0 to 1; with 0 all are told.

    Raises:
        LinkageError: when these are too few, or there are not two things to tell them by.
    """
    telling = [name for name in things(records) if records[name].nunique() > 1][:3]
    if len(records) < FEWEST_CUSTOMERS or len(telling) < 2:
        raise LinkageError(
            f"nothing can be learned from {len(records):,} customers of whom {len(telling)} things "
            f"are known: {FEWEST_CUSTOMERS} customers and 2 things are needed"
        )
    # By number and not by name, for a pair that is numbers takes a third of the room.
    ordered = records.sort_values("customer_id", ignore_index=True)
    names = ordered["customer_id"].to_numpy("object")
    compared = tuple(comparisons(ordered))
    inside = blocked(ordered.assign(customer_id=range(len(ordered))), most=config.most_in_block)
    model = learned(compared, inside, telling, config)
    with linker(inside, model, config) as judge:
        pairs, totals = _weighed(judge, compared, len(ordered), least=_least_bits(at_least))
    pairs = pairs.assign(one=names[pairs["one"]], other=names[pairs["other"]])
    return Found(pairs, totals, compared, model, inside.skipped)


def _weighed(
    judge: Linker, compared: Sequence[Compared], customer_count: int, *, least: float
) -> tuple[pd.DataFrame, pd.Series]:
    """Return the pairs of so many bits, and how many of all pairs have how many."""
    pairs, totals = [], []
    count = math.ceil(customer_count / PART)
    for part in range(1, count + 1):
        predicted = judge.inference.predict_chunk((part, count), (1, 1), warning_mode="never")
        weighed = predicted.as_duckdbpyrelation().project(_weights(compared))
        weighed = weighed.project(f"*, {_total(compared)} AS total")
        pairs.append(weighed.filter(f"total >= '{least}'::DOUBLE").df())
        totals.append(weighed.aggregate("total, count(*) AS pairs", "total").df())
        predicted.drop_table_from_database_and_remove_from_cache()
    return (
        pd.concat(pairs).sort_values(["one", "other"], ignore_index=True),
        pd.concat(totals).groupby("total")["pairs"].sum(),
    )


def _least_bits(probability: float) -> float:
    """Return the bits under which no pair is so probable, as at most every second is one person."""
    with np.errstate(divide="ignore"):
        return float(np.log2(probability) - np.log2(1 - probability))


def _weights(compared: Sequence[Compared]) -> str:
    """Return the columns of ``Found.pairs`` but the total, in SQL over what Splink predicts."""
    columns = ["customer_id_l AS one", "customer_id_r AS other"]
    for each in compared:
        weight = f'"mw_{each.column}"'
        # Agreeing on a rare value says more, on a frequent one less.
        rare = f' + "mw_tf_adj_{each.column}"' if each.has_frequencies else ""
        bounded = f"least(greatest({weight}{rare}, {LEAST_BITS}), {MOST_BITS})"
        columns += [weight, f'CASE WHEN {weight} <> 0 THEN {bounded} END AS "bits_{each.column}"']
    return ", ".join(columns)


def _total(compared: Sequence[Compared]) -> str:
    return " + ".join(f'coalesce("bits_{each.column}", 0)' for each in compared)
