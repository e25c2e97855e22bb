"""What the service counts beside the standard series of every server."""

from collections.abc import Callable
from datetime import datetime

from prometheus_client import Counter, Gauge, Histogram

from ml.model.bundle import REFUSAL_REASONS, BundleError
from services.embedding.domain.model import Model

LOADS = Counter(
    "ofone_embedding_bundle_loads",
    "Models that were tried, by whether they came into force (loaded) or why not (refused).",
    ("outcome", "reason"),
)
INFO = Gauge(
    "ofone_embedding_model_info",
    "Always 1; the model in force and the kind of index that answers.",
    ("version", "index"),
)
AGE = Gauge("ofone_embedding_model_age_seconds", "Time since the model in force was made.")
CHALLENGER_LOADS = Counter(
    "ofone_embedding_challenger_loads",
    "Challengers that were tried, by whether they are held ready (loaded) or why not (refused).",
    ("outcome", "reason"),
)
CHALLENGER_INFO = Gauge(
    "ofone_embedding_challenger_info",
    "Always 1; the challenger that is held ready and the kind of its index.",
    ("version", "index"),
)
RECALL = Gauge(
    "ofone_embedding_index_recall",
    "Share of exact search's nearest 10 that an index of the model in force finds.",
    ("kind",),
)
CATALOGUE_ITEMS = Gauge("ofone_embedding_catalogue_items", "Items that this process knows of.")
POLL_FAILURES = Counter(
    "ofone_embedding_catalogue_poll_failures", "Looks for changed items that failed."
)
CANDIDATES = Histogram(
    "ofone_embedding_candidates",
    "Candidates in an answer.",
    buckets=(0, 10, 30, 100, 200, 300, 400, 600, 1_000),
)


def declare() -> None:
    """Start every series of loads at 0."""
    LOADS.labels("loaded", "")
    for reason in REFUSAL_REASONS:
        LOADS.labels("refused", reason)


def declare_challenger() -> None:
    """Start every series of the challenger's loads at 0."""
    CHALLENGER_LOADS.labels("loaded", "")
    for reason in REFUSAL_REASONS:
        CHALLENGER_LOADS.labels("refused", reason)


def show_model(model: Model, clock: Callable[[], datetime]) -> None:
    """Show the model that came into force."""
    LOADS.labels("loaded", "").inc()
    INFO.clear()
    INFO.labels(model.version, model.index_kind).set(1)
    RECALL.clear()
    for kind, recall in model.index_recalls.items():
        RECALL.labels(kind).set(recall)
    created = datetime.fromisoformat(model.bundle.facts.created)

    def age_seconds() -> float:
        return (clock() - created).total_seconds()

    AGE.set_function(age_seconds)


def show_refusal(refusal: BundleError) -> None:
    """Count a model that was refused."""
    LOADS.labels("refused", refusal.reason).inc()


def show_challenger(model: Model) -> None:
    """Show the challenger that is held ready from now on."""
    CHALLENGER_LOADS.labels("loaded", "").inc()
    CHALLENGER_INFO.clear()
    CHALLENGER_INFO.labels(model.version, model.index_kind).set(1)


def show_challenger_refusal(refusal: BundleError) -> None:
    """Count a challenger that was refused."""
    CHALLENGER_LOADS.labels("refused", refusal.reason).inc()
