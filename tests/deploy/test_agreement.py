"""Manifests and code agree: variables, ports, probes, targets, files and the time to stop."""

import importlib
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any

import pytest
import yaml
from google.protobuf import descriptor_pool

from services.serving.application import ServingSettings
from services.serving.health import LIVE
from services.serving.settings import SettingsError, load_settings, variables
from services.storage.startup import MigrationSettings
from tests.deploy.manifests import (
    SERVICES,
    Document,
    Documents,
    Reference,
    container,
    environment,
    named,
    pod,
    pod_template,
)
from tests.deploy.monitoring import MONITORING

SERVING_PREFIX = "OFONE_SERVING"


def settings_of(service: str) -> tuple[type[Any], str]:
    """Return the settings class of a service and its prefix."""
    module = importlib.import_module(f"services.{service}.settings")
    return getattr(module, f"{service.title()}Settings"), module.PREFIX


def plain(one: Document, documents: Documents) -> dict[str, str]:
    """Return a container's variables of ours; a secret's value is a word that stands for it."""
    return {
        name: "postgresql://secret" if isinstance(value, Reference) else value
        for name, value in environment(one, documents).items()
        if name.startswith("OFONE_")
    }


def disagreements(documents: Documents, service: str) -> list[str]:
    """Return everything in which a service's manifests differ from its code."""
    workload = named(documents, "Deployment", service)
    given = plain(container(workload, service), documents)
    kinds: list[tuple[type[Any], str]] = [settings_of(service), (ServingSettings, SERVING_PREFIX)]
    found = _unread(given, kinds)
    migrating = [(MigrationSettings, kinds[0][1])]
    found += _unread(plain(container(workload, "migrate"), documents), migrating, "migrate: ")
    try:
        settings, prefix = kinds[0]
        load_settings(settings, prefix, given)
        serving = load_settings(ServingSettings, SERVING_PREFIX, given)
    except SettingsError as error:
        return [*found, *str(error).splitlines()]
    stop = serving.drain_seconds + serving.grace_seconds
    if pod(workload)["terminationGracePeriodSeconds"] <= stop:
        found.append(f"stopping takes {stop:g} seconds")
    if serving.host != "0.0.0.0":
        found.append("nobody outside the pod can call")
    if serving.worker_count != 1:
        found.append("only worker 0's metrics are scraped")
    found += _ports(documents, service, grpc=serving.grpc_port, metrics=serving.metrics_port)
    return found + _places(documents, service, given)


def _unread(
    given: dict[str, str], kinds: list[tuple[type[Any], str]], where: str = ""
) -> list[str]:
    read = {name: required for kind in kinds for name, required in variables(*kind).items()}
    return [f"{where}{name} is read by nobody" for name in given if name not in read] + [
        f"{where}{name} is not given" for name in read if read[name] and name not in given
    ]


def _ports(documents: Documents, service: str, *, grpc: int, metrics: int) -> list[str]:
    workload = named(documents, "Deployment", service)
    one = container(workload, service)
    opened = {port["name"]: port["containerPort"] for port in one["ports"]}
    (exposed,) = named(documents, "Service", service)["spec"]["ports"]
    (watched,) = named(documents, "Service", f"{service}-metrics")["spec"]["ports"]
    annotations = pod_template(workload)["metadata"]["annotations"]
    config = yaml.safe_load((MONITORING / "prometheus-config.yaml").read_text())
    scraped = {
        job["job_name"]: (job["dns_sd_configs"][0]["names"], job["dns_sd_configs"][0]["port"])
        for job in config["scrape_configs"]
    }
    readiness = one["readinessProbe"]["grpc"]
    methods = descriptor_pool.Default().FindServiceByName(readiness["service"])
    facts = {
        "container ports": opened == {"grpc": grpc, "metrics": metrics},
        "service port": exposed["port"] == grpc and exposed["targetPort"] == "grpc",
        "metrics port": watched["port"] == metrics and watched["targetPort"] == "metrics",
        "scrape annotation": annotations["prometheus.io/port"] == str(metrics),
        "scrape job": scraped[service] == ([f"{service}-metrics"], metrics),
        "readiness port": readiness["port"] == grpc,
        "readiness service": methods.file.package == f"ofone.{service}.v1",
        "headless": named(documents, "Service", service)["spec"]["clusterIP"] == "None",
    }
    # a service is NOT_SERVING while a database is away, and a restart would not bring it back
    for probe in ("startupProbe", "livenessProbe"):
        facts[probe] = one[probe].get("grpc") == {"port": grpc, "service": LIVE}
    return [f"the {name} differs" for name, holds in facts.items() if not holds]


