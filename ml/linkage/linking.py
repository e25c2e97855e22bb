"""Customers are compared, and what agreeing and disagreeing tells is learned from them themselves.

Nobody says which customers are one person. How often strangers agree is seen on pairs drawn by
chance; how often one person's two records agree is learned by expectation maximisation on customers
who agree in two of the three most telling things, each two in turn, so that each of the three is
judged by the other two.

Source: Fellegi and Sunter, "A Theory for Record Linkage", 1969; expectation maximisation and
term-frequency adjustments as Splink does them (Linacre et al., "Splink: Free software for
probabilistic record linkage at scale", 2022).
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from ml.linkage.blocking import Blocked, blocked, things
from ml.linkage.comparisons import ITEM_BITS, Compared, comparisons
from ml.linkage.linkage_config import LinkageConfig

FEWEST_CUSTOMERS = 100
"""Of fewer nothing can be learned."""
BEFORE = 1e-5
"""How likely two customers by chance are one person, before it is learned."""
_CHANGES = (0.001, 0.01, 0.1)
"""Training ends when no probability changes by more. Where one person's records agree almost
always, disagreeing becomes less likely with each step without end, and Splink refuses to go on:
then the next is tried."""
_PROBED_SHARE = 0.2
"""Of the records, to estimate how many pairs a training would look at."""


class LinkageError(ValueError):
    """Nothing can be learned from these customers; the message says why."""


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What Splink says of all pairs of customers who are in one block."""

    pairs: pd.DataFrame
    """``customer_id_l``, ``customer_id_r``; and in bits for each comparison ``mw_{column}``, with
    frequencies also ``mw_tf_adj_{column}``."""
    compared: tuple[Compared, ...]
    model: Mapping[str, Any]
    """What was learned, as Splink writes it."""
    skipped: Mapping[str, int]
    """As ``Blocked`` tells it."""


def find(records: pd.DataFrame, config: LinkageConfig) -> Found:
    """Return what agreeing and disagreeing tells of pairs of customers.

    Args:
        records: as ``record_table`` makes them.
        config: how.

    Raises:
        LinkageError: when these are too few, or there are not two things to tell them by.
    """
    telling = [name for name in things(records) if records[name].nunique() > 1][:3]
    if len(records) < FEWEST_CUSTOMERS or len(telling) < 2:
        raise LinkageError(
            f"nothing can be learned from {len(records):,} customers of whom {len(telling)} things "
            f"are known: {FEWEST_CUSTOMERS} customers and 2 things are needed"
        )
    compared, inside = tuple(comparisons(records)), blocked(records, most=config.most_in_block)
    for change in _CHANGES:
        try:
            pairs, model = _learned(compared, inside, telling, config, change=change)
        except ValueError:  # a probability fell below what Splink can hold: stop sooner
            continue
        return Found(pairs, compared, model, inside.skipped)
    raise LinkageError(
        "nothing can be learned: customers who agree in two things agree or differ in all others"
    )


def _learned(
    compared: tuple[Compared, ...],
    inside: Blocked,
    telling: list[str],
    config: LinkageConfig,
    *,
    change: float,
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Return all pairs with their weights, and what was learned.

    Args:
        compared: what is compared.
        inside: the customers in their blocks.
        telling: the columns that training agrees on, all but one at a time.
        config: how.
        change: training ends when no probability changes by more.

    Raises:
        ValueError: when training drives a probability to zero; Splink refuses it.
    """
    with duckdb.connect(":memory:", config=_alone(config)) as database:
        linker = _linker(database, compared, inside, change=change)
        linker.training.estimate_u_using_random_sampling(
            max_pairs=config.sampled_pairs, seed=config.seed, min_count_per_level=None, num_chunks=1
        )
        for agreed in combinations(telling, max(1, len(telling) - 1)):
            linker.training.estimate_parameters_using_expectation_maximisation(
                block_on(*agreed),
                estimate_without_term_frequencies=True,
                max_pairs=config.sampled_pairs,
                record_sample_proportion=_PROBED_SHARE,
            )
        model = _without_gaps(linker.misc.save_model_to_json(), config)
        judge = Linker(DuckDBAPI(database).register("customers"), model, log_level=logging.ERROR)
        pairs = judge.inference.predict(warning_mode="never").as_duckdbpyrelation().df()
    return pairs, model


def _without_gaps(model: dict[str, Any], config: LinkageConfig) -> dict[str, Any]:
    """Return a model in which outcomes that were not seen while learning have a probability too.

    Splink would guess. What strangers never showed is rarer than one in all pairs that were drawn;
    what one person's records never showed says nothing, for nobody knows what it would.
    """
    for comparison in model["comparisons"]:
        for level in comparison["comparison_levels"]:
            if not level.get("is_null_level"):
                strangers = level.setdefault("u_probability", 1 / (config.sampled_pairs + 1))
                level.setdefault("m_probability", strangers)
    return model


def _alone(config: LinkageConfig) -> dict[str, str | bool | int | float | list[str]]:
    """Return how the database is set: it writes no file and fetches nothing."""
    return {
        "threads": config.thread_count,
        "temp_directory": "",
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }


def _linker(
    database: duckdb.DuckDBPyConnection,
    compared: tuple[Compared, ...],
    inside: Blocked,
    *,
    change: float,
) -> Linker:
    named = inside.table.drop(columns=["basket_count"]).assign(items=_bits(inside.table["items"]))
    database.register("named", named)
    database.execute(
        "CREATE TABLE customers AS SELECT * REPLACE (items::BLOB::BIT AS items) FROM named"
    )
    database.unregister("named")
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="customer_id",
        comparisons=[each.creator for each in compared],
        blocking_rules_to_generate_predictions=[
            *(block_on(name, arrays_to_explode=[name]) for name in inside.list_names),
            *(block_on(name) for name in inside.names),
        ],
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=True,
        probability_two_random_records_match=BEFORE,
        em_convergence=change,
    )
    return Linker(DuckDBAPI(database).register("customers"), settings, log_level=logging.ERROR)


def _bits(items: pd.Series) -> list[bytes]:
    """Return lists of codes as sets of ``ITEM_BITS`` bits."""
    owners = np.repeat(np.arange(len(items)), items.map(len))
    codes = pd.factorize(items.explode().dropna(), sort=True)[0]
    held = np.zeros((len(items), ITEM_BITS), dtype=bool)
    held[owners, codes % ITEM_BITS] = True
    return [row.tobytes() for row in np.packbits(held, axis=1)]
