"""What the service counts."""

import pytest
from prometheus_client import REGISTRY

from ml.model.bundle import REFUSAL_REASONS, BundleError
from services.recommendation.adapters.telemetry import PrometheusTelemetry

LOADS = "ofone_recommendation_bundle_loads_total"


@pytest.mark.parametrize("reason", REFUSAL_REASONS)
def test_refusals_are_counted_from_0_by_reason(reason: str) -> None:
    telemetry = PrometheusTelemetry()
    labels = {"outcome": "refused", "reason": reason}
    before = REGISTRY.get_sample_value(LOADS, labels)
    assert before is not None  # an increase is seen only where a series was there before it
    telemetry.bundle_refused(BundleError(reason, "for the test"))
    assert REGISTRY.get_sample_value(LOADS, labels) == before + 1
