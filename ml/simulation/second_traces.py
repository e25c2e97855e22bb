"""A town whose people are seen under several names, and who those people are.

Some hold a second card, some shop in the web shop as guests; families share a tablet and now and
then a card; people move house, mistype their year of birth, and tell little. What a shop knows of
each name is what ``profile`` would tell of it; the truth of who is who is beside it.

The shares are judgements, not measurements: no public data set says how often a customer holds two
cards. ``docs/identity.md`` says what follows from them.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.dataset.linkage_records import LinkageRecord, record_table
from ml.simulation.simulate import simulate_town
from ml.simulation.streams import Purpose, stream
from ml.simulation.town import TownConfig, TownError

MOST_ITEMS = 20
"""Items of a record, as ``profile`` tells them."""
LANGUAGES = {"de": 0.76, "tr": 0.08, "en": 0.05, "pl": 0.05, "uk": 0.03, "ar": 0.03}
FAMILIES = {1: 0.41, 2: 0.34, 3: 0.12, 4: 0.09, 5: 0.04}
"""Shares of households by size: close to those of Germany (Destatis, 2023)."""
FIRST, SECOND, GUEST = 0, 1, 2
"""Of a name: the first card, a second one, a browser."""

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class TracesConfig:
    """How people are seen; equal configurations give equal towns.

    Raises:
        TownError: when a share is not 0 to 1.
    """

    people: int = 10_000
    """10 to 1,000,000."""
    days: int = 365
    seed: int = 7
    people_a_postcode: int = 120
    """Customers of one shop at one postcode, on average; some have four times as many."""
    second_share: float = 0.10
    """Of people: a second card, from some day on or beside the first."""
    guest_share: float = 0.10
    """Of people: what they buy in the web shop they buy as guests, known by a browser alone."""
    tablet_share: float = 0.3
    """Of households of several: a tablet that several of their names were seen with."""
    lent_share: float = 0.05
    """Of the baskets of people who live with others: paid with the first card of another."""
    moved_share: float = 0.15
    """Of people with two names: the first card has the address of before a move."""
    mistyped_share: float = 0.06
    """Of years of birth: a digit is wrong, or two have changed places."""
    told_share: float = 0.7
    """Of cards: how often each fact is known. Of a guest the postcode is, and the rest seldom."""

    def __post_init__(self) -> None:
        """Check the bounds."""
        shares = (
            *(self.second_share, self.guest_share, self.tablet_share, self.lent_share),
            *(self.moved_share, self.mistyped_share, self.told_share),
        )
        if not all(0 <= share <= 1 for share in shares):
            raise TownError(f"shares must be 0 to 1, are {shares}")


@dataclass(frozen=True, slots=True, eq=False)
class SeenTown:
    """What a shop knows of each name, and whose name it is."""

    records: pd.DataFrame
    """As ``record_table`` makes it."""
    people: pd.Series
    """The number of the person behind each ``customer_id``, which is the index."""


@dataclass(frozen=True, slots=True, eq=False)
class _People:
    """N people, as only the simulation knows them."""

    households: Ints
    """(N,): which one each lives in; who lives together stands together."""
    postcodes: Ints
    birth_years: Ints
    sizes: Ints
    """(N,): of the household."""
    languages: NDArray[np.str_]
    has_tablet: Bools
    has_second: Bools
    is_guest: Bools
    has_moved: Bools


def see_town(config: TracesConfig) -> SeenTown:
    """Return what a shop knows of the names of a town's people.

    Args:
        config: the town; 10,000 people and a year take about half a minute.
    """
    town = TownConfig(
        end=date(2026, 3, 31), customers=config.people, days=config.days, seed=config.seed
    )
    lines = simulate_town(town).dataset.interactions
    rng = stream(config.seed, Purpose.TRACES)
    people = _live_together(config, rng)
    baskets = lines.drop_duplicates("basket_id", ignore_index=True)
    baskets = baskets[["basket_id", "customer_id", "occurred_at", "store"]]
    baskets["name"] = _names(config, people, baskets, rng)
    return _seen(config, people, _bought(baskets, lines), rng)


def _live_together(config: TracesConfig, rng: np.random.Generator) -> _People:
    count = config.people
    drawn = rng.choice(list(FAMILIES), count, p=list(FAMILIES.values()))
    households = np.repeat(np.arange(count), drawn)[:count]
    sizes = np.bincount(households)[households]
    weights = rng.gamma(1.5, 1.0, max(2, count // config.people_a_postcode))
    homes = rng.choice(len(weights), count, p=weights / weights.sum())
    ranks = np.arange(count) - np.searchsorted(households, households)
    years = rng.integers(1945, 1990, count)[households]
    years = years + np.where(ranks == 1, rng.integers(-6, 7, count), 0)
    years = years + np.where(ranks > 1, rng.integers(20, 36, count), 0)
    spoken = rng.choice(list(LANGUAGES), count, p=list(LANGUAGES.values()))
    has_second = rng.random(count) < config.second_share
    is_guest = rng.random(count) < config.guest_share
    return _People(
        households,
        homes[households],
        years,
        sizes,
        spoken[households],
        (rng.random(count) < config.tablet_share)[households] & (sizes > 1),
        has_second,
        is_guest,
        (rng.random(count) < config.moved_share) & (has_second | is_guest),
    )


def _names(
    config: TracesConfig, people: _People, baskets: pd.DataFrame, rng: np.random.Generator
) -> Ints:
    """Return under which name each basket was bought: ``3 * person + FIRST`` and so on."""
    buyers = baskets["customer_id"].str.rpartition("-")[2].astype("int64").to_numpy()
    days = (baskets["occurred_at"] - baskets["occurred_at"].min()).dt.days.to_numpy()
    count = len(buyers)
    starts = rng.uniform(0.2, 0.7, config.people) * config.days
    is_new = rng.random(config.people) < 0.5  # instead of the first card, else beside it
    later = days > starts[buyers]
    with_second = people.has_second[buyers] & np.where(
        is_new[buyers], later, rng.random(count) < 0.4
    )
    as_guest = people.is_guest[buyers] & baskets["store"].isna().to_numpy()
    firsts = np.searchsorted(people.households, people.households)[buyers]
    sizes = people.sizes[buyers]
    others = firsts + (buyers - firsts + rng.integers(1, np.maximum(sizes, 2))) % sizes
    is_lent = (rng.random(count) < config.lent_share) & (sizes > 1)
    own = 3 * buyers + np.where(as_guest, GUEST, np.where(with_second, SECOND, FIRST))
    return np.where(is_lent & ~as_guest, 3 * others + FIRST, own)


def _bought(baskets: pd.DataFrame, lines: pd.DataFrame) -> pd.DataFrame:
    """Return by name what ``profile`` would tell of purchases: a row each."""
    hours = baskets["occurred_at"].dt.hour
    parts = pd.cut(
        hours, [-1, 10, 13, 17, 23], labels=["morning", "midday", "afternoon", "evening"]
    )
    is_weekend = baskets["occurred_at"].dt.day_of_week >= 5
    daypart = np.where(is_weekend, "weekend ", "weekday ") + parts.astype("str").to_numpy()
    by_name = baskets.assign(daypart=daypart).groupby("name")
    name_of = baskets.set_index("basket_id")["name"]
    held = pd.DataFrame(
        {"name": name_of.reindex(lines["basket_id"]).to_numpy(), "item": lines["item_id"]}
    )
    counts = held.groupby(["name", "item"]).size().rename("count").reset_index()
    counts = counts.sort_values(["name", "count", "item"], ascending=[True, False, True])
    items = counts.groupby("name").head(MOST_ITEMS).groupby("name")["item"].agg(tuple)
    return pd.DataFrame(
        {
            "store": by_name["store"].agg(_most),
            "daypart": by_name["daypart"].agg(_most),
            "items": items,
            "basket_count": by_name.size(),
        }
    )


def _most(values: pd.Series) -> str:
    counts = values.value_counts()
    return str(min(counts.index, key=lambda each: (-counts[each], each))) if len(counts) else ""


def _seen(
    config: TracesConfig, people: _People, bought: pd.DataFrame, rng: np.random.Generator
) -> SeenTown:
    """Return the records of all names that anything was bought under."""
    names = bought.index.to_numpy()
    numbers = rng.permutation(len(names))  # or names that stand together would be one person's
    ids = [f"name-{number:07d}" for number in numbers]
    count = len(names)
    persons, kinds = names // 3, names % 3
    told = rng.random((count, 4)) < np.where(kinds == GUEST, 0.25, config.told_share)[:, None]
    told[kinds == GUEST, 0] = rng.random((kinds == GUEST).sum()) < 0.95
    years = _typed(people.birth_years[persons], config.mistyped_share, rng)
    former = rng.integers(0, people.postcodes.max() + 1, config.people)
    is_old = people.has_moved[persons] & (kinds == FIRST)
    postcodes = np.where(is_old, former[persons], people.postcodes[persons])
    on_tablet = people.has_tablet[persons] & (rng.random(count) < 0.6)
    records = []
    for row, each in enumerate(bought.to_dict("records")):
        person = persons[row]
        facts = (
            ("postcode", str(postcodes[row])),
            ("birth_year", float(years[row])),
            ("household_size", float(people.sizes[person])),
            ("first_language", str(people.languages[person])),
        )
        known = [fact for fact, is_told in zip(facts, told[row], strict=True) if is_told]
        tablet = f"tablet-{people.households[person]}"
        records.append(
            LinkageRecord(
                ids[row],
                shared_devices=(tablet,) if on_tablet[row] else (),
                codes={key: value for key, value in known if isinstance(value, str)},
                numbers={key: value for key, value in known if isinstance(value, float)},
                store=each["store"],
                daypart=each["daypart"],
                items=each["items"],
                basket_count=each["basket_count"],
            )
        )
    return SeenTown(record_table(records), pd.Series(persons, index=ids).sort_index())


def _typed(years: Ints, share: float, rng: np.random.Generator) -> Ints:
    """Return years as people type them."""
    slips = np.stack([years - 1, years + 1, years - 10, years + 10, _swapped(years)])
    slipped = slips[rng.integers(0, len(slips), len(years)), np.arange(len(years))]
    return np.where(rng.random(len(years)) < share, slipped, years)


def _swapped(years: Ints) -> Ints:
    """Return years whose last two digits have changed places."""
    return years // 100 * 100 + years % 10 * 10 + years // 10 % 10
