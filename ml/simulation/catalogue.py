"""The town's assortment: items with readable names, prices, stock, and what makes them sell."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.simulation.aisles import Aisle, read_aisles
from ml.simulation.streams import Purpose, stream

STYLE_COUNT = 6
"""Latent directions of taste that items and customers share; what a factor model can find."""

_STYLE_SCALE = 0.6
_ZIPF_EXPONENT = 0.7
"""Popularity of the n-th item of a category falls as n to this power: skewed, as shops see it."""
_SIZE_STEP = 1.75
"""A next larger size costs so many times more."""
_SEASON_HEIGHT = 1.1
"""Log of how much more is sold in the peak month than in an average one."""


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """The items, sorted by category; I items, C categories."""

    item_ids: tuple[str, ...]
    """Such as ``tea-001``."""
    names: tuple[str, ...]
    """Such as ``Ceylon tea, 100 bags``; no two are equal."""
    brands: tuple[str, ...]
    categories: tuple[str, ...]
    category_rows: NDArray[np.int64]
    """(I,), ascending: each item's category."""
    starts: NDArray[np.int64]
    """(C,): the first item of each category."""
    prices: NDArray[np.float64]
    """(I,): price of one unit."""
    stocks: NDArray[np.int64]
    """(I,): units on the shelf at the end of the history; one item in 50 is sold out."""
    gap_days: NDArray[np.float64]
    """(I,): typical days until it is bought again; 0 for what is bought once."""
    appeal: NDArray[np.float64]
    """(I,): log of the popularity within the category."""
    expense: NDArray[np.float64]
    """(I,): log of the price relative to the category's mean."""
    styles: NDArray[np.float64]
    """(I, STYLE_COUNT): where the item lies in the space of tastes."""
    weights: NDArray[np.float64]
    """(C,): share of the town's shopping, before seasons."""
    seasons: NDArray[np.float64]
    """(12, C): factor by calendar month, January first."""
    companions: NDArray[np.int64]
    """(C,): the category that goes with each, -1 for none."""

    def frame(self) -> pd.DataFrame:
        """Return the columns of ``items.parquet``."""
        return pd.DataFrame(
            {
                "item_id": list(self.item_ids),
                "name": list(self.names),
                "category": [self.categories[row] for row in self.category_rows],
                "brand": list(self.brands),
                "price": self.prices.astype(np.float32),
            }
        )

    def rows_of(self, category: str) -> NDArray[np.int64]:
        """Return the items of a category."""
        return np.flatnonzero(self.category_rows == self.categories.index(category))


def build_catalogue(seed: int, item_count: int, *, by_degrees: bool = False) -> Catalogue:
    """Return the assortment; every category has the same number of items, give or take one.

    Args:
        seed: of the town.
        item_count: how many items, all categories together.
        by_degrees: whether there are the aisles for lives that change by degrees.
    """
    aisles, brands = read_aisles(by_degrees=by_degrees)
    rng = stream(seed, Purpose.CATALOGUE)
    counts = [len(part) for part in np.array_split(np.arange(item_count), len(aisles))]
    ids: list[str] = []
    names: list[str] = []
    makers: list[str] = []
    prices: list[float] = []
    for aisle, count in zip(aisles, counts, strict=True):
        for number, (name, brand, price) in enumerate(_shelf(aisle, brands, rng)[:count], start=1):
            ids.append(f"{_slug(aisle.category)}-{number:03d}")
            names.append(name)
            makers.append(brand)
            prices.append(price)
    rows = np.repeat(np.arange(len(aisles)), counts)
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    ranks = np.concatenate([rng.permutation(count) for count in counts])
    paid = np.log(np.array(prices))
    gaps = np.array([each.gap_days for each in aisles])[rows]
    stocks = rng.integers(5, 400, item_count)
    category_styles = rng.normal(0, _STYLE_SCALE / 2, (len(aisles), STYLE_COUNT))[rows]
    names_of = [each.category for each in aisles]
    return Catalogue(
        item_ids=tuple(ids),
        names=tuple(names),
        brands=tuple(makers),
        categories=tuple(names_of),
        category_rows=rows,
        starts=starts,
        prices=np.array(prices),
        stocks=np.where(rng.random(item_count) < 0.02, 0, stocks),
        gap_days=gaps * rng.lognormal(0, 0.25, item_count),
        appeal=-_ZIPF_EXPONENT * np.log1p(ranks),
        expense=paid - (np.add.reduceat(paid, starts) / counts)[rows],
        styles=category_styles + rng.normal(0, _STYLE_SCALE, (item_count, STYLE_COUNT)),
        weights=np.array([each.weight for each in aisles]),
        seasons=np.column_stack([_season(each.peak_month) for each in aisles]),
        companions=np.array(
            [names_of.index(each.goes_with) if each.goes_with else -1 for each in aisles]
        ),
    )


def _shelf(
    aisle: Aisle, brands: tuple[str, ...], rng: np.random.Generator
) -> list[tuple[str, str, float]]:
    """Return name, brand and price of everything the aisle could hold, the plainest names first."""
    makers = rng.permutation(len(brands))
    factors = rng.lognormal(0, 0.15, len(brands))
    shelf = []
    for turn in range(len(brands)):
        for slot in rng.permutation(len(aisle.kinds) * len(aisle.sizes)):
            kind, size = divmod(int(slot), len(aisle.sizes))
            maker = makers[(turn + kind) % len(brands)]
            name = f"{aisle.kinds[kind]}, {aisle.sizes[size]}"
            name = name if turn == 0 else f"{name} ({brands[maker]})"
            price = aisle.price * _SIZE_STEP**size * factors[maker] * rng.lognormal(0, 0.08)
            shelf.append((name, brands[maker], max(0.19, round(price, 1) - 0.01)))
    return shelf


def _season(peak_month: int) -> NDArray[np.float64]:
    """Return the factor of each month: a wave around the peak, of mean about 1."""
    if peak_month == 0:
        return np.ones(12)
    months = np.arange(1, 13)
    wave = np.exp(_SEASON_HEIGHT * np.cos(2 * np.pi * (months - peak_month) / 12))
    return np.asarray(wave / wave.mean())


def _slug(category: str) -> str:
    return category.lower().replace(" ", "-")
