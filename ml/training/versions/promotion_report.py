"""The promotion log as people and programs read it: lines, a Markdown table, or JSON."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from enum import StrEnum

from ml.training.versions.promotion_log import Move, Standing

SHOWN_FIGURES = ("lead", "lead_low", "lead_high", "answer_ms_p95", "calibration_error")
"""What a table shows of the figures behind a move, where they were measured; JSON has all."""


class ReportFormat(StrEnum):
    """How a report is written."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"


def promotion_report(
    name: str, moves: Sequence[Move], standing: Standing, form: ReportFormat
) -> str:
    """Return every move of the champion, earliest first, and where it stands.

    Args:
        name: of the model.
        moves: as the log holds them.
        standing: who is champion, and whom the alias names.
        form: how it is written.
    """
    if form is ReportFormat.JSON:
        document = {
            "model": name,
            "champion": standing.champion.number if standing.champion else None,
            "alias": standing.alias.number if standing.alias else None,
            "is_astray": standing.is_astray,
            "moves": [dataclasses.asdict(each) for each in moves],
        }
        return json.dumps(document, indent=1)
    told = _table(moves) if form is ReportFormat.MARKDOWN else [_line(each) for each in moves]
    if not moves:
        told = [f"the champion of {name} has never moved: nothing was promoted yet"]
    return "\n".join([*told, *_standing(name, standing)])


def _line(move: Move) -> str:
    mark = "" if move.is_complete else " (never completed)"
    return f"{move.when} {move.who}: {move.source or '-'} -> {move.target}{mark}: {move.why}"


def _table(moves: Sequence[Move]) -> list[str]:
    lines = ["| when | who | from | to | why | figures |", "|---|---|---|---|---|---|"]
    for each in moves:
        why = each.why if each.is_complete else f"never completed: {each.why}"
        figures = _figures(each.figures)
        cells = (each.when, each.who, each.source or "-", each.target, why, figures)
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return [*lines, ""]


def _figures(figures: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {figures[name]:.4f}" for name in SHOWN_FIGURES if name in figures)


def _standing(name: str, standing: Standing) -> list[str]:
    """Return a sentence where the alias is astray, and none where all is well."""
    if not standing.is_astray:
        return []
    alias = f"version {standing.alias.number}" if standing.alias else "nothing"
    champion = f"version {standing.champion.number}" if standing.champion else "nobody"
    told = f"the champion of {name} is {champion}, but the alias names {alias}"
    return [f"{told}: somebody moved it directly; `python -m ml rollback` takes that back"]
