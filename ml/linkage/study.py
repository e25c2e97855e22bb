"""How right the suggestions are and how much they find, on simulated towns whose truth is known.

Beside them stands the rule that a shop would use instead: the same postcode and the same year of
birth.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from ml.dataset.linkage_records import EQUAL, NEAR
from ml.evaluation.intervals import Estimate, bootstrap_mean
from ml.linkage.linkage_config import LinkageConfig
from ml.linkage.linking import find
from ml.linkage.scoring import scored
from ml.simulation.second_traces import SeenTown, TracesConfig, see_town

THRESHOLDS = (0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99)
RULE = (f"{EQUAL}postcode", f"{NEAR}birth_year")


@dataclass(frozen=True, slots=True)
class StudyConfig:
    """The towns that are looked at."""

    people: int = 10_000
    """Of each town."""
    seeds: tuple[int, ...] = (7, 8, 9)
    """One town each."""
    linkage: LinkageConfig = field(default_factory=LinkageConfig)


@dataclass(frozen=True, slots=True)
class Measured:
    """How right and how complete one way to suggest is."""

    name: str
    suggested_count: int
    precision: Estimate | None
    """Share of suggested pairs that are one person; ``None`` where nothing is suggested."""
    recall: Estimate
    """Share of the pairs of one person's names that are suggested."""


@dataclass(frozen=True, slots=True)
class StudyFindings:
    """What was found in all towns together."""

    name_count: int
    """Names under which people are known."""
    pair_count: int
    """Pairs of names of one person."""
    compared: Estimate
    """Share of these pairs that were compared at all."""
    rule: Measured
    by_threshold: tuple[Measured, ...]


def study(config: StudyConfig) -> StudyFindings:
    """Return how right and how complete suggestions are; half a minute a town of 10,000."""
    truths, found, ruled, count = [], [], [], 0
    for seed in config.seeds:
        town = see_town(TracesConfig(people=config.people, seed=seed))
        truths.append(_true_pairs(town, seed))
        pairs = scored(find(town.records, config.linkage), customer_count=len(town.records)).pairs
        found.append(_judged(pairs[["one", "other", "probability"]], town, seed))
        ruled.append(_judged(_by_rule(town.records), town, seed))
        count += len(town.records)
    truth, likely, rule = map(pd.concat, (truths, found, ruled))
    return StudyFindings(
        count,
        len(truth),
        _measured("", likely, truth).recall,
        _measured("same postcode, same year of birth", rule, truth),
        tuple(
            _measured(f"{threshold:g}", likely[likely["probability"] >= threshold], truth)
            for threshold in THRESHOLDS
        ),
    )


def _true_pairs(town: SeenTown, seed: int) -> pd.DataFrame:
    """Return the pairs of names of one person: ``one``, ``other``, ``person``."""
    names = pd.DataFrame({"name": town.people.index, "person": town.people.to_numpy()})
    both = names.merge(names, on="person", suffixes=("_l", "_r"))
    both = both[both["name_l"] < both["name_r"]]
    person = f"{seed}-" + both["person"].astype("str")
    return pd.DataFrame({"one": both["name_l"], "other": both["name_r"], "person": person})


def _by_rule(records: pd.DataFrame) -> pd.DataFrame:
    known = records.dropna(subset=list(RULE))[["customer_id", *RULE]]
    both = known.merge(known, on=list(RULE), suffixes=("_l", "_r"))
    both = both[both["customer_id_l"] < both["customer_id_r"]]
    return pd.DataFrame({"one": both["customer_id_l"], "other": both["customer_id_r"]})


def _judged(pairs: pd.DataFrame, town: SeenTown, seed: int) -> pd.DataFrame:
    """Return pairs with the person behind the first, and whether the second is the same."""
    one, other = (town.people[pairs[end]].to_numpy() for end in ("one", "other"))
    person = f"{seed}-" + pd.Series(one, index=pairs.index).astype("str")
    return pairs.assign(person=person, is_right=one == other)


def _measured(name: str, suggested: pd.DataFrame, truth: pd.DataFrame) -> Measured:
    keys = ["one", "other", "person"]
    found = truth.merge(suggested[keys], on=keys, how="left", indicator=True)["_merge"] == "both"
    recall = pd.DataFrame({"recall": found.to_numpy(np.float64)}, index=truth["person"])
    rightness = suggested["is_right"].to_numpy(np.float64)
    precision = pd.DataFrame({"precision": rightness}, index=suggested["person"])
    return Measured(
        name,
        len(suggested),
        bootstrap_mean(precision)["precision"] if len(suggested) else None,
        bootstrap_mean(recall)["recall"],
    )
