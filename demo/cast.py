"""Whose stories the demo tells: three customers who are as different as a shop's can be."""

from dataclasses import dataclass

import pandas as pd

from ml.dataset.dataset import Dataset
from ml.simulation.people import CHAIN_TEA_DRINKER, CHARACTERS, ONE_COFFEE
from ml.simulation.town import customer_id

RECENT_DAYS = 60
"""Only customers seen lately: there is nothing to say to somebody who left a year ago."""


@dataclass(frozen=True, slots=True)
class Role:
    """One customer whose story is told."""

    card: str
    words: str
    offer: str = ""
    """An offer to say in words what became of it, chosen or not."""


def three_townspeople(dataset: Dataset) -> list[Role]:
    """Return the two named characters of every town, and one who comes often."""
    named = {
        CHAIN_TEA_DRINKER: ("One who chain-drinks tea", "offers/more-tea"),
        ONE_COFFEE: ("One who had one coffee", "offers/more-coffee"),
    }
    roles = [Role(customer_id(index), *named[each]) for index, each in enumerate(CHARACTERS)]
    return [*roles, three_customers(dataset)[0]]


def three_customers(dataset: Dataset) -> list[Role]:
    """Return one with many baskets, one with some and one with few."""
    rows = dataset.interactions
    customers = rows.groupby("customer_id").agg(
        baskets=("sequence", "max"), last=("occurred_at", "max")
    )
    customers["baskets"] += 1
    lately = rows["occurred_at"].max() - pd.Timedelta(days=RECENT_DAYS)
    recent = customers[customers["last"] >= lately].sort_values(["baskets", "last"])
    ranked = list(recent.index)
    places = ((0.98, "One who comes often"), (0.6, "A regular"), (0.15, "One we hardly know"))
    return [Role(str(ranked[int(share * (len(ranked) - 1))]), words) for share, words in places]
