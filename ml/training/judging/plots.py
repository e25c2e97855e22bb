"""Pictures of an evaluation, drawn without a display."""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any

import numpy as np

from ml.evaluation.calibration import ReliabilityBin
from ml.evaluation.intervals import Estimate

Draw = Callable[[Any], None]  # of matplotlib's axes; the library is imported late, for it is slow


def groups(
    found: Mapping[str, Mapping[str, Estimate]], *, title: str, axis: str, path: Path
) -> None:
    """Draw a bar with its interval for each estimate, side by side within its group.

    Args:
        found: group to name to estimate; every group has the same names.
        title: above the picture.
        axis: what the bars show.
        path: of the PNG file.
    """
    names = list(next(iter(found.values()), {}))
    width = 0.8 / max(len(names), 1)

    def draw(axes: Any) -> None:  # matplotlib's axes
        for place, name in enumerate(names):
            estimates = [each[name] for each in found.values()]
            middles = np.array([each.mean for each in estimates])
            ends = np.array([[each.mean - each.low, each.high - each.mean] for each in estimates])
            at = np.arange(len(estimates)) + (place - (len(names) - 1) / 2) * width
            axes.bar(at, middles, width, yerr=np.maximum(ends.T, 0), capsize=3, label=name)
        axes.set_xticks(np.arange(len(found)), list(found))
        axes.set_ylabel(axis)
        if len(names) > 1:
            axes.legend(loc="upper left", bbox_to_anchor=(1, 1))

    _picture(draw, title=title, path=path)


def shares(found: Mapping[str, float], *, title: str, path: Path) -> None:
    """Draw a lying bar for each share, the largest on top."""
    ordered = sorted(found.items(), key=lambda pair: pair[1])

    def draw(axes: Any) -> None:  # matplotlib's axes
        axes.barh([name for name, _ in ordered], [share for _, share in ordered])
        axes.set_xlabel("share")

    _picture(draw, title=title, path=path)


def differences(
    found: Mapping[str, Estimate],
    *,
    title: str,
    axis: str,
    path: Path,
    muted: AbstractSet[str] = frozenset(),
) -> None:
    """Draw each estimate as a point with its interval, the first on top, beside a line at 0.

    Args:
        found: name to estimate.
        title: above the picture.
        axis: what the points show.
        path: of the PNG file.
        muted: names that are drawn in grey.
    """

    def draw(axes: Any) -> None:  # matplotlib's axes
        axes.axvline(0, color="black", linewidth=0.8)
        for place, (name, each) in enumerate(found.items()):
            ends = [[max(each.mean - each.low, 0)], [max(each.high - each.mean, 0)]]
            color = "grey" if name in muted else "tab:blue"
            axes.errorbar(each.mean, place, xerr=ends, fmt="o", capsize=3, color=color)
        axes.set_yticks(range(len(found)), list(found))
        axes.invert_yaxis()
        axes.set_xlabel(axis)

    _picture(draw, title=title, path=path)


def reliability(bins: Sequence[ReliabilityBin], *, title: str, path: Path) -> None:
    """Draw what happened over what was said, both on scales of powers, beside the diagonal."""

    def draw(axes: Any) -> None:  # matplotlib's axes
        seen = [each for each in bins if each.said > 0 and each.happened > 0]
        said = [each.said for each in seen]
        axes.loglog(said, [each.happened for each in seen], marker="o", label="candidates")
        axes.loglog(said, said, linestyle="--", label="as said")
        axes.set_xlabel("probability said")
        axes.set_ylabel("share bought")
        axes.legend()

    _picture(draw, title=title, path=path)


def histogram(values: Sequence[float], *, title: str, axis: str, path: Path) -> None:
    """Draw how often each value occurs; the slowest hundredth is cut off."""

    def draw(axes: Any) -> None:  # matplotlib's axes
        top = float(np.percentile(values, 99))
        axes.hist([each for each in values if each <= top], bins=40)
        axes.set_xlabel(axis)
        axes.set_ylabel("customers")

    _picture(draw, title=title, path=path)


def _picture(draw: Draw, *, title: str, path: Path) -> None:
    figure = empty_figure(height=4.5)
    axes = figure.add_subplot()
    draw(axes)
    axes.set_title(title)
    figure.savefig(path, format="png")


def empty_figure(*, height: float) -> Any:  # matplotlib's figure
    """Return a figure without axes that needs no display; ``height`` in inches."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415  # slow
    from matplotlib.figure import Figure  # noqa: PLC0415  # slow

    figure = Figure(figsize=(8, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure
