"""A reference of drift of the small model, written by hand, for any test that needs one."""

import dataclasses
import itertools

import numpy as np
from prometheus_client import REGISTRY

from ml.model.bundle import Bundle
from ml.model.drift import ANSWER_STATISTICS, VECTOR_STATISTICS, DriftReference, Statistic
from tests.models import sealed, small_bundle

EDGES = {
    "history_length": (1.0, 3.0),
    "unknown_items": (0.0, 0.5),
    "vector_length": (0.5, 1.0),
} | {f"vector_axis_{axis}": (-0.5, 0.5) for axis in (1, 2, 3)}
"""Of the others: a third and two thirds."""

SHARES = (0.5, 0.3, 0.2)


_seeds = itertools.count(1_000)


def watched_bundle() -> Bundle:
    """Return a small bundle with a reference of three bins for every statistic.

    Each is a version of its own: series of metrics outlive the test that made them.
    """
    bundle = small_bundle(seed=next(_seeds))
    statistics = tuple(
        Statistic(name, EDGES.get(name, (1 / 3, 2 / 3)), SHARES, limit_floor=0.02, limit_slope=30.0)
        for name in (*ANSWER_STATISTICS, *VECTOR_STATISTICS)
    )
    axes = np.eye(3, bundle.item_factors.shape[1], dtype=np.float32)
    reference = DriftReference(1_000, axes, statistics)
    return sealed(dataclasses.replace(bundle, drift=reference))


def counted(statistic: str, bundle: Bundle) -> list[float | None]:
    """Return what the page of metrics says of the three bins; ``None`` for no such series."""
    labels = {"statistic": statistic, "version": bundle.facts.version}
    return [
        REGISTRY.get_sample_value("ofone_serving_drift_answers_total", labels | {"bin": str(place)})
        for place in range(3)
    ]
