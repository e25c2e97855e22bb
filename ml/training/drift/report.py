"""A model's reference of drift held against the visits of a data set's last days."""

import dataclasses
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

import numpy as np
from tqdm.auto import tqdm

from ml.dataset.dataset import Dataset
from ml.model.bundle import Bundle
from ml.model.drift import LEAST_ANSWERS, DriftReference, Statistic
from ml.training.artefacts.purchases import SECONDS_PER_DAY, purchases_of
from ml.training.drift.observation import Observed, Observer
from ml.training.drift.visits import visits
from ml.training.lessons.windows import end_of, moment_seconds

MAX_VISITS = 10_000
"""More would find differences that nobody needs to hear of; half a minute of asking."""


class DriftError(Exception):
    """Drift cannot be told; the message says what is missing."""


class Verdict(StrEnum):
    """What is said of a statistic."""

    DRIFTS = "drifts"
    STEADY = "steady"
    TOO_FEW = "too few answers"


@dataclass(frozen=True, slots=True)
class DriftLine:
    """What became of one statistic."""

    statistic: str
    answers: int
    index: float
    """The population stability index of the window."""
    limit: float
    """What it may be for so many answers."""
    verdict: Verdict
    moved: str
    """Where most of the difference lies, in words."""


@dataclass(frozen=True, slots=True)
class DriftReport:
    """All statistics of one window."""

    model_version: str
    learned_until: str
    """ISO 8601, UTC."""
    dataset: str
    since: str
    """ISO 8601, UTC: visits from here on."""
    until: str
    visits: int
    lines: tuple[DriftLine, ...]

    @property
    def drifts(self) -> bool:
        """Return whether any statistic drifts."""
        return any(each.verdict is Verdict.DRIFTS for each in self.lines)

    def to_json(self) -> str:
        """Return everything, for a program to read."""
        return json.dumps(dataclasses.asdict(self) | {"drifts": self.drifts}, indent=1)

    def to_markdown(self) -> str:
        """Return everything, for people to read."""
        about = (
            f"{self.visits:,} visits from {self.since} to {self.until}; "
            f"the model learned until {self.learned_until}."
        )
        told = [f"# Drift of {self.model_version} on {self.dataset}", "", about, ""]
        if self.since < self.learned_until:
            told += [
                "The model learned from some of these visits, so they look familiar to it.",
                "",
            ]
        told += ["| statistic | answers | index | limit | verdict | moved most |", "|---" * 6 + "|"]
        told += [
            f"| {each.statistic} | {each.answers:,} | {each.index:.4f} | {each.limit:.4f} | "
            f"{_marked(each.verdict)} | {each.moved} |"
            for each in self.lines
        ]
        return "\n".join(told) + "\n"


def drift_report(
    bundle: Bundle, dataset: Dataset, *, days: int, show_progress: bool = False
) -> DriftReport:
    """Ask the model about the visits of the last days, and compare.

    Args:
        bundle: the model, with its reference.
        dataset: dated; its whole length is the customers' histories.
        days: how many of its last days are looked at.
        show_progress: whether a bar is drawn on standard error.

    Raises:
        DriftError: when there is no reference, there are no dates, or nobody came in these days.
    """
    version = bundle.facts.version
    if bundle.drift is None:
        raise DriftError(
            f"{version} has no reference of drift; a model trained now on at least {LEAST_ANSWERS} "
            "visits brings one"
        )
    end = end_of(dataset)
    if end is None:
        raise DriftError(f"{dataset.description.name} has no dates, so it has no last days")
    until = moment_seconds(end)
    since = until - days * SECONDS_PER_DAY
    generator = np.random.default_rng(0)
    past = list(visits(purchases_of(dataset), since, most=MAX_VISITS, generator=generator))
    if not past:
        raise DriftError(f"nobody with a history came in the {days} days before {end:%Y-%m-%d}")
    observer = Observer(bundle, bundle.drift.axes)
    observed = observer.observe(tqdm(past, "visits", disable=not show_progress, leave=False))
    return DriftReport(
        model_version=version,
        learned_until=_told(bundle.facts.as_of_seconds),
        dataset=dataset.description.name,
        since=_told(since),
        until=_told(until),
        visits=len(past),
        lines=compared(bundle.drift, observed),
    )


def compared(reference: DriftReference, observed: dict[str, Observed]) -> tuple[DriftLine, ...]:
    """Return a line for each statistic of the reference."""
    return tuple(_line(each, observed.get(each.name)) for each in reference.statistics)


def _line(statistic: Statistic, observed: Observed | None) -> DriftLine:
    if observed is None:
        return DriftLine(statistic.name, 0, 0.0, 0.0, Verdict.TOO_FEW, "")
    bins = np.searchsorted(statistic.edges, observed.values)
    counts = np.bincount(bins, minlength=len(statistic.shares)).astype(np.float64)
    answers = len(observed.values)
    index, limit = statistic.index(counts), statistic.limit(answers)
    verdict = Verdict.DRIFTS if index > limit else Verdict.STEADY
    if answers < LEAST_ANSWERS:
        verdict = Verdict.TOO_FEW
    moved = int(np.abs(counts / answers - statistic.shares).argmax())
    return DriftLine(
        statistic.name,
        answers,
        index,
        limit,
        verdict,
        f"{_range(statistic, moved)}: {statistic.shares[moved]:.1%} expected, "
        f"{counts[moved] / answers:.1%} found",
    )


def _range(statistic: Statistic, number: int) -> str:
    """Return the values of a bin in words."""
    edges = statistic.edges
    if number == len(edges):
        return f"above {edges[-1]:.4g}"
    upper = f"up to {edges[number]:.4g}"
    return upper if number == 0 else f"above {edges[number - 1]:.4g}, {upper}"


def _marked(verdict: Verdict) -> str:
    return f"**{verdict}**" if verdict is Verdict.DRIFTS else str(verdict)


def _told(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
