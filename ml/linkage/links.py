"""The links that are worth a suggestion, and what is told as their reasons."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from ml.dataset.linkage_records import SHARED
from ml.linkage.comparisons import Outcome
from ml.linkage.linkage_config import LinkageConfig
from ml.linkage.linking import find
from ml.linkage.scoring import OUTCOME, Scored, scored


class Reason(NamedTuple):
    """What one comparison says."""

    comparison: str
    outcome: Outcome
    bits: float
    """0 for what is told and does not count."""


class ProbableLink(NamedTuple):
    """Two customers who may be one person; the order of fields is the order of links."""

    one: str
    other: str
    probability: float
    reasons: tuple[Reason, ...]


class LinkageRun(NamedTuple):
    """What a run found."""

    links: tuple[ProbableLink, ...]
    """By the names of the two."""
    model_version: str
    pair_count: int
    """Pairs that were compared."""
    skipped: Mapping[str, int]
    """Blocks that were too large, by what their customers have in common."""


def probable_links(records: pd.DataFrame, config: LinkageConfig) -> LinkageRun:
    """Return who is probably one person.

    Args:
        records: as ``record_table`` makes them.
        config: how.

    Raises:
        LinkageError: when nothing can be learned from these customers.
    """
    found = find(records, config, at_least=config.threshold)
    known = scored(found, customer_count=len(records))
    chosen = _likeliest(known.pairs, config)
    shared = {
        name: dict(zip(records["customer_id"], records[name], strict=True)) for name in SHARED
    }
    links = tuple(_links(chosen, known, shared))
    return LinkageRun(links, known.model_version, int(found.totals.sum()), found.skipped)


def _likeliest(pairs: pd.DataFrame, config: LinkageConfig) -> pd.DataFrame:
    """Return the pairs over the threshold, to no customer more than may be suggested."""
    likely = pairs[pairs["probability"] >= config.threshold]
    ordered = likely.sort_values(["probability", "one", "other"], ascending=[False, True, True])
    counts: Counter[str] = Counter()
    kept = []
    for row, one, other in zip(ordered.index, ordered["one"], ordered["other"], strict=True):
        if max(counts[one], counts[other]) < config.most_a_customer:
            counts.update((one, other))
            kept.append(row)
    return pairs.loc[sorted(kept)]


def _links(
    pairs: pd.DataFrame, known: Scored, shared: Mapping[str, Mapping[str, list[str]]]
) -> Iterator[ProbableLink]:
    for row in pairs.to_dict("records"):
        one, other = row["one"], row["other"]
        reasons = [
            Reason(name, Outcome(row[f"{OUTCOME}{name}"]), float(row[name]))
            for name in known.names
            if not np.isnan(row[name])
        ]
        reasons += [
            Reason(name.removesuffix("s"), Outcome.SAME, 0.0)
            for name in SHARED
            if not set(shared[name][one]).isdisjoint(shared[name][other])
        ]
        yield ProbableLink(one, other, float(row["probability"]), tuple(reasons))
