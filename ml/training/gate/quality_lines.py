"""Challenger and rival on the same customers: overall, and subgroup by subgroup.

The rival is the champion wherever it can be asked honestly, and the baseline where not.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.evaluation.intervals import LEVEL, Estimate, paired_difference
from ml.evaluation.metrics import MAIN_METRIC
from ml.training.gate.evidence import (
    CHAMPION_ROWS,
    IS_NEWCOMER,
    Evidence,
    EvidenceError,
)
from ml.training.gate.evidence_reading import read_evidence
from ml.training.gate.lines import (
    LEAST_SUBGROUP_CUSTOMERS,
    Line,
    baseline_line,
    champion_line,
    subgroup_line,
)
from ml.training.gate.subgroups import KINDS, PRICE_TIER, PROFILING
from ml.training.judging.evaluate import BASELINE
from ml.training.learned import Ofone
from ml.training.versions.mlflow_access import RegistryError
from ml.training.versions.registry import RegisteredVersion, Registry
from ml.training.versions.run_contents import EVIDENCE_ARTIFACT, QUESTION_TAG, SCORES_ARTIFACT

_UNTOLD = {PRICE_TIER: "too few prices told", PROFILING: "no consent told"}
"""Why nobody may be sorted by a kind; a line says so, lest silence be taken for a pass."""


@dataclass(frozen=True, slots=True, eq=False)
class _Rival:
    """Whom the challenger is compared with."""

    name: str
    """As sentences call it."""
    is_champion: bool
    scores: pd.DataFrame


def quality_lines(
    registry: Registry,
    challenger: RegisteredVersion,
    champion: RegisteredVersion | None,
    evidence: Evidence,
) -> list[Line]:
    """Return the line of all customers and one of each subgroup.

    Args:
        registry: holds the champion's own run.
        challenger: under test.
        champion: the one to replace, if any.
        evidence: of the challenger's run.
    """
    compared = evidence.measured.comparison
    if champion is not None and champion.number != compared.champion:
        then = f"version {compared.champion}" if compared.champion else "nobody"
        sentence = (
            f"the champion is version {champion.number} and was {then} when the challenger was "
            "compared: train again, and both are asked the same"
        )
        return [Line("overall", passed=False, sentence=sentence)]
    rival = _rival(registry, challenger, champion, evidence)
    ours = evidence.scores[Ofone.name]
    main = ~ours[IS_NEWCOMER].to_numpy(bool)
    lead = _lead(ours[main], rival.scores[main])
    line = champion_line if rival.is_champion else baseline_line
    overall = line(lead, rival.name, customers=_customers(ours, main))
    return [overall, *_subgroup_lines(ours, rival)]


def run_evidence(registry: Registry, version: RegisteredVersion) -> Evidence:
    """Return what a version's run kept for the gate.

    Raises:
        RegistryError: when it kept nothing, or what it kept is damaged; or MLflow is away.
    """
    told = f"version {version.number} of {version.name!r}"
    for artifact in (SCORES_ARTIFACT, EVIDENCE_ARTIFACT):
        if not registry.has_artifact(version.run_id, artifact):
            raise RegistryError(
                f"the run of {told} kept no {artifact}: the gate cannot decide; train again"
            )
    with tempfile.TemporaryDirectory() as temporary:
        scores, measured = (
            registry.download(version.run_id, each, Path(temporary))
            for each in (SCORES_ARTIFACT, EVIDENCE_ARTIFACT)
        )
        try:
            return read_evidence(scores, measured)
        except EvidenceError as error:
            raise RegistryError(f"of {told}: {error}") from error


def _rival(
    registry: Registry,
    challenger: RegisteredVersion,
    champion: RegisteredVersion | None,
    evidence: Evidence,
) -> _Rival:
    """Return the champion where it was asked the same, by itself or in its own run; else the rest.

    Its own run counts where it was asked the very same questions about the same data.
    """
    scores = evidence.scores
    if CHAMPION_ROWS in scores:
        return _Rival("the champion", is_champion=True, scores=scores[CHAMPION_ROWS])
    if champion is None:
        return _Rival(BASELINE, is_champion=False, scores=scores[BASELINE])
    asked = registry.tags(challenger.run_id).get(QUESTION_TAG)
    same = registry.tags(champion.run_id).get(QUESTION_TAG) == asked
    if asked and same and registry.has_artifact(champion.run_id, EVIDENCE_ARTIFACT):
        theirs = run_evidence(registry, champion).scores[Ofone.name]
        if theirs.index.equals(scores[Ofone.name].index):
            return _Rival("the champion in its own run", is_champion=True, scores=theirs)
    name = f"{BASELINE} (the champion could not be asked: {evidence.measured.comparison.note})"
    return _Rival(name, is_champion=False, scores=scores[BASELINE])


def _subgroup_lines(ours: pd.DataFrame, rival: _Rival) -> list[Line]:
    """Return a line a subgroup, newcomers included; their intervals are wider the more there are.

    Source: Dunn, "Multiple Comparisons among Means", JASA 1961 (Bonferroni's inequality): all
    intervals together are as sure as one of 95 %.
    """
    insides = {
        f"{kind} {group}": (ours[kind] == group).fillna(value=False).to_numpy(bool)
        for kind in KINDS
        for group in sorted(ours[kind].dropna().unique(), key=_as_counted)
    }
    counts = {name: _customers(ours, inside) for name, inside in insides.items()}
    judged = [name for name, count in counts.items() if count >= LEAST_SUBGROUP_CUSTOMERS]
    level = 1 - (1 - LEVEL) / max(len(judged), 1)
    lines = []
    for name, inside in insides.items():
        lead = _lead(ours[inside], rival.scores[inside], level=level) if name in judged else None
        lines.append(subgroup_line(name, lead, customers=counts[name], other=rival.name))
    return lines + [
        Line(kind, passed=True, sentence=f"{missing}: not counted apart")
        for kind, missing in _UNTOLD.items()
        if ours[kind].isna().all()
    ]


def _customers(scores: pd.DataFrame, inside: NDArray[np.bool_]) -> int:
    """Return how many customers these rows are of; one asked about in several folds has several."""
    return int(scores.index[inside].nunique())


def _as_counted(group: str) -> tuple[int, str]:
    """Return a key that puts 3-10 before 11 or more."""
    digits = group.split("-", maxsplit=1)[0].split(" ", maxsplit=1)[0]
    return (int(digits) if digits.isdigit() else 0, group)


def _lead(ours: pd.DataFrame, theirs: pd.DataFrame, *, level: float = LEVEL) -> Estimate:
    return paired_difference(ours[[MAIN_METRIC]], theirs[[MAIN_METRIC]], level=level)[MAIN_METRIC]
