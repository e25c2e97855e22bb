"""What is counted of erasures; every series starts at 0."""

from collections.abc import Callable
from datetime import datetime

import prometheus_client

PENDING = prometheus_client.Gauge(
    "ofone_recommendation_erasures_pending",
    "Customers who are to be forgotten and are not confirmed to be, at most as many as one look"
    " tells.",
)
PENDING_AGE = prometheus_client.Gauge(
    "ofone_recommendation_erasure_pending_age_seconds",
    "Time since the oldest erasure that is not confirmed here was asked for; 0 without one.",
)
CONFIRMED = prometheus_client.Counter(
    "ofone_recommendation_erasures_confirmed",
    "Erasures that this process has seen to and confirmed.",
)


class PrometheusErasureTelemetry:
    """The role ``ErasureTelemetry``."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        """Know of nothing that waits."""
        self._clock = clock
        self._oldest_seconds: float | None = None
        PENDING_AGE.set_function(self._age)

    def erasures_pending(self, oldest_seconds: float | None, count: int) -> None:
        """See ``ErasureTelemetry.erasures_pending``."""
        self._oldest_seconds = oldest_seconds
        PENDING.set(count)

    def erasure_confirmed(self) -> None:
        """See ``ErasureTelemetry.erasure_confirmed``."""
        CONFIRMED.inc()

    def _age(self) -> float:
        """Return the age; it goes on growing while ``profile`` cannot be asked."""
        oldest = self._oldest_seconds
        return 0.0 if oldest is None else max(0.0, self._clock().timestamp() - oldest)
