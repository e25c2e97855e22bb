"""What the gate decides on, measured while a run has the data at hand and kept with the run.

Scores of every customer who was asked lie in ``scores.parquet``, under ``codes`` for their ids and
beside the subgroups they belong to; everything else in ``gate.json``. So the gate needs a run and
no data set.
"""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ml.training.gate.reliability import Reliability
from ml.training.gate.subgroups import KINDS
from ml.training.versions.run_contents import EVIDENCE_ARTIFACT, SCORES_ARTIFACT

CHAMPION_ROWS = "champion"
"""The model's name in the scores under which the champion stands."""

IS_NEWCOMER = "is_newcomer"
"""Whether a customer has too short a history for the protocol and was asked about beside it."""


class EvidenceError(Exception):
    """What a run kept for the gate cannot be decided on; the message names the file."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Whom the challenger was compared with."""

    champion: str
    """Number of the version that was champion then; empty where there was none."""
    answered: bool
    """Whether it answered the same questions."""
    note: str
    """By which bundle, or why not."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Figures of the bundle that would serve."""

    comparison: Comparison
    fold_in_difference: float
    """As ``fold_in_difference`` says."""
    answer_ms_p95: float
    champion_answer_ms_p95: float | None
    """By turns with the challenger; ``None`` where the champion could not be asked."""
    reliability: Reliability


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Everything the gate knows of a challenger besides its bundle."""

    scores: Mapping[str, pd.DataFrame]
    """Of each model: a row a customer and question, index the customer's code, columns the metrics,
    ``is_newcomer`` and the kinds of subgroups."""
    measured: Measured


def scores_of(
    scores: pd.DataFrame,
    groups: pd.DataFrame,
    *,
    codes: Mapping[str, str],
    is_newcomer: bool,
) -> pd.DataFrame:
    """Return scores as ``Evidence`` holds them.

    Args:
        scores: a row a customer, index their ids.
        groups: of the same customers, as from ``subgroups``.
        codes: of their ids, as from ``customer_codes``.
        is_newcomer: of all of them.

    Returns:
        The same rows under the codes.
    """
    told = {kind: pd.array(groups.loc[scores.index, kind].tolist(), dtype="str") for kind in KINDS}
    coded = [codes[str(each)] for each in scores.index]
    unnamed = scores.set_axis(pd.Index(coded, name="customer", dtype="str"))
    return unnamed.assign(**told, **{IS_NEWCOMER: is_newcomer})


def write_scores(scores: Mapping[str, Sequence[pd.DataFrame]], folder: Path) -> None:
    """Write the scores of each model, part below part, into an existing folder."""
    joined = {name: pd.concat(list(parts)) for name, parts in scores.items()}
    frame = pd.concat(joined, names=["model"]).reset_index()
    frame.to_parquet(folder / SCORES_ARTIFACT, index=False)


def write_measured(measured: Measured, folder: Path) -> None:
    """Write the other figures into an existing folder."""
    text = json.dumps(dataclasses.asdict(measured), indent=1)
    (folder / EVIDENCE_ARTIFACT).write_text(text + "\n", encoding="utf-8")