def _places(documents: Documents, service: str, given: dict[str, str]) -> list[str]:
    """Return variables that point to a target, a file or a folder that is not there."""
    found = []
    workload = named(documents, "Deployment", service)
    mounts = {
        mount["mountPath"]: mount["name"] for mount in container(workload, service)["volumeMounts"]
    }
    targets = {
        f"dns:///{each['metadata']['name']}:{each['spec']['ports'][0]['port']}"
        for each in documents
        if each["kind"] == "Service"
    }
    for name, value in given.items():
        folder = value if name.endswith("_DIR") else str(PurePosixPath(value).parent)
        if name.endswith("_TARGET") and value not in targets:
            found.append(f"{name} points to no service")
        if name.endswith(("_DIR", "_FILE")) and folder not in mounts:
            found.append(f"{name} points to no volume")
    return found


@pytest.mark.parametrize("service", SERVICES)
def test_manifests_and_code_agree(documents: Documents, service: str) -> None:
    importlib.import_module(f"ofone.{service}.v1.{service}_service_pb2")
    assert disagreements(documents, service) == []


def _rename_variable(workload: Document) -> None:
    given = container(workload, "recommendation")["env"]
    (one,) = [each for each in given if each["name"] == "OFONE_RECOMMENDATION_PROFILE_TARGET"]
    one["name"] = "OFONE_RECOMMENDATION_PROFIL_TARGET"


def _misdirect(workload: Document) -> None:
    given = container(workload, "recommendation")["env"]
    (one,) = [each for each in given if each["name"] == "OFONE_RECOMMENDATION_PROFILE_TARGET"]
    one["value"] = "dns:///profile:7402"


def _move_port(workload: Document) -> None:
    container(workload, "recommendation")["ports"][0]["containerPort"] = 7404


def _hurry(workload: Document) -> None:
    pod(workload)["terminationGracePeriodSeconds"] = 15


def _forget_migration(workload: Document) -> None:
    container(workload, "migrate")["env"] = []


def _kill_on_outage(workload: Document) -> None:
    one = container(workload, "recommendation")
    one["livenessProbe"]["grpc"] = one["readinessProbe"]["grpc"]


def _unmount(workload: Document) -> None:
    one = container(workload, "recommendation")
    one["volumeMounts"] = [each for each in one["volumeMounts"] if each["name"] != "models"]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (_rename_variable, "OFONE_RECOMMENDATION_PROFIL_TARGET is read by nobody"),
        (_misdirect, "OFONE_RECOMMENDATION_PROFILE_TARGET points to no service"),
        (_move_port, "the container ports differs"),
        (_hurry, "stopping takes 15 seconds"),
        (_forget_migration, "migrate: OFONE_RECOMMENDATION_DATABASE_URL is not given"),
        (_kill_on_outage, "the livenessProbe differs"),
        (_unmount, "OFONE_RECOMMENDATION_MODEL_DIR points to no volume"),
    ],
)
def test_what_differs_is_named(
    local: Documents, change: Callable[[Document], None], complaint: str
) -> None:
    importlib.import_module("ofone.recommendation.v1.recommendation_service_pb2")
    change(named(local, "Deployment", "recommendation"))
    assert complaint in disagreements(local, "recommendation")
