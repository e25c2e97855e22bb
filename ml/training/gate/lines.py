"""The lines of the gate: each a small pure function with a limit of its own and a sentence.

A line takes figures that a training run left behind and says whether they may pass, by which
limit, and by how much they miss it. What is decided here, and why, stands in
``docs/decisions/0042-what-the-gate-proves.md``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ml.evaluation.intervals import Estimate
from ml.evaluation.metrics import MAIN_METRIC
from ml.training.gate.reliability import Reliability

MARGIN = 0.005
"""How much worse than the champion the challenger might at most be, all customers together: the
low end of the paired interval may not lie under it. Zero would refuse every equal."""

LEAST_SUBGROUP_CUSTOMERS = 30
"""Of fewer customers a bootstrap interval says little; they are counted and not judged."""

MAX_FOLD_IN_DIFFERENCE = 0.01
"""How far, relative to its length, a customer's vector as served may lie from the one that the
factors were trained with; single precision accounts for a tenth of it."""

LEAST_INDEX_RECALL = 0.95
"""Share of exact search's ten nearest items that the index must find; as the services demand."""

MAX_ANSWER_MS_P95 = 10.0
"""Of candidates, features and ranking of one customer, on one thread. The budget is 2.5 ms on a
quiet machine of today; the one that trains may be older and shared."""

MAX_ANSWER_RATIO = 1.5
"""How many times the champion's milliseconds, measured in the same minute by turns."""

ANSWER_GRACE_MS = 0.5
"""And so much more: below it a ratio of two short times is noise."""

MAX_CALIBRATION_ERROR = 0.10
"""Mean gap between probability said and share bought in the first places of the lists. Recent
seasons move it to .05 on the public retail data without harm to the order."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the gate."""

    name: str
    passed: bool
    sentence: str
    figures: Mapping[str, float] = field(default_factory=dict)
    """What it rests on, for the promotion log."""


def baseline_line(lead: Estimate, baseline: str, *, customers: int) -> Line:
    """A first model must surely beat what needs no model."""
    passed = lead.is_above_zero
    relation = "surely beats" if passed else "does not surely beat"
    sentence = f"{MAIN_METRIC} {relation} {baseline}: {_told(lead)} on {customers:,} customers"
    if not passed:
        sentence += f"; the low end misses 0 by {-lead.low:.4f}"
    return Line("overall", passed, sentence, _figures("lead", lead))


def champion_line(lead: Estimate, champion: str, *, customers: int) -> Line:
    """The challenger must be proven to be no more than ``MARGIN`` worse than the champion."""
    passed = lead.low >= -MARGIN
    relation = "is not worse than" if passed else "is not proven to be as good as"
    sentence = (
        f"{MAIN_METRIC} {relation} {champion}: {_told(lead)} on {customers:,} customers "
        f"(low end at least {-MARGIN:+.4f})"
    )
    if not passed:
        sentence += f"; it lies {-MARGIN - lead.low:.4f} under that"
        if lead.mean > -MARGIN:
            wanted = customers * ((lead.mean - lead.low) / (lead.mean + MARGIN)) ** 2
            sentence += f", and some {wanted:,.0f} customers could prove such a lead"
    return Line("overall", passed, sentence, _figures("lead", lead))


def subgroup_line(name: str, lead: Estimate | None, *, customers: int, other: str) -> Line:
    """No subgroup may be proven to lose.

    Args:
        name: of the subgroup, such as ``known baskets 0-2``.
        lead: paired, over ``other``; its interval is as wide as the number of subgroups asks for.
            ``None`` where the subgroup is too small to be judged.
        customers: how many of them were asked about.
        other: the champion or the baseline.
    """
    if lead is None:
        sentence = (
            f"{customers:,} customers are too few to judge (at least {LEAST_SUBGROUP_CUSTOMERS})"
        )
        return Line(name, passed=True, sentence=sentence)
    passed = lead.high >= 0
    sentence = f"{MAIN_METRIC} {_told(lead)} over {other} on {customers:,} customers"
    if not passed:
        sentence += f": they lose, by at least {-lead.high:.4f}"
    return Line(name, passed, sentence, _figures(f"lead {name}", lead))


def fold_in_line(difference: float) -> Line:
    """A customer's vector as served must be the one that the factors were trained with."""
    passed = difference <= MAX_FOLD_IN_DIFFERENCE
    sentence = (
        f"a customer's vector differs by at most {difference:.2e} of its length from that of "
        f"training (at most {MAX_FOLD_IN_DIFFERENCE})"
    )
    if not passed:
        sentence += f"; too far by {difference - MAX_FOLD_IN_DIFFERENCE:.2e}"
    return Line("fold-in", passed, sentence, {"fold_in_difference": difference})


def index_line(recalls: Mapping[str, float]) -> Line:
    """The index that will serve must find what exact search finds.

    Args:
        recalls: of each kind of index that was tried, as from ``index_recalls``; the last serves.
    """
    *passed_over, (kind, recall) = recalls.items()
    sentence = (
        f"the index ({kind}) finds {recall:.3f} of exact search's nearest "
        f"(at least {LEAST_INDEX_RECALL})"
    )
    if passed_over:
        missed = ", ".join(f"{other} finds {share:.3f}" for other, share in passed_over)
        sentence += f", for {missed} and gives way"
    figures = {f"index_recall_{each}": share for each, share in recalls.items()}
    return Line("index", recall >= LEAST_INDEX_RECALL, sentence, figures)


def answer_time_line(challenger_ms: float, champion_ms: float | None) -> Line:
    """An answer must be quick by itself and beside the champion's; 95th percentiles."""
    allowed = MAX_ANSWER_MS_P95
    told = f"at most {MAX_ANSWER_MS_P95:g}"
    if champion_ms is not None:
        beside = MAX_ANSWER_RATIO * champion_ms + ANSWER_GRACE_MS
        told += f", and {beside:.2f} beside the champion's {champion_ms:.2f}"
        allowed = min(allowed, beside)
    passed = challenger_ms <= allowed
    sentence = f"an answer takes {challenger_ms:.2f} ms of one thread at p95 ({told})"
    if not passed:
        sentence += f"; {challenger_ms - allowed:.2f} ms too long"
    return Line("answer time", passed, sentence, {"answer_ms_p95": challenger_ms})


def calibration_line(found: Reliability) -> Line:
    """What is said to be likely must happen about so often."""
    allowed = max(MAX_CALIBRATION_ERROR, found.by_chance)
    passed = found.error <= allowed
    sentence = (
        f"probabilities of the first places are off by {found.error:.3f} on average "
        f"(at most {allowed:.3f})"
    )
    if not passed:
        sentence += f"; {found.error - allowed:.3f} too far: {found.worst()}"
    return Line("calibration", passed, sentence, {"calibration_error": found.error})


def _told(lead: Estimate) -> str:
    return f"{lead.mean:+.4f} [{lead.low:+.4f}, {lead.high:+.4f}]"


def _figures(name: str, lead: Estimate) -> dict[str, float]:
    plain = name.replace(" ", "_")
    return {plain: lead.mean, f"{plain}_low": lead.low, f"{plain}_high": lead.high}
