"""Erasures that this process has seen to are counted."""

from prometheus_client import REGISTRY

from services.recommendation.adapters.erasure_telemetry import PrometheusErasureTelemetry


def test_what_is_done_is_counted() -> None:
    name = "ofone_recommendation_erasures_confirmed_total"
    before = REGISTRY.get_sample_value(name)
    assert before is not None
    PrometheusErasureTelemetry().erasure_confirmed()
    assert REGISTRY.get_sample_value(name) == before + 1
