"""Stages of life for people: how likely, since when, and what speaks for it."""

from collections.abc import Iterable
from datetime import datetime

from ofone.profile.v1.life_pb2 import LifeStage
from rich.table import Table
from rich.text import Text

from services.console.rendering.figures import at, share_in_percent

LEAST_SHOWN = 0.2
"""Below one in five a stage is a guess that would only mislead who reads it."""


def stages_table(stages: Iterable[LifeStage]) -> Table | None:
    """Return the stages that a customer may be in, likeliest first; ``None`` where none is likely.

    Those that are only told because the customer allows sensitive inference are marked.
    """
    likely = sorted(
        (stage for stage in stages if stage.probability >= LEAST_SHOWN),
        key=lambda stage: -stage.probability,
    )
    if not likely:
        return None
    table = Table(title="Stages of life", title_justify="left", title_style="bold", box=None)
    table.add_column("stage", style="cyan")
    for heading in ("likely", "since"):
        table.add_column(heading, justify="right")
    table.add_column("because")
    for stage in likely:
        name = f"{stage.display_name} (sensitive)" if stage.sensitive else stage.display_name
        reasons = "\n".join(each.explanation for each in stage.evidence)
        table.add_row(
            Text(name), share_in_percent(stage.probability), _months(stage), Text(reasons)
        )
    return table


def _months(stage: LifeStage) -> str:
    """Return the likeliest month, and between which it lies, such as ``Mar 2026 (Feb to Apr)``."""
    since, first, last = (
        at(time) for time in (stage.since_time, stage.earliest_time, stage.latest_time)
    )
    told = _month(since)
    if (first.year, first.month) == (last.year, last.month):
        return told
    years_differ = first.year != last.year
    start = _month(first) if years_differ else f"{first:%b}"
    return f"{told} ({start} to {_month(last) if years_differ else f'{last:%b}'})"


def _month(time: datetime) -> str:
    return f"{time:%b %Y}"
