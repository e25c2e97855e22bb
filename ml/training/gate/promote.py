"""The gate: it alone makes a challenger the champion, and it says line by line why or why not.

It reads what the challenger's run left behind and the bundle as it lies in the registry; it needs
no data set. The lines themselves are in ``ml.training.gate.lines``.
"""

import dataclasses
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
from ml.training.gate.evidence import Measured
from ml.training.gate.lines import (
    LEAST_INDEX_RECALL,
    Line,
    answer_time_line,
    calibration_line,
    fold_in_line,
    index_line,
)
from ml.training.gate.quality_lines import quality_lines, run_evidence
from ml.training.versions.mlflow_access import RegistryError
from ml.training.versions.promotion_log import Standing, replace_champion, standing
from ml.training.versions.registry import CHALLENGER, RegisteredVersion, Registry
from ml.training.versions.run_contents import BUNDLE_ARTIFACT

BuildIndex = Callable[[NDArray[np.float32]], ItemIndex]

GATE_TAG = "gate"
"""The tag of a run that tells what became of it: passed, refused or overruled."""

REFUSALS_TAG = "gate_refusals"
"""The tag of a run that tells every line that refused it."""

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


def promote(registry: Registry, name: str, *, overrule: str = "") -> Verdict:
    """Let the challenger become champion when every line of the gate passes.

    What the gate decided stays with the challenger's run as tags, and a move in the promotion log.
    It takes minutes; who was made champion in the meantime is not replaced.

    Args:
        registry: holds both.
        name: of the model.
        overrule: why a person takes the challenger although lines refuse it; empty for nobody
            does. A bundle that services would not load is refused all the same, and so is a
            challenger whose champion was moved while the gate was at work.

    Raises:
        RegistryError: when there is no challenger, its run kept nothing to decide on, or MLflow is
            away.
    """
    challenger = registry.version(name, CHALLENGER)
    if challenger is None:
        raise RegistryError(f"no version of {name!r} is the challenger; train one first")
    found = standing(registry, name)
    if found.champion == challenger:
        return _held_already(challenger, found)
    evidence = run_evidence(registry, challenger)
    bundle_lines = _bundle_lines(registry, challenger)
    quality = quality_lines(registry, challenger, found.champion, evidence)
    latest = standing(registry, name)
    if latest.champion == challenger:
        return _held_already(challenger, latest)
    firm = (*bundle_lines, *_moved_lines(found.champion, latest.champion))
    lines = (*quality, *_served_lines(evidence.measured), *firm)
    verdict = Verdict(challenger, latest.champion, lines, moved=False)
    is_wanted = not verdict.refusals or bool(overrule)
    moved = is_wanted and all(each.passed for each in firm)
    registry.log(challenger.run_id, tags=_told(verdict, overrule if moved else ""))
    if moved:
        figures = {name: each for line in lines for name, each in line.figures.items()}
        why = _why(verdict, overrule)
        replace_champion(registry, challenger, source=latest.champion, why=why, figures=figures)
    return dataclasses.replace(verdict, moved=moved)


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


def _held_already(challenger: RegisteredVersion, found: Standing) -> Verdict:
    """Return that there is nothing to decide."""
    sentence = "the challenger is the champion already"
    if found.is_astray:
        sentence += "; the alias was moved away directly, which a rollback takes back"
    line = Line("champion", passed=True, sentence=sentence)
    return Verdict(challenger, found.champion, (line,), moved=False)


def _moved_lines(then: RegisteredVersion | None, now: RegisteredVersion | None) -> list[Line]:
    """Return a line that refuses where the champion is not the one that the others looked at."""
    if then == now:
        return []
    was, became = (f"version {each.number}" if each else "nobody" for each in (then, now))
    sentence = (
        f"the champion became {became} while the gate was at work, it was {was}: promote again, "
        "and the gate decides by the new one"
    )
    return [Line("champion", passed=False, sentence=sentence)]


def _why(verdict: Verdict, overrule: str) -> str:
    """Return the sentence of the promotion log."""
    if verdict.refusals:
        refused = "; ".join(f"{each.name}: {each.sentence}" for each in verdict.refusals)
        return f"the gate was overruled: {overrule} (it refused {refused})"
    return next(each.sentence for each in verdict.lines)


def _told(verdict: Verdict, overrule: str) -> dict[str, str]:
    """Return the tags by which a run tells what the gate thought of it."""
    outcome = "passed"
    if verdict.refusals:
        outcome = "overruled" if overrule else "refused"
    refused = "; ".join(f"{each.name}: {each.sentence}" for each in verdict.refusals)
    return {GATE_TAG: outcome, REFUSALS_TAG: refused}


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
