"""What is counted while a challenger stands beside the champion; every series starts at 0."""

import prometheus_client

from ml.model.bundle import REFUSAL_REASONS, BundleError
from services.recommendation.adapters.served_model import ServedModel
from services.recommendation.domain.comparison import Likeness

SIDES = ("champion", "challenger")
OUTCOMES = ("compared", "dropped", "failed", "unmatched")

_SHARES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
_PROBABILITIES = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0)
_SECONDS = (0.001, 0.0025, 0.005, 0.0075, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25)

LOADS = prometheus_client.Counter(
    "ofone_recommendation_challenger_loads",
    "Challengers that were tried, by whether they are held ready (loaded) or why not (refused).",
    ("outcome", "reason"),
)
INFO = prometheus_client.Gauge(
    "ofone_recommendation_challenger_info",
    "Always 1; the challenger that is held ready.",
    ("version",),
)
ANSWERS = prometheus_client.Counter(
    "ofone_recommendation_challenger_answers",
    "Answers to customers of the challenger's share, by the model that gave them: the champion"
    " steps in where embedding does not hold the challenger.",
    ("model",),
)
COMPARISONS = prometheus_client.Counter(
    "ofone_recommendation_shadow_comparisons",
    "Answers of the champion that were picked for a comparison, by what became of it: compared,"
    " dropped for lack of room, failed, or unmatched where embedding holds another challenger.",
    ("outcome",),
)
OVERLAP = prometheus_client.Histogram(
    "ofone_recommendation_shadow_overlap",
    "Share of the champion's first ten items that the challenger's first ten hold too.",
    buckets=_SHARES,
)
RANK_BIASED_OVERLAP = prometheus_client.Histogram(
    "ofone_recommendation_shadow_rank_biased_overlap",
    "How alike both lists of ten are, the first places weighing most; 1 for equal ones.",
    buckets=_SHARES,
)
SCORE = prometheus_client.Histogram(
    "ofone_recommendation_shadow_score",
    "Mean probability of the first ten items of the lists compared.",
    ("model",),
    buckets=_PROBABILITIES,
)
SECONDS = prometheus_client.Histogram(
    "ofone_recommendation_shadow_seconds",
    "Time for candidates and ranking of the lists compared.",
    ("model",),
    buckets=_SECONDS,
)


class PrometheusTrialTelemetry:
    """The port ``TrialTelemetry``, and what the challenger's watcher reports."""

    def __init__(self) -> None:
        """Look every series up once, so that counting costs no look-up."""
        self._answers = {side: ANSWERS.labels(side) for side in SIDES}
        self._comparisons = {outcome: COMPARISONS.labels(outcome) for outcome in OUTCOMES}
        self._scores = {side: SCORE.labels(side) for side in SIDES}
        self._seconds = {side: SECONDS.labels(side) for side in SIDES}
        LOADS.labels("loaded", "")
        for reason in REFUSAL_REASONS:
            LOADS.labels("refused", reason)

    def answered(self, model: str) -> None:
        """See ``ports.models.TrialTelemetry.answered``."""
        self._answers[model].inc()

    def compared(
        self, likeness: Likeness, *, champion_seconds: float, challenger_seconds: float
    ) -> None:
        """See ``ports.models.TrialTelemetry.compared``."""
        self._comparisons["compared"].inc()
        OVERLAP.observe(likeness.overlap)
        RANK_BIASED_OVERLAP.observe(likeness.rank_biased_overlap)
        self._scores["champion"].observe(likeness.champion_score)
        self._scores["challenger"].observe(likeness.challenger_score)
        self._seconds["champion"].observe(champion_seconds)
        self._seconds["challenger"].observe(challenger_seconds)

    def not_compared(self, outcome: str) -> None:
        """See ``ports.models.TrialTelemetry.not_compared``."""
        self._comparisons[outcome].inc()

    def challenger_loaded(self, model: ServedModel) -> None:
        """Show the challenger that is held ready from now on."""
        LOADS.labels("loaded", "").inc()
        INFO.clear()
        INFO.labels(model.version).set(1)

    def challenger_refused(self, refusal: BundleError) -> None:
        """Count a challenger that was refused."""
        LOADS.labels("refused", refusal.reason).inc()
