"""The metrics that the code declares: imported, not guessed from text."""

import importlib
import pkgutil

import prometheus_client
from prometheus_client.metrics import MetricWrapperBase

from tests.deploy.manifests import SERVICES

ELSEWHERE: dict[str, set[str]] = {
    "up": set(),  # Prometheus itself
    "process_cpu_seconds_total": set(),  # prometheus_client, in every process
    "process_resident_memory_bytes": set(),
    "kube_job_status_failed": {"job_name", "reason", "namespace"},  # kube-state-metrics
    "kube_cronjob_status_last_successful_time": {"cronjob", "namespace"},
    "kube_cronjob_created": {"cronjob", "namespace"},
}
"""Series that are not ours, with their labels."""

FROM_SCRAPING = {"job", "instance"}
"""Labels that Prometheus adds."""


def declared() -> dict[str, set[str]]:
    """Return every series that we declare, by name, with its labels (``le`` included)."""
    importlib.import_module("services.serving.metrics")
    importlib.import_module("ml.training.versions.publish_metrics")
    for service in SERVICES:
        adapters = importlib.import_module(f"services.{service}.adapters")
        for module in pkgutil.walk_packages(adapters.__path__, f"{adapters.__name__}."):
            importlib.import_module(module.name)
    found: dict[str, set[str]] = {}
    for collector, names in prometheus_client.REGISTRY._collector_to_names.items():
        if isinstance(collector, MetricWrapperBase):
            labels = set(collector._labelnames)
            for name in set(names) - {collector._name}:
                found[name] = labels | ({"le"} if name.endswith("_bucket") else set())
            if collector._type == "gauge":  # the others' family has no series of its bare name
                found[collector._name] = labels
    return found
