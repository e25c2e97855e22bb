"""What asking brought, as a picture, a page and a document."""

from functools import partial
from pathlib import Path

import numpy as np

from ml.evaluation.intervals import Estimate
from ml.training.insight.inquiry.cases import BANDS, METRIC
from ml.training.insight.inquiry.rules import BITS, FIXED, HITS, RANDOM
from ml.training.insight.inquiry.study import Inquiry
from ml.training.judging.curves import Band, Panel, draw_curves
from ml.training.judging.findings import Document, Findings, intervals, table, write_findings

TITLE = "What is gained by asking?"
PICTURE = "questions.png"
SHOWN = ("1", "2", "3", "5")
"""After so many questions figures are shown."""
RULES = (HITS, BITS, RANDOM, FIXED)


def write_inquiry(found: Inquiry, out: Path) -> Findings:
    """Write page, document and picture into a folder, made where it is missing.

    Raises:
        ResultsError: when the disk is full or the folder may not be written.
    """
    return write_findings(
        out, "questions", document=document(found), page=page(found), draw=partial(_draw, found)
    )


def document(found: Inquiry) -> Document:
    """Return the figures as ``json`` takes them; an interval is ``[mean, low, high]``."""
    weights = found.weights
    return {
        "metric": METRIC,
        "question_count": found.question_count,
        "weights": {
            "history": weights.history,
            "liking": weights.liking,
            "fading_baskets": weights.fading_baskets,
        },
        "bands": {
            band: {
                "people": len(found.recalls[band][HITS]),
                "recall": float(found.recalls[band][HITS]["0"].mean()),
                "candidate_recall": list(found.candidate_recalls[band]),
                "gain": {rule: intervals(found.gains(band, rule)) for rule in RULES},
                "gain_per_question": {
                    rule: intervals(found.gains_per_question(band, rule)) for rule in RULES
                },
                "lead": {
                    rule: intervals(found.leads(band, rule)) for rule in RULES if rule != HITS
                },
            }
            for band in BANDS
        },
    }


def page(found: Inquiry) -> str:
    """Return the figures in Markdown, above the picture that lies beside."""
    weights, manners = found.weights, found.config.manners
    about = (
        f"{len(found.recalls['0'][HITS]):,} people of a simulated town from whom nothing was "
        f"learned, told to the model by so many of their latest baskets, and {found.question_count}"
        " questions. They answer by their true tastes and favourites; "
        f"{manners.waved_away_share:.0%} of the questions are waved away, and "
        f"{manners.hasty_share:.0%} of the answers are given in haste, any by chance. Recall@10 of "
        "the basket that came next; means with 95 % intervals, bootstrapped by customer."
    )
    learned = (
        f"Learned from {found.config.tuned:,} others: history weighs {weights.history:g}, likings "
        f"{weights.liking:g}, and half as much after {weights.fading_baskets:g} baskets."
    )
    parts = [f"# {TITLE}", about, learned, "Recall gained, by the number of questions asked:"]
    parts += [_gains(found), "Recall gained with each question, after five:", _per_question(found)]
    parts += ["Lead of the rule of expected hits, paired by customer:", _leads(found)]
    parts += [_ceilings(found), f"![{TITLE}]({PICTURE})"]
    return "\n\n".join(parts) + "\n"


def _gains(found: Inquiry) -> str:
    rows = []
    for band in BANDS:
        none = float(found.recalls[band][HITS]["0"].mean())
        for rule in RULES:
            gains = found.gains(band, rule)
            rows.append([band, rule, f"{none:.4f}", *(_signed(gains[name]) for name in SHOWN)])
    return table(["known baskets", "rule", "none asked", *SHOWN], rows)


def _per_question(found: Inquiry) -> str:
    rows = [
        [band, *(_signed(found.gains_per_question(band, rule)["5"]) for rule in RULES)]
        for band in BANDS
    ]
    return table(["known baskets", *RULES], rows)


def _leads(found: Inquiry) -> str:
    rows = [
        [band, f"over {rule}", *(_signed(found.leads(band, rule)[name]) for name in SHOWN)]
        for band in BANDS
        for rule in RULES
        if rule != HITS
    ]
    return table(["known baskets", "", *SHOWN], rows)


def _ceilings(found: Inquiry) -> str:
    told = ", ".join(
        f"{usual:.3f} and {wide:.3f} with {band} known baskets"
        for band, (usual, wide) in found.candidate_recalls.items()
    )
    return f"Of the next basket, candidates hold, with sources as usual and wide: {told}."


def _signed(estimate: Estimate) -> str:
    return f"{estimate.mean:+.4f} [{estimate.low:+.4f}, {estimate.high:+.4f}]"


def _draw(found: Inquiry, path: Path) -> None:
    panels = [
        Panel(_title(found, band), "Recall@10 gained, %", _bands(found, band)) for band in BANDS
    ]
    draw_curves(panels, title=TITLE, axis="questions asked", path=path)


def _title(found: Inquiry, band: str) -> str:
    none = float(found.recalls[band][HITS]["0"].mean())
    return f"{band} known baskets; without a question {none:.1%}"


def _bands(found: Inquiry, band: str) -> dict[str, Band]:
    curves = {}
    for rule in RULES:
        gains = [found.gains(band, rule)[str(count)] for count in range(_longest(found, band) + 1)]
        lines = np.array([[each.low, each.mean, each.high] for each in gains]).T * 100
        curves[rule] = Band(*lines)
    return curves


def _longest(found: Inquiry, band: str) -> int:
    return len(found.recalls[band][HITS].columns) - 1
