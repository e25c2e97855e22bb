"""An erasure grows older while nobody sees to it."""

from datetime import UTC, datetime, timedelta

from prometheus_client import REGISTRY

from services.recommendation.adapters.erasure_telemetry import PrometheusErasureTelemetry


def test_the_age_goes_on_growing_without_another_look() -> None:
    now = [datetime(2026, 3, 31, 12, tzinfo=UTC)]
    telemetry = PrometheusErasureTelemetry(lambda: now[0])
    name = "ofone_recommendation_erasure_pending_age_seconds"
    assert REGISTRY.get_sample_value(name) == 0
    telemetry.erasures_pending(now[0].timestamp() - 10, 1)
    assert REGISTRY.get_sample_value(name) == 10
    now[0] += timedelta(minutes=1)
    assert REGISTRY.get_sample_value(name) == 70
    telemetry.erasures_pending(None, 0)
    assert REGISTRY.get_sample_value(name) == 0


def test_what_waits_and_what_is_done_are_counted() -> None:
    telemetry = PrometheusErasureTelemetry(lambda: datetime(2026, 3, 31, tzinfo=UTC))
    name = "ofone_recommendation_erasures_confirmed_total"
    before = REGISTRY.get_sample_value(name)
    assert before is not None
    telemetry.erasures_pending(1.0, 3)
    telemetry.erasure_confirmed()
    assert REGISTRY.get_sample_value("ofone_recommendation_erasures_pending") == 3
    assert REGISTRY.get_sample_value(name) == before + 1
