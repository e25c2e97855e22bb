"""Curves with their bands over the same days, in panels one below the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ml.training.judging.plots import empty_figure

PANEL_HEIGHT = 3.0
"""Inches."""

_PLACES = (1, 2, 5, 10, 20, 50, 100, 200)
"""Where an axis of places says its figures."""

Line = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """A curve and the curves between which half of everything lies; float64 [days] each."""

    lower: Line
    middle: Line
    upper: Line


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """One of several pictures over the same days."""

    title: str
    axis: str
    """What the curves show."""
    bands: Mapping[str, Band]
    """By label; the same ones in every panel."""
    level: tuple[float, str] | None = None
    """Where a dashed line lies, and what it says."""
    highest: float | None = None
    """Where the panel ends; ``None`` behind the highest value."""
    is_place: bool = False
    """Whether lower is better: then 1 is on top, and each tenfold takes as much room."""


def draw_curves(
    panels: Sequence[Panel],
    *,
    title: str,
    axis: str,
    path: Path,
    marks: Mapping[str, float] = MappingProxyType({}),
) -> None:
    """Draw panels one below the other, with one legend below them.

    Args:
        panels: at least one.
        title: above the picture.
        axis: what the days are counted from.
        path: of the PNG file.
        marks: label to the day at which an upright line in the curve's colour stands.
    """
    figure = empty_figure(height=PANEL_HEIGHT * len(panels))
    for place, panel in enumerate(panels):
        axes = figure.add_subplot(len(panels), 1, place + 1)
        colors = _draw(axes, panel)
        for label, day in marks.items():
            axes.axvline(day, color=colors[label], linestyle=":", linewidth=1.5)
    axes.set_xlabel(axis)
    figure.suptitle(title, fontsize="x-large")
    figure.legend(*figure.axes[0].get_legend_handles_labels(), loc="outside lower center")
    figure.savefig(path, format="png")


def _draw(axes: Any, panel: Panel) -> dict[str, Any]:  # matplotlib's axes and colours
    """Draw a panel and return the colour of each curve."""
    colors = {}
    for label, band in panel.bands.items():
        days = np.arange(len(band.middle))
        (line,) = axes.plot(days, band.middle, linewidth=2, label=label)
        colors[label] = line.get_color()
        axes.fill_between(days, band.lower, band.upper, alpha=0.2, color=colors[label])
    axes.margins(x=0)
    axes.set_title(panel.title, loc="left")
    axes.set_ylabel(panel.axis)
    if panel.is_place:
        axes.set_yscale("log")
        axes.set_yticks(_PLACES, [str(each) for each in _PLACES])
        axes.minorticks_off()
        lowest = max(float(band.upper.max()) for band in panel.bands.values())
        axes.set_ylim(1.3 * max(lowest, 1.0), 0.8)
    else:
        axes.set_ylim(0, panel.highest)
    if panel.level is not None:
        level, words = panel.level
        axes.axhline(level, color="black", linestyle="--", linewidth=1)
        axes.annotate(
            words, (0.99, level), xycoords=("axes fraction", "data"), ha="right", va="top"
        )
    return colors
