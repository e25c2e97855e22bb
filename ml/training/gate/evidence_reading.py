"""Reading what a run kept for the gate, and refusing what the lines cannot decide on.

The files lie in MLflow, where older code, another hand or half a disk may have written them. A line
of the gate should never meet a column that is not there, nor take a NaN for a pass.
"""

import dataclasses
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from ml.evaluation.metrics import MAIN_METRIC
from ml.training.gate.evidence import (
    CHAMPION_ROWS,
    IS_NEWCOMER,
    Comparison,
    Evidence,
    EvidenceError,
    Measured,
)
from ml.training.gate.reliability import Reliability
from ml.training.gate.subgroups import KINDS, KNOWN_BASKETS
from ml.training.judging.evaluate import BASELINE
from ml.training.learned import Ofone
from ml.training.versions.run_contents import EVIDENCE_ARTIFACT, SCORES_ARTIFACT


def read_evidence(scores: Path, measured: Path) -> Evidence:
    """Read what a run kept.

    Raises:
        EvidenceError: when a file is damaged, of another form, or says too little to decide on.
    """
    figures = _measured(measured)
    by_model = _by_model(_frame(scores))
    wanted = {Ofone.name, BASELINE} | ({CHAMPION_ROWS} if figures.comparison.answered else set())
    missing = sorted(wanted - by_model.keys())
    _demand(not missing, SCORES_ARTIFACT, f"has no rows of {', '.join(missing)}")
    ours = by_model[Ofone.name]
    for name, each in by_model.items():
        is_paired = each.index.equals(ours.index)
        _demand(is_paired, SCORES_ARTIFACT, f"{name} was not asked what {Ofone.name} was asked")
    _demand(not ours[IS_NEWCOMER].all(), SCORES_ARTIFACT, "tells of newcomers only")
    return Evidence(by_model, figures)


def _frame(path: Path) -> pd.DataFrame:
    """Return the scores of all models, every column as the lines take it."""
    try:
        frame = pd.read_parquet(path)
    except (pa.ArrowException, ValueError) as error:
        raise EvidenceError(f"{SCORES_ARTIFACT} is damaged: {error}") from error
    wanted = ("model", "customer", MAIN_METRIC, IS_NEWCOMER, *KINDS)
    missing = [name for name in wanted if name not in frame]
    _demand(not missing, SCORES_ARTIFACT, f"has no column {', '.join(missing)}")
    for name in ("model", "customer", *KINDS):
        is_text = frame[name].dropna().map(lambda each: isinstance(each, str)).all()
        _demand(is_text, SCORES_ARTIFACT, f"{name} must be texts")
    for name in ("model", "customer", KNOWN_BASKETS):
        count = int(frame[name].isna().sum())
        _demand(not count, SCORES_ARTIFACT, f"{name} is null in {count:,} of {len(frame):,} rows")
    newcomers = frame[IS_NEWCOMER]
    is_told = pd.api.types.is_bool_dtype(newcomers) and newcomers.notna().all()
    _demand(is_told, SCORES_ARTIFACT, f"{IS_NEWCOMER} must be true or false")
    is_number = pd.api.types.is_float_dtype(frame[MAIN_METRIC])
    _demand(is_number, SCORES_ARTIFACT, f"{MAIN_METRIC} must be numbers")
    count = int((~np.isfinite(frame[MAIN_METRIC].to_numpy(np.float64, na_value=np.nan))).sum())
    told = f"{MAIN_METRIC} is not finite in {count:,} of {len(frame):,} rows"
    _demand(not count, SCORES_ARTIFACT, told)
    return frame


def _by_model(frame: pd.DataFrame) -> dict[str, pd.DataFrame]:
    return {
        str(name): part.drop(columns="model").set_index("customer")
        for name, part in frame.groupby("model", sort=False)
    }


def _measured(path: Path) -> Measured:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise EvidenceError(f"{EVIDENCE_ARTIFACT} is damaged: {error}") from error
    whole = _part(document, Measured, "the document")
    compared = _part(whole["comparison"], Comparison, "comparison")
    for name, kind in (("champion", str), ("answered", bool), ("note", str)):
        is_kind = isinstance(compared[name], kind)
        _demand(is_kind, EVIDENCE_ARTIFACT, f"{name} is {compared[name]!r}")
    champion_ms = whole["champion_answer_ms_p95"]
    return Measured(
        comparison=Comparison(**compared),
        fold_in_difference=_number(whole, "fold_in_difference"),
        answer_ms_p95=_number(whole, "answer_ms_p95"),
        champion_answer_ms_p95=(
            None if champion_ms is None else _number(whole, "champion_answer_ms_p95")
        ),
        reliability=_reliability(_part(whole["reliability"], Reliability, "reliability")),
    )


def _reliability(part: Mapping[str, Any]) -> Reliability:
    said, happened = part["said"], part["happened"]
    is_list = isinstance(said, list) and isinstance(happened, list)
    is_paired = is_list and 0 < len(said) == len(happened)
    _demand(is_paired, EVIDENCE_ARTIFACT, "said and happened must be lists of the same bins")
    return Reliability(
        said=tuple(_number({"said": each}, "said") for each in said),
        happened=tuple(_number({"happened": each}, "happened") for each in happened),
        error=_number(part, "error"),
        by_chance=_number(part, "by_chance"),
    )


def _part(document: object, form: type, name: str) -> dict[str, Any]:
    """Return an object of the document, which must have the fields of a dataclass and no others."""
    fields = {each.name for each in dataclasses.fields(form)}
    if not isinstance(document, dict) or document.keys() != fields:
        wanted = ", ".join(sorted(fields))
        raise EvidenceError(f"{EVIDENCE_ARTIFACT}: {name} must have these fields: {wanted}")
    return document


def _number(part: Mapping[str, object], name: str) -> float:
    value = part[name]
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return float(value)
    raise EvidenceError(f"{EVIDENCE_ARTIFACT}: {name} must be a finite number, is {value!r}")


def _demand(is_so: object, file: str, otherwise: str) -> None:
    if not is_so:
        raise EvidenceError(f"{file}: {otherwise}")
