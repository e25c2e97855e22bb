"""The whole town: histories as a data set, and beside them the truth they were made from."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

from ml.dataset import columns
from ml.dataset.dataset import Dataset, Description, make_dataset
from ml.dataset.folder import staged_folder, write_description
from ml.dataset.parquet import TableFile, write_frame
from ml.simulation.homes import keep_house, partner_of
from ml.simulation.people import Person, make_person
from ml.simulation.shopping import Shopping, go_shopping
from ml.simulation.streams import Purpose, stream
from ml.simulation.town import Town, TownConfig, customer_id, store_id

TRUTH_FILE = "truth.parquet"
CHUNK_CUSTOMERS = 2_000
"""Customers whose baskets are in memory at once while a town is written: about 400,000 rows."""


@dataclass(frozen=True, slots=True, eq=False)
class Simulation:
    """A town that was lived through."""

    town: Town
    dataset: Dataset
    truth: pd.DataFrame
    """One row per customer and favourite: ``customer_id``, ``character`` (or null), ``life_stage``,
    ``life_change`` and ``changed_at`` (null when life did not change), ``price_sensitivity``,
    ``basket_gap_days``, ``curiosity``, ``home_store``, ``item_id``, ``gap_days`` (median of the
    log-normal gap), ``gap_spread`` (of its log), ``since``, ``until`` (null for the end)."""


def simulate_town(config: TownConfig, *, progress: bool = False) -> Simulation:
    """Let a town live through its history, in memory.

    Args:
        config: The town; 2,000 customers and a year take some seconds.
        progress: Whether to show a progress bar.
    """
    town = Town.build(config)
    bought, truth = [], []
    for people, lives in _chunks(town, progress=progress):
        bought.append(_interactions(town, people, lives))
        truth.append(_truth(town, people))
    dataset = make_dataset(
        _description(config), pd.concat(bought, ignore_index=True), items=town.catalogue.frame()
    )
    return Simulation(town, dataset, pd.concat(truth, ignore_index=True))


def write_town(config: TownConfig, path: Path, *, progress: bool = False) -> None:
    """Write a town as a dataset folder with ``truth.parquet`` beside the rest, chunk by chunk.

    Memory is bounded by ``CHUNK_CUSTOMERS``, whatever the size of the town.

    Args:
        config: The town.
        path: The folder; a dataset folder that is there already is replaced.
        progress: Whether to show a progress bar.

    Raises:
        DatasetError: when ``path`` exists and is not a dataset folder.
    """
    town = Town.build(config)
    is_bought = np.zeros(config.items, dtype=bool)
    counts = dict.fromkeys(("customers", "items", "baskets", "interactions"), 0)
    counts["target_interactions"] = 0
    with staged_folder(path) as staged:
        bought_file = TableFile(staged / columns.INTERACTIONS.file)
        truth_file = TableFile(staged / TRUTH_FILE)
        with bought_file, truth_file:
            for people, lives in _chunks(town, progress=progress):
                truth_file.add(_truth(town, people))
                frame = _interactions(town, people, lives)
                if frame.empty:  # the last few people may all have stayed at home
                    continue
                part = make_dataset(_description(config), frame)
                bought_file.add(part.interactions)
                for name in ("customers", "baskets", "interactions"):
                    counts[name] += part.counts[name]
                for life in lives:
                    is_bought[life.item_rows] = True
        counts["items"] = int(is_bought.sum())
        write_frame(
            columns.conform(columns.ITEMS, town.catalogue.frame()), staged / columns.ITEMS.file
        )
        write_description(staged, _description(config), counts)


def _description(config: TownConfig) -> Description:
    return Description(
        f"Simulated town of {config.customers:,} customers",
        dated=True,
        source=f"ml.simulation, seed {config.seed}",
        licence="made up; no real person",
        protocol="calendar cut",
    )


def _chunks(town: Town, *, progress: bool) -> Iterator[tuple[list[Person], list[Shopping]]]:
    """Yield customers and their lives, in order of their index."""
    count = town.config.customers
    with tqdm(total=count, desc="customers", mininterval=1, disable=not progress) as bar:
        for first in range(0, count, CHUNK_CUSTOMERS):
            people: list[Person] = []
            lives: list[Shopping] = []
            for index in range(first, min(first + CHUNK_CUSTOMERS, count)):
                rng = stream(town.config.seed, Purpose.CUSTOMER, index)
                people.append(make_person(town, index, rng))
                lives.append(go_shopping(town, people[-1], rng))
                if partner_of(town.config, index) == index - 1:
                    lives[-2:] = keep_house(town, people[-2:], lives[-2:])
                bar.update()
            yield people, lives


def _interactions(town: Town, people: list[Person], lives: list[Shopping]) -> pd.DataFrame:
    """Return the lines of these lives with the columns of ``interactions.parquet``."""
    ids = [customer_id(each.index) for each in people]
    sequences = [np.arange(len(each.seconds)) for each in lives]
    basket_ids = [
        f"{name}-{number:04d}"
        for name, life in zip(ids, lives, strict=True)
        for number in range(len(life.seconds))
    ]
    firsts = np.cumsum([0, *(len(each.seconds) for each in lives)])[:-1]
    baskets = np.concatenate(
        [each.basket_rows + first for each, first in zip(lives, firsts, strict=True)]
    )
    start = np.datetime64(town.config.start.replace(tzinfo=None), "us")
    seconds = np.concatenate([each.seconds for each in lives])
    times = pd.Series(start + seconds.astype("timedelta64[s]")).dt.tz_localize("UTC")
    stores = np.concatenate([each.store_rows for each in lives])
    owners = np.repeat(np.arange(len(ids)), [len(each.item_rows) for each in lives])
    return pd.DataFrame(
        {
            "customer_id": _named(ids, owners),
            "basket_id": _named(basket_ids, baskets),
            "sequence": np.concatenate(sequences).astype(np.int32)[baskets],
            "occurred_at": times.take(baskets).reset_index(drop=True),
            "item_id": _named(
                list(town.catalogue.item_ids), np.concatenate([each.item_rows for each in lives])
            ),
            "quantity": np.concatenate([each.quantities for each in lives]).astype(np.float32),
            "unit_price": np.concatenate([each.prices for each in lives]).astype(np.float32),
            "store": _named(_store_names(town), stores[baskets]),
        }
    )


def _named(names: list[str], rows: np.ndarray) -> pd.Series:
    """Return the name of each row as strings; -1 is null."""
    return pd.Series(pd.Series(names, dtype="str").array.take(rows, allow_fill=True), dtype="str")


def _store_names(town: Town) -> list[str]:
    return [store_id(row) for row in range(town.config.stores)]


def _truth(town: Town, people: list[Person]) -> pd.DataFrame:
    """Return one row per customer and favourite."""
    counts = [len(each.favourites.item_rows) for each in people]
    owners = np.repeat(np.arange(len(people)), counts)
    own = [each.favourites for each in people]
    start = pd.Timestamp(town.config.start)

    def moments(days: np.ndarray) -> pd.Series:
        finite = pd.Series(np.floor(days)).where(np.isfinite(days))
        return (start + pd.to_timedelta(finite, unit="D")).dt.as_unit("us")

    about = pd.DataFrame(
        {
            "customer_id": pd.Series([customer_id(each.index) for each in people], dtype="str"),
            "character": pd.Series([each.character or None for each in people], dtype="str"),
            "life_stage": pd.Series([each.stage.name for each in people], dtype="str"),
            "life_change": pd.Series(
                [each.change.name if each.change else None for each in people], dtype="str"
            ),
            "changed_at": moments(np.array([each.change_day for each in people])),
            "price_sensitivity": [each.price_sensitivity for each in people],
            "basket_gap_days": [each.basket_gap_days for each in people],
            "curiosity": [each.curiosity for each in people],
            "home_store": [store_id(each.phases[0].home_store) for each in people],
        }
    ).take(owners)
    item_rows = np.concatenate([each.item_rows for each in own])
    return about.reset_index(drop=True).assign(
        item_id=_named(list(town.catalogue.item_ids), item_rows),
        gap_days=np.concatenate([each.gap_days for each in own]),
        gap_spread=np.concatenate([each.spreads for each in own]),
        since=moments(np.concatenate([each.since for each in own])),
        until=moments(np.concatenate([each.until for each in own])),
    )
