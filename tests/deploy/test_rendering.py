"""Both overlays render to what Kubernetes accepts, and nothing in them points into the void."""

from collections import Counter

import kubernetes_validate
import pytest

from tests.deploy.manifests import (
    SERVICES,
    Documents,
    containers,
    named,
    of_kind,
    pod,
    pod_template,
    walk,
    workloads,
)

KUBERNETES_VERSION = "1.36"
EXTERNAL_SECRETS = {
    "profile-database",
    "profile-identifier-key",
    "embedding-database",
    "recommendation-database",
    "mlflow-database",
}
"""What the operator of a production cluster brings; the runbook lists them."""


def test_the_local_overlay_holds_exactly_these_documents(local: Documents) -> None:
    assert Counter(each["kind"] for each in local) == {
        "ConfigMap": 6,
        "CronJob": 3,
        "Deployment": 6,
        "Namespace": 1,
        "NetworkPolicy": 13,
        "PersistentVolumeClaim": 1,
        "PodDisruptionBudget": 3,
        "Secret": 7,
        "Service": 11,
        "ServiceAccount": 9,
        "StatefulSet": 1,
    }


def test_the_production_overlay_holds_exactly_these_documents(production: Documents) -> None:
    assert Counter(each["kind"] for each in production) == {
        "ConfigMap": 1,
        "CronJob": 3,
        "Deployment": 4,
        "HorizontalPodAutoscaler": 3,
        "Namespace": 1,
        "NetworkPolicy": 10,
        "PersistentVolumeClaim": 1,
        "PodDisruptionBudget": 3,
        "Service": 8,
        "ServiceAccount": 6,
    }


def test_every_document_is_valid_to_the_letter(documents: Documents) -> None:
    for each in documents:
        kubernetes_validate.validate(each, KUBERNETES_VERSION, strict=True)


def test_a_misspelt_field_is_not_valid(local: Documents) -> None:
    pod(named(local, "Deployment", "profile"))["terminationGraceSeconds"] = 30
    with pytest.raises(kubernetes_validate.ValidationError, match="terminationGraceSeconds"):
        kubernetes_validate.validate(
            named(local, "Deployment", "profile"), KUBERNETES_VERSION, strict=True
        )


def test_a_kind_that_kubernetes_does_not_know_is_not_valid(local: Documents) -> None:
    monitor = named(local, "Service", "profile") | {
        "apiVersion": "monitoring.example/v1",
        "kind": "ServiceMonitor",
    }
    with pytest.raises(kubernetes_validate.SchemaNotFoundError):
        kubernetes_validate.validate(monitor, KUBERNETES_VERSION, strict=True)


def test_everything_lives_in_one_namespace(documents: Documents) -> None:
    (namespace,) = of_kind(documents, "Namespace")
    assert {each["metadata"]["namespace"] for each in documents if each["kind"] != "Namespace"} == {
        namespace["metadata"]["name"]
    }


def missing(documents: Documents) -> set[tuple[str, str]]:
    """Return kind and name of everything that a workload refers to and that is not there."""
    there = {(each["kind"], each["metadata"]["name"]) for each in documents}
    wanted: set[tuple[str, str]] = set()
    for each in walk([pod(workload) for workload in workloads(documents)]):
        for field, kind, name in (
            ("secretKeyRef", "Secret", "name"),
            ("secret", "Secret", "secretName"),
            ("configMapRef", "ConfigMap", "name"),
            ("configMap", "ConfigMap", "name"),
            ("persistentVolumeClaim", "PersistentVolumeClaim", "claimName"),
        ):
            if isinstance(each.get(field), dict):
                wanted.add((kind, each[field][name]))
        if "serviceAccountName" in each:
            wanted.add(("ServiceAccount", each["serviceAccountName"]))
    for each in of_kind(documents, "HorizontalPodAutoscaler"):
        wanted.add(("Deployment", each["spec"]["scaleTargetRef"]["name"]))
    for each in of_kind(documents, "StatefulSet"):
        wanted.add(("Service", each["spec"]["serviceName"]))
    return wanted - there


def test_the_local_overlay_refers_to_nothing_that_it_lacks(local: Documents) -> None:
    assert missing(local) == set()


def test_the_production_overlay_lacks_the_operators_secrets_alone(production: Documents) -> None:
    assert missing(production) == {("Secret", name) for name in EXTERNAL_SECRETS}


def test_a_service_account_that_is_gone_is_missed(local: Documents) -> None:
    local.remove(named(local, "ServiceAccount", "training"))
    assert missing(local) == {("ServiceAccount", "training")}


def test_every_mount_has_its_volume(documents: Documents) -> None:
    for workload in workloads(documents):
        volumes = {each["name"] for each in pod(workload).get("volumes", [])}
        for claim in workload["spec"].get("volumeClaimTemplates", []):
            volumes.add(claim["metadata"]["name"])
        mounts = {
            mount["name"] for one in containers(workload) for mount in one.get("volumeMounts", [])
        }
        assert mounts == volumes, workload["metadata"]["name"]


def test_every_selector_finds_pods(documents: Documents) -> None:
    labels = [pod_template(each)["metadata"]["labels"] for each in workloads(documents)]
    for each in documents:
        if each["kind"] not in ("Service", "PodDisruptionBudget", "Deployment", "StatefulSet"):
            continue
        selector = each["spec"]["selector"]
        wanted = selector.get("matchLabels", selector).items()
        found = [one for one in labels if wanted <= one.items()]
        assert len(found) == 1, each["metadata"]["name"]


@pytest.mark.parametrize("service", SERVICES)
def test_production_never_runs_fewer_than_three_replicas_and_spreads_them(
    production: Documents, service: str
) -> None:
    scaler = named(production, "HorizontalPodAutoscaler", service)
    assert scaler["spec"]["minReplicas"] == 3
    deployment = named(production, "Deployment", service)
    assert "replicas" not in deployment["spec"]  # a deployment must not undo the autoscaler
    spread = {each["topologyKey"] for each in pod(deployment)["topologySpreadConstraints"]}
    assert spread == {"kubernetes.io/hostname", "topology.kubernetes.io/zone"}
    assert named(production, "PodDisruptionBudget", service)["spec"]["maxUnavailable"] == 1


@pytest.mark.parametrize("job", ["training", "linkage"])
def test_no_night_runs_twice_at_once(documents: Documents, job: str) -> None:
    assert named(documents, "CronJob", job)["spec"]["concurrencyPolicy"] == "Forbid"
