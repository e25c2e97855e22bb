"""What life stages are worth, as a picture, a page and a document."""

import math
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np

from ml.evaluation.intervals import Estimate
from ml.training.judging.curves import Band, Panel, draw_curves
from ml.training.judging.findings import Document, Findings, table, write_findings
from ml.training.life.judging import (
    ASKED_WEEKS,
    CURVE_WEEKS,
    TOLD_DAYS,
    Judgement,
    JudgingConfig,
    StageWorth,
)

STEM = "life-stages"
TITLE = "How soon is a change of life seen?"


def write_life_stages(found: Judgement, config: JudgingConfig, out: Path) -> Findings:
    """Write page, document and picture into a folder, made where it is missing.

    Raises:
        ResultsError: when the disk is full or the folder may not be written.
    """
    return write_findings(
        out,
        STEM,
        document=document(found),
        page=page(found, config),
        draw=partial(_draw, found),
    )


def document(found: Judgement) -> Document:
    """Return the figures as ``json`` takes them; an interval is ``[mean, low, high]``."""
    return {
        group: {worth.stage.name: _worth(worth) for worth in worths}
        for group, worths in found.groups
    }


def page(found: Judgement, config: JudgingConfig) -> str:
    """Return the figures as sections in Markdown."""
    about = (
        f"Signs learned from {config.learned_from:,} customers of a simulated town, level of the "
        f"alarm set by {config.levelled_by:,} others so that {config.false_share:.0%} of those to "
        "whom a change does not come are told of it within 18 months. Half of the customers come "
        f"every {config.basket_gap_days:.0f} days or more rarely. Count: purchases in 90 days of "
        "what the stage buys more of, at a level of its own. 95 % intervals, bootstrapped by "
        "customer; chance is an area of .5."
    )
    parts = [f"# {TITLE}", about]
    for group, worths in found.groups:
        parts += [f"## {group}", _areas(worths), _detection(worths), _reliability(worths)]
    return "\n\n".join([*parts, f"![{TITLE}]({STEM}.png)"]) + "\n"


def _worth(worth: StageWorth) -> Document:
    return {
        "changed": worth.changed_count,
        "others": worth.other_count,
        "area_by_week": [_triple(each) for each in worth.areas],
        "count_area_by_week": [_triple(each) for each in worth.count_areas],
        "lead_by_week": [_triple(each) for each in worth.leads],
        "detected_by_week": [_triple(each) for each in worth.detected],
        "days_until_detected": [_days(each) for each in worth.delays.quartiles()],
        "count_days_until_detected": [_days(each) for each in worth.count_delays.quartiles()],
        "false_share": _triple(worth.false_share),
        "count_false_share": _triple(worth.count_false_share),
        "calibration_error": worth.calibration_error,
        "reliability": [
            {"low": bin_.low, "high": bin_.high, "count": bin_.count}
            | {"said": bin_.said, "happened": bin_.happened}
            for bin_ in worth.reliability
        ],
    }


def _triple(estimate: Estimate) -> list[float]:
    return [estimate.mean, estimate.low, estimate.high]


def _days(days: float) -> int | None:
    return int(days) if math.isfinite(days) else None


def _areas(worths: tuple[StageWorth, ...]) -> str:
    heads = ["stage", "changed"]
    for week in ASKED_WEEKS:
        heads += [f"area after {week} weeks", "lead over the count"]
    rows = [
        [
            worth.stage.display_name,
            str(worth.changed_count),
            *(_short(each[week]) for week in ASKED_WEEKS for each in (worth.areas, worth.leads)),
        ]
        for worth in worths
    ]
    return table(heads, rows)


def _detection(worths: tuple[StageWorth, ...]) -> str:
    heads = ["stage", "told wrongly", "days, quartiles", *(f"in {days} days" for days in TOLD_DAYS)]
    rows = []
    for worth in worths:
        for name, delays, false in (
            (worth.stage.display_name, worth.delays, worth.false_share),
            ("the count", worth.count_delays, worth.count_false_share),
        ):
            quartiles = ", ".join(_told_days(each) for each in delays.quartiles())
            shares = [f"{delays.within(days).mean():.0%}" for days in TOLD_DAYS]
            rows.append([name, _short(false), quartiles, *shares])
    return table(heads, rows)


def _reliability(worths: tuple[StageWorth, ...]) -> str:
    rows = []
    for worth in worths:
        name = worth.stage.display_name
        rows += [
            [name, f"{bin_.said:.3f}", f"{bin_.happened:.3f}", f"{bin_.count:,}"]
            for bin_ in worth.reliability
        ]
        rows.append([name, f"mean gap {worth.calibration_error:.4f}", "", ""])
    return table(["stage", "said", "was so", "of so many answers"], rows)


def _short(estimate: Estimate) -> str:
    return f"{estimate.mean:.3f} [{estimate.low:.3f}, {estimate.high:.3f}]"


def _told_days(days: float) -> str:
    return f"{days:.0f}" if math.isfinite(days) else "never"


def _draw(found: Judgement, path: Path) -> None:
    """Draw the group that lived in another town: the harder question."""
    group, worths = found.groups[-1]
    areas = {worth.stage.display_name: _band(worth.areas) for worth in worths}
    detected = {worth.stage.display_name: _band(worth.detected) for worth in worths}
    panels = [
        Panel(
            f"Told from those to whom it did not come ({group})",
            "area under the ROC curve",
            areas,
            level=(0.5, "chance"),
            highest=1.0,
        ),
        Panel("Told of, at a fixed share of false alarms", "share", detected, highest=1.0),
    ]
    draw_curves(
        panels, title=TITLE, axis=f"weeks since the change, {CURVE_WEEKS} in all", path=path
    )


def _band(estimates: tuple[Estimate, ...]) -> Band:
    return Band(*(np.array(list(each)) for each in zip(*_ends(estimates), strict=True)))


def _ends(estimates: tuple[Estimate, ...]) -> Iterator[tuple[float, float, float]]:
    for each in estimates:
        yield each.low, each.mean, each.high
