"""What this service counts, in Prometheus' form; every series starts at 0."""

from collections import Counter as Tally
from collections.abc import Callable, Sequence
from datetime import datetime

import prometheus_client

from ml.model.bundle import REFUSAL_REASONS, BundleError
from ml.model.history import History
from services.recommendation.adapters.drift import AnswerWatch
from services.recommendation.adapters.served_model import ServedModel
from services.recommendation.domain.degradation import Degradation
from services.recommendation.domain.ranking import Ranking
from services.recommendation.domain.verdict import Considered, Verdict

STAGES = ("snapshot", "retrieve", "rank", "select")
LOG_OUTCOMES = ("written", "dropped", "failed", "forgotten")

_STAGE_BUCKETS = (0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25)

DECISIONS = prometheus_client.Counter(
    "ofone_recommendation_decisions",
    "Decisions made, with at least one offer (offered) or without any (empty).",
    ("outcome",),
)
DEGRADED = prometheus_client.Counter(
    "ofone_recommendation_degraded", "Answers that had to do without something.", ("kind",)
)
VERDICTS = prometheus_client.Counter(
    "ofone_recommendation_verdicts", "What became of the offers looked at.", ("verdict",)
)
LOG_ROWS = prometheus_client.Counter(
    "ofone_recommendation_decision_log_rows", "Decisions by what became of their row.", ("outcome",)
)
LOG_BACKLOG = prometheus_client.Gauge(
    "ofone_recommendation_decision_log_backlog_rows", "Decisions that wait to be written."
)
BUNDLE_LOADS = prometheus_client.Counter(
    "ofone_recommendation_bundle_loads",
    "Published models taken into use (loaded) or refused, with the reason.",
    ("outcome", "reason"),
)
MODEL_AGE = prometheus_client.Gauge(
    "ofone_recommendation_model_age_seconds",
    "Time since the model in use was made; NaN without a model.",
)
STAGE_SECONDS = prometheus_client.Histogram(
    "ofone_recommendation_stage_seconds",
    "Time that a stage of an answer took.",
    ("stage",),
    buckets=_STAGE_BUCKETS,
)


class PrometheusTelemetry:
    """The port ``Telemetry``, and what the log and the model's watcher report."""

    def __init__(self) -> None:
        """Look every series up once, so that counting costs no look-up."""
        self._stages = {name: STAGE_SECONDS.labels(name) for name in STAGES}
        self._degraded = {kind: DEGRADED.labels(kind.name) for kind in Degradation}
        self._verdicts = {verdict: VERDICTS.labels(verdict.name) for verdict in Verdict}
        self._log_rows = {outcome: LOG_ROWS.labels(outcome) for outcome in LOG_OUTCOMES}
        self._offered = DECISIONS.labels("offered")
        self._empty = DECISIONS.labels("empty")
        self._answers = AnswerWatch()
        BUNDLE_LOADS.labels("loaded", "")
        for reason in REFUSAL_REASONS:
            BUNDLE_LOADS.labels("refused", reason)

    def stage(self, name: str, seconds: float) -> None:
        """See ``ports.decisions.Telemetry.stage``."""
        self._stages[name].observe(seconds)

    def degraded(self, kind: Degradation) -> None:
        """See ``ports.decisions.Telemetry.degraded``."""
        self._degraded[kind].inc()

    def decided(self, considered: Sequence[Considered], *, offered: bool) -> None:
        """See ``ports.decisions.Telemetry.decided``."""
        (self._offered if offered else self._empty).inc()
        for verdict, count in Tally(each.verdict for each in considered).items():
            self._verdicts[verdict].inc(count)

    def log_rows(self, outcome: str, count: int) -> None:
        """Count rows of the decision log that were written, dropped, failed or forgotten."""
        self._log_rows[outcome].inc(count)

    def log_backlog(self, count: int) -> None:
        """Note how many rows of the decision log wait."""
        LOG_BACKLOG.set(count)

    def answered(self, history: History, ranking: Ranking) -> None:
        """See ``ports.decisions.Telemetry.answered``."""
        self._answers.answered(history, ranking)

    def bundle_loaded(self, model: ServedModel) -> None:
        """Count a model that came into use, and watch its answers."""
        self._answers.use(model)
        BUNDLE_LOADS.labels("loaded", "").inc()

    def bundle_refused(self, refusal: BundleError) -> None:
        """Count a model that was refused."""
        BUNDLE_LOADS.labels("refused", refusal.reason).inc()

    def show_model_age(
        self, current: Callable[[], ServedModel | None], clock: Callable[[], datetime]
    ) -> None:
        """Show, whenever the metrics are read, how old the model in use is."""

        def age() -> float:
            model = current()
            if model is None:
                return float("nan")
            return (clock() - datetime.fromisoformat(model.bundle.facts.created)).total_seconds()

        MODEL_AGE.set_function(age)
