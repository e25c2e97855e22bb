"""The coffee and the tea as a picture that needs no words, a page, and a document."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from ml.simulation.people import CHAIN_TEA_DRINKER, ONE_COFFEE
from ml.training.insight.coffee_and_tea import MONTHLY_COFFEE, Kind
from ml.training.judging.curves import Band, Panel, draw_curves
from ml.training.judging.findings import Document, Findings, write_findings

TITLE = "When does it come back?"
PICTURE = "timing.png"
SHOWN_PLACES = 10
"""How long a list people are shown."""

MOST_DUE = 2.5
"""Where the panel of due-ness ends: what lies further back is long overdue."""

_LABELS = {
    CHAIN_TEA_DRINKER: "tea, of one who drinks it all day",
    MONTHLY_COFFEE: "coffee, of one who buys it about once a month",
    ONE_COFFEE: "coffee, of one who bought it once, as a gift",
}


def write_timing(kinds: Sequence[Kind], out: Path) -> Findings:
    """Write page, document and picture into a folder, made where it is missing.

    Raises:
        ResultsError: when the disk is full or the folder may not be written.
    """
    return write_findings(
        out, "timing", document=document(kinds), page=page(kinds), draw=partial(_draw, kinds)
    )


def document(kinds: Sequence[Kind]) -> Document:
    """Return the curves as ``json`` takes them: quartiles day by day."""
    return {
        each.name: {
            "category": each.category,
            "people": len(each.comebacks.probabilities),
            "gap_days": each.gap_days,
            "days": each.comebacks.days.tolist(),
            "quartiles": {
                name: dict(zip(("lower", "median", "upper"), lines.tolist(), strict=True))
                for name, lines in each.comebacks.quartiles().items()
            },
        }
        for each in kinds
    }


def page(kinds: Sequence[Kind]) -> str:
    """Return what the curves say in a few sentences, above the picture that lies beside."""
    about = (
        "People of a simulated town whom the model has not seen, followed from a purchase on: they "
        "shop on as they do, but do not buy the item again. Medians over people; the bands of the "
        "picture hold the middle half of them."
    )
    told = "\n".join(f"- {sentence(each)}" for each in kinds)
    parts = [f"# {TITLE}", about, told, f"![{TITLE}]({PICTURE})"]
    return "\n\n".join(parts) + "\n"


def sentence(kind: Kind) -> str:
    """Return what one kind's curves say."""
    found = kind.comebacks.quartiles()
    chances, places = found["probabilities"][1], found["ranks"][1]
    best = int(np.argmax(chances))
    rhythm = "bought once" if kind.gap_days is None else f"bought every {kind.gap_days:.1f} days"
    return (
        f"{kind.category}, {rhythm} ({len(kind.comebacks.probabilities)} people): "
        f"{chances[0]:.1%} likely in the next basket right after the purchase, in place "
        f"{places[0]:.0f} of the own list; likeliest on day {best}, {chances[best]:.1%}, in place "
        f"{places[best]:.0f}; {chances[-1]:.1%} after {kind.comebacks.days[-1]} days, in place "
        f"{places[-1]:.0f}."
    )


def _draw(kinds: Sequence[Kind], path: Path) -> None:
    labels = {each.name: _label(each) for each in kinds}

    def bands(field: str, *, scale: float = 1.0) -> dict[str, Band]:
        lines = {each.name: each.comebacks.quartiles()[field] * scale for each in kinds}
        return {labels[name]: Band(*each) for name, each in lines.items()}

    panels = [
        Panel(
            "How likely is it in the next basket?", "chance, %", bands("probabilities", scale=100)
        ),
        Panel(
            "Where does it stand in the person's own list?",
            "place",
            bands("ranks"),
            level=(SHOWN_PLACES, "below this line it is not among the first ten"),
            is_place=True,
        ),
        Panel(
            "How due is it, by the rhythm to expect?",
            "days since / gap to expect",
            bands("due"),
            level=(1.0, "due"),
            highest=MOST_DUE,
        ),
    ]
    gaps = {labels[each.name]: each.gap_days for each in kinds if each.gap_days is not None}
    draw_curves(panels, title=TITLE, axis="days since the purchase", path=path, marks=gaps)


def _label(kind: Kind) -> str:
    words = _LABELS[kind.name]
    return words if kind.gap_days is None else f"{words} (dotted: {kind.gap_days:.0f} days)"
