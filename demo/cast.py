"""Whose stories the demo tells: three customers who are as different as a shop's can be."""

import pandas as pd

from ml.dataset.dataset import Dataset
from ml.simulation.people import CHAIN_TEA_DRINKER, CHARACTERS, ONE_COFFEE
from ml.simulation.town import customer_id

RECENT_DAYS = 60
"""Only customers seen lately: there is nothing to say to somebody who left a year ago."""


def three_townspeople(dataset: Dataset) -> list[tuple[str, str]]:
    """Return the two named characters of every town, and one who comes often."""
    named = {
        CHAIN_TEA_DRINKER: "One who chain-drinks tea",
        ONE_COFFEE: "One who had a coffee, once",
    }
    cards = [(customer_id(index), named[each]) for index, each in enumerate(CHARACTERS)]
    return [*cards, three_customers(dataset)[0]]


def three_customers(dataset: Dataset) -> list[tuple[str, str]]:
    """Return three card numbers, each with a few words: many, some and few baskets."""
    rows = dataset.interactions
    customers = rows.groupby("customer_id").agg(
        baskets=("sequence", "max"), last=("occurred_at", "max")
    )
    customers["baskets"] += 1
    lately = rows["occurred_at"].max() - pd.Timedelta(days=RECENT_DAYS)
    recent = customers[customers["last"] >= lately].sort_values(["baskets", "last"])
    ranked = list(recent.index)
    places = ((0.98, "One who comes often"), (0.6, "A regular"), (0.15, "One we hardly know"))
    return [(str(ranked[int(share * (len(ranked) - 1))]), words) for share, words in places]
