"""What is counted of erasures; what waits is shown by ``profile``, which knows all holders."""

import prometheus_client

CONFIRMED = prometheus_client.Counter(
    "ofone_recommendation_erasures_confirmed",
    "Erasures that this process has seen to and confirmed.",
)


class PrometheusErasureTelemetry:
    """The role ``ErasureTelemetry``."""

    def erasure_confirmed(self) -> None:
        """See ``ErasureTelemetry.erasure_confirmed``."""
        CONFIRMED.inc()
