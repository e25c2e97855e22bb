"""The gate: it alone makes a challenger the champion, and it says why or why not."""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from ml.evaluation.intervals import Estimate, paired_difference
from ml.model.bundle import Bundle, BundleError
from ml.model.bundle_folder import read_bundle
from ml.model.index import build_index, exact_index, recall_against_exact
from ml.model.nearest import ItemIndex
from ml.model.ranker import Ranker
from ml.training.evaluate import BASELINE
from ml.training.learned import Ofone
from ml.training.promotion_log import replace_champion
from ml.training.registry import (
    BUNDLE_ARTIFACT,
    CHALLENGER,
    CHAMPION,
    QUESTION_TAG,
    SCORES_ARTIFACT,
    RegisteredVersion,
    Registry,
    RegistryError,
)

METRIC = "recall@10"
"""What the gate compares."""

LEAST_INDEX_RECALL = 0.95
"""Share of exact search's ten nearest items that the index must find; as the services demand."""

BuildIndex = Callable[[NDArray[np.float32]], ItemIndex]

CANARY_QUERIES = 256
CANARY_NEAREST = 10


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the gate."""

    name: str
    passed: bool
    sentence: str
    figures: Mapping[str, float] = field(default_factory=dict)
    """What it rests on, for the log."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate decided."""

    challenger: RegisteredVersion
    champion: RegisteredVersion | None
    checks: tuple[Check, ...]
    moved: bool
    """Whether ``champion`` was moved."""

    @property
    def refusals(self) -> tuple[Check, ...]:
        """Return the lines that refuse."""
        return tuple(each for each in self.checks if not each.passed)


def promote(registry: Registry, name: str) -> Verdict:
    """Let the challenger become champion when every line of the gate passes.

    Raises:
        RegistryError: when there is no challenger, or MLflow is away.
    """
    challenger = registry.version(name, CHALLENGER)
    if challenger is None:
        raise RegistryError(f"no version of {name!r} is the challenger; train one first")
    champion = registry.version(name, CHAMPION)
    if champion == challenger:
        line = Check("champion", passed=True, sentence="the challenger is the champion already")
        return Verdict(challenger, champion, (line,), moved=False)
    bundle_check = _check_bundle(registry, challenger)
    comparison, lead = _compare(registry, challenger, champion)
    checks = (bundle_check, comparison)
    passed = all(each.passed for each in checks)
    if passed:
        lead_figures = {"lead": lead.mean, "lead_low": lead.low, "lead_high": lead.high}
        figures = {**lead_figures, **bundle_check.figures}
        why = "; ".join(each.sentence for each in checks)
        replace_champion(registry, challenger, source=champion, why=why, figures=figures)
    return Verdict(challenger, champion, checks, moved=passed)


def index_recalls(bundle: Bundle, *, build: BuildIndex = build_index) -> dict[str, float]:
    """Return how much of exact search each index finds that was tried, by kind; the last serves.

    As in the services, an index that misses too much gives way to exact search.

    Args:
        bundle: asked for the items nearest to items themselves.
        build: makes the index of choice from float32 [items, factors].
    """
    factors = bundle.item_factors
    places = np.linspace(0, len(factors) - 1, min(CANARY_QUERIES, len(factors))).astype(int)
    nearest = min(CANARY_NEAREST, len(factors))
    recalls: dict[str, float] = {}
    for make in (build, exact_index):
        index = make(factors)
        recalls[index.kind] = recall_against_exact(index, factors, factors[places], nearest)
        if recalls[index.kind] >= LEAST_INDEX_RECALL:
            break
    return recalls


def _check_bundle(registry: Registry, challenger: RegisteredVersion) -> Check:
    with tempfile.TemporaryDirectory() as temporary:
        folder = registry.download(challenger.run_id, BUNDLE_ARTIFACT, Path(temporary))
        try:
            bundle = read_bundle(folder)
            Ranker(bundle.ranker)
        except BundleError as error:
            return Check("bundle", passed=False, sentence=f"the bundle is refused: {error}")
    return index_check(index_recalls(bundle))


def index_check(recalls: Mapping[str, float]) -> Check:
    """Return the line of a sound bundle; ``recalls`` as from ``index_recalls``."""
    *passed_over, (kind, recall) = recalls.items()
    sentence = (
        f"the bundle is sound and its index ({kind}) finds {recall:.3f} of exact search's nearest "
        f"(at least {LEAST_INDEX_RECALL})"
    )
    if passed_over:
        missed = ", ".join(f"{other} finds {share:.3f}" for other, share in passed_over)
        sentence += f", for {missed} and gives way"
    return Check(
        "bundle",
        passed=recall >= LEAST_INDEX_RECALL,
        sentence=sentence,
        figures={f"index_recall_{each}": share for each, share in recalls.items()},
    )


def _compare(
    registry: Registry, challenger: RegisteredVersion, champion: RegisteredVersion | None
) -> tuple[Check, Estimate]:
    """Compare with the champion where both were asked the same, else with the baseline."""
    scores = _scores(registry, challenger)
    ours = scores[Ofone.name]
    asked = registry.tags(challenger.run_id).get(QUESTION_TAG)
    if champion and registry.tags(champion.run_id).get(QUESTION_TAG) == asked:
        theirs = _scores(registry, champion)[Ofone.name]
        lead = paired_difference(ours, theirs)[METRIC]
        return _verdict(lead, "the champion, asked the same", allowance=True), lead
    lead = paired_difference(ours, scores[BASELINE])[METRIC]
    other = BASELINE
    if champion:
        other += " (the champion was asked something else, so the two cannot be paired)"
    return _verdict(lead, other, allowance=False), lead


def _verdict(lead: Estimate, other: str, *, allowance: bool) -> Check:
    """Return the line; with ``allowance`` it is enough not to be surely worse."""
    passed = lead.high >= 0 if allowance else lead.is_above_zero
    relation = "is not worse than" if passed and allowance else "beats" if passed else "loses to"
    if not passed and not allowance:
        relation = "does not surely beat"
    sentence = f"{METRIC} {relation} {other}: {lead.mean:+.4f} [{lead.low:+.4f}, {lead.high:+.4f}]"
    return Check("quality", passed=passed, sentence=sentence)


def _scores(registry: Registry, version: RegisteredVersion) -> Mapping[str, pd.DataFrame]:
    with tempfile.TemporaryDirectory() as temporary:
        path = registry.download(version.run_id, SCORES_ARTIFACT, Path(temporary))
        try:
            frame = pd.read_parquet(path)
        except pa.ArrowException as error:
            told = f"{SCORES_ARTIFACT} of version {version.number} of {version.name!r}"
            raise RegistryError(f"{told} is damaged: {error}") from error
    return {
        str(name): part.drop(columns="model").set_index("customer")
        for name, part in frame.groupby("model", sort=False)
    }
