"""Counts values in bins that come and go while the process runs, beside what is expected of them.

The counts only grow; whoever reads them decides over which window they are compared, and may add
up those of several replicas.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from prometheus_client import Counter, Gauge

ANSWERS = Counter(
    "ofone_serving_drift_answers",
    "Answers by the bin that a statistic of theirs falls into, for the model version in use.",
    ("statistic", "bin", "version"),
)
EXPECTED_SHARE = Gauge(
    "ofone_serving_drift_expected_share",
    "Share of answers in the bin when the model was made, 0 to 1.",
    ("statistic", "bin", "version"),
)
LIMIT_FLOOR = Gauge(
    "ofone_serving_drift_limit_floor",
    "Largest stability index that chance explains, for a window of endlessly many answers.",
    ("statistic", "version"),
)
LIMIT_SLOPE = Gauge(
    "ofone_serving_drift_limit_slope",
    "What is added to the limit's floor, times the number of answers in the window.",
    ("statistic", "version"),
)
WATCHED = Gauge(
    "ofone_serving_drift_statistics",
    "Statistics that are watched; 0 when the model in use brought no reference.",
    ("version",),
)


class Expectation(Protocol):
    """What is expected of one statistic."""

    @property
    def name(self) -> str:
        """Its name."""
        ...

    @property
    def shares(self) -> tuple[float, ...]:
        """The share of answers in each bin."""
        ...

    @property
    def limit_floor(self) -> float:
        """The limit for endlessly many answers."""
        ...

    @property
    def limit_slope(self) -> float:
        """What is added to it, times the number of answers."""
        ...

    def bin_of(self, value: float) -> int:
        """Return the bin that holds ``value``, from 0 on."""
        ...


@dataclass(frozen=True, slots=True)
class _Bins:
    """The series of one version, looked up once."""

    version: str
    expectations: Mapping[str, Expectation]
    counters: Mapping[str, tuple[Counter, ...]]


class BinCounter:
    """Counts the values of one version's answers; another version takes its place whole.

    ``count`` may be called from any thread at any time; ``use`` belongs to one thread.
    """

    def __init__(self) -> None:
        """Count nothing yet."""
        self._bins = _Bins("", {}, {})

    def use(self, version: str, expectations: Iterable[Expectation]) -> None:
        """Count for this version from now on, from 0; the series of the one before end.

        Args:
            version: of the model.
            expectations: one for each statistic; none where the model brought no reference.
        """
        _forget(self._bins)
        known = {each.name: each for each in expectations}
        WATCHED.labels(version).set(len(known))
        self._bins = _Bins(version, known, {name: _shown(version, known[name]) for name in known})

    def count(self, version: str, values: Mapping[str, float]) -> None:
        """Count an answer.

        Args:
            version: of the model that answered; another than the one in use counts for nothing.
            values: by statistic; those that nothing is expected of are passed over.
        """
        bins = self._bins
        if version != bins.version:
            return
        for name, value in values.items():
            expectation = bins.expectations.get(name)
            if expectation is not None:
                bins.counters[name][expectation.bin_of(value)].inc()


def _shown(version: str, expectation: Expectation) -> tuple[Counter, ...]:
    """Show what is expected, and return the counters of the bins."""
    name = expectation.name
    LIMIT_FLOOR.labels(name, version).set(expectation.limit_floor)
    LIMIT_SLOPE.labels(name, version).set(expectation.limit_slope)
    for place, share in enumerate(expectation.shares):
        EXPECTED_SHARE.labels(name, str(place), version).set(share)
    return tuple(
        ANSWERS.labels(name, str(place), version) for place in range(len(expectation.shares))
    )


def _forget(bins: _Bins) -> None:
    if not bins.version:
        return
    WATCHED.remove(bins.version)
    for name, counters in bins.counters.items():
        LIMIT_FLOOR.remove(name, bins.version)
        LIMIT_SLOPE.remove(name, bins.version)
        for place in range(len(counters)):
            ANSWERS.remove(name, str(place), bins.version)
            EXPECTED_SHARE.remove(name, str(place), bins.version)
