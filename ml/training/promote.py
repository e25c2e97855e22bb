"""The gate: it alone makes a challenger the champion, and it says line by line why or why not.

It reads what the challenger's run left behind and the bundle as it lies in the registry; it needs
no data set. The lines themselves are in ``ml.training.gate``.
"""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ml.model.bundle import Bundle, BundleError
from ml.model.bundle_folder import read_bundle
from ml.model.index import build_index, exact_index, recall_against_exact
from ml.model.nearest import ItemIndex
from ml.model.ranker import Ranker
from ml.training.evidence import Measured
from ml.training.gate import (
    LEAST_INDEX_RECALL,
    Line,
    answer_time_line,
    calibration_line,
    fold_in_line,
    index_line,
)
from ml.training.promotion_log import replace_champion
from ml.training.quality_lines import quality_lines, run_evidence
from ml.training.registry import (
    BUNDLE_ARTIFACT,
    CHALLENGER,
    CHAMPION,
    RegisteredVersion,
    Registry,
    RegistryError,
)

BuildIndex = Callable[[NDArray[np.float32]], ItemIndex]

CANARY_QUERIES = 256
CANARY_NEAREST = 10


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate decided."""

    challenger: RegisteredVersion
    champion: RegisteredVersion | None
    lines: tuple[Line, ...]
    moved: bool
    """Whether ``champion`` was moved."""

    @property
    def refusals(self) -> tuple[Line, ...]:
        """Return the lines that refuse."""
        return tuple(each for each in self.lines if not each.passed)


def promote(registry: Registry, name: str) -> Verdict:
    """Let the challenger become champion when every line of the gate passes.

    Raises:
        RegistryError: when there is no challenger, its run kept nothing to decide on, or MLflow is
            away.
    """
    challenger = registry.version(name, CHALLENGER)
    if challenger is None:
        raise RegistryError(f"no version of {name!r} is the challenger; train one first")
    champion = registry.version(name, CHAMPION)
    if champion == challenger:
        line = Line("champion", passed=True, sentence="the challenger is the champion already")
        return Verdict(challenger, champion, (line,), moved=False)
    evidence = run_evidence(registry, challenger)
    lines = (
        *quality_lines(registry, challenger, champion, evidence),
        *_served_lines(evidence.measured),
        *_bundle_lines(registry, challenger),
    )
    passed = all(each.passed for each in lines)
    if passed:
        why = "; ".join(each.sentence for each in lines if each.name in ("overall", "bundle"))
        figures = {name: each for line in lines for name, each in line.figures.items()}
        replace_champion(registry, challenger, source=champion, why=why, figures=figures)
    return Verdict(challenger, champion, lines, moved=passed)


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


def _served_lines(measured: Measured) -> list[Line]:
    return [
        calibration_line(measured.reliability),
        fold_in_line(measured.fold_in_difference),
        answer_time_line(measured.answer_ms_p95, measured.champion_answer_ms_p95),
    ]


def _bundle_lines(registry: Registry, challenger: RegisteredVersion) -> list[Line]:
    """Read the bundle back as the services will, and try its index."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = registry.download(challenger.run_id, BUNDLE_ARTIFACT, Path(temporary))
        try:
            bundle = read_bundle(folder)
            Ranker(bundle.ranker)
        except BundleError as error:
            return [Line("bundle", passed=False, sentence=f"the bundle is refused: {error}")]
    stated = bundle.facts.version
    if stated != challenger.bundle_version:
        sentence = f"the bundle is version {stated}, registered was {challenger.bundle_version}"
        return [Line("bundle", passed=False, sentence=sentence)]
    whole = Line("bundle", passed=True, sentence=f"the bundle was read back whole: {stated}")
    return [whole, index_line(index_recalls(bundle))]
