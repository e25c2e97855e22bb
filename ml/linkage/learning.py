"""What agreeing and disagreeing tells, learned from customers of whom nobody says who is who.

How often strangers agree is seen on pairs drawn by chance; how often one person's two records agree
is learned by expectation maximisation on customers who agree in two of the three most telling
things, each two in turn, so that each of the three is judged by the other two.

Source: Fellegi and Sunter, "A Theory for Record Linkage", 1969; expectation maximisation and
term-frequency adjustments as Splink does them (Linacre et al., "Splink: Free software for
probabilistic record linkage at scale", 2022).
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import combinations
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from ml.linkage.blocking import Blocked
from ml.linkage.comparisons import ITEM_BITS, Compared
from ml.linkage.linkage_config import LinkageConfig, LinkageError

Model = dict[str, Any]
"""What was learned, as Splink writes it."""

BEFORE = 1e-5
"""How likely two customers by chance are one person, before it is learned."""
_CHANGES = (0.001, 0.01, 0.1)
"""Training ends when no probability changes by more. Where one person's records agree almost
always, disagreeing becomes less likely with each step without end, and Splink refuses to go on:
then the next is tried."""
_PROBED_SHARE = 0.2
"""Of the records, to estimate how many pairs a training would look at."""


def learned(
    compared: Sequence[Compared], inside: Blocked, telling: Sequence[str], config: LinkageConfig
) -> Model:
    """Return what each outcome of each comparison tells.

    Args:
        compared: what is compared.
        inside: the customers in their blocks.
        telling: the columns that training agrees on, all but one at a time.
        config: how.

    Raises:
        LinkageError: when customers who agree in two things agree or differ in all others.
    """
    for change in _CHANGES:
        try:
            with linker(inside, _settings(compared, inside, change=change), config) as untrained:
                return _without_gaps(_trained(untrained, telling, config), config)
        except ValueError:  # a probability fell below what Splink can hold: stop sooner
            continue
    raise LinkageError(
        "nothing can be learned: customers who agree in two things agree or differ in all others"
    )


@contextmanager
def linker(
    inside: Blocked, settings: SettingsCreator | Model, config: LinkageConfig
) -> Iterator[Linker]:
    """Give Splink over these customers, in a database that ends with the block.

    The database is in memory, writes no file and fetches nothing.
    """
    alone: dict[str, str | bool | int | float | list[str]] = {
        "threads": config.thread_count,
        "temp_directory": "",
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    named = inside.table.drop(columns=["basket_count"]).assign(items=_bits(inside.table["items"]))
    with duckdb.connect(":memory:", config=alone) as database:
        database.register("named", named)
        database.execute(
            "CREATE TABLE customers AS SELECT * REPLACE (items::BLOB::BIT AS items) FROM named"
        )
        database.unregister("named")
        customers = DuckDBAPI(database).register("customers")
        yield Linker(customers, settings, log_level=logging.ERROR)


def _settings(compared: Sequence[Compared], inside: Blocked, *, change: float) -> SettingsCreator:
    return SettingsCreator(
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


def _trained(untrained: Linker, telling: Sequence[str], config: LinkageConfig) -> Model:
    """Return what a training finds.

    Raises:
        ValueError: when training drives a probability to zero; Splink refuses it.
    """
    training = untrained.training
    training.estimate_u_using_random_sampling(
        max_pairs=config.sampled_pairs, seed=config.seed, min_count_per_level=None, num_chunks=1
    )
    for agreed in combinations(telling, max(1, len(telling) - 1)):
        training.estimate_parameters_using_expectation_maximisation(
            block_on(*agreed),
            estimate_without_term_frequencies=True,
            max_pairs=config.sampled_pairs,
            record_sample_proportion=_PROBED_SHARE,
        )
    model: Model = untrained.misc.save_model_to_json()
    return model


def _without_gaps(model: Model, config: LinkageConfig) -> Model:
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


def _bits(items: pd.Series) -> list[bytes]:
    """Return lists of codes as sets of ``ITEM_BITS`` bits."""
    owners = np.repeat(np.arange(len(items)), items.map(len))
    codes = pd.factorize(items.explode().dropna(), sort=True)[0]
    held = np.zeros((len(items), ITEM_BITS), dtype=bool)
    held[owners, codes % ITEM_BITS] = True
    return [row.tobytes() for row in np.packbits(held, axis=1)]
