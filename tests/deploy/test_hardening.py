"""Every pod is held to the restricted profile, in deed and not only by the namespace's label."""

from collections.abc import Callable

import pytest

from tests.deploy.manifests import (
    SERVICES,
    Document,
    Documents,
    container,
    containers,
    named,
    of_kind,
    pod,
    workloads,
)

WRITABLE = {"emptyDir", "persistentVolumeClaim"}


def loose_ends(workload: Document) -> list[str]:
    """Return what is not as tight as it should be, each as a word or two."""
    found = []
    security = pod(workload).get("securityContext", {})
    if not security.get("runAsNonRoot") or not security.get("runAsUser"):
        found.append("may run as root")
    if security.get("seccompProfile") != {"type": "RuntimeDefault"}:
        found.append("no seccomp profile")
    if pod(workload).get("automountServiceAccountToken") is not False:
        found.append("gets a token")
    if pod(workload).get("enableServiceLinks") is not False:
        found.append("gets variables named after services")
    if any(pod(workload).get(name) for name in ("hostNetwork", "hostPID", "hostIPC")):
        found.append("shares the host's namespaces")
    for one in containers(workload):
        found.extend(f"{one['name']}: {problem}" for problem in _loose_container(one))
    found.extend(
        f"{volume['name']}: a path of the host"
        for volume in pod(workload).get("volumes", [])
        if "hostPath" in volume
    )
    return found


def _loose_container(one: Document) -> list[str]:
    found = []
    security = one.get("securityContext", {})
    if security.get("readOnlyRootFilesystem") is not True:
        found.append("writable root")
    if security.get("allowPrivilegeEscalation") is not False:
        found.append("may escalate")
    if security.get("capabilities") != {"drop": ["ALL"]}:
        found.append("keeps capabilities")
    resources = one.get("resources", {})
    found.extend(
        f"no {bound}"
        for bound in ("requests", "limits")
        if set(resources.get(bound, {})) != {"cpu", "memory"}
    )
    if any("hostPort" in port for port in one.get("ports", [])):
        found.append("port of the host")
    return found


def test_every_workload_is_tight(documents: Documents) -> None:
    found = {each["metadata"]["name"]: loose_ends(each) for each in workloads(documents)}
    assert len(found) >= 5
    assert {name: problems for name, problems in found.items() if problems} == {}


def _loosen_root(workload: Document) -> None:
    container(workload, "embedding")["securityContext"]["readOnlyRootFilesystem"] = False


def _loosen_user(workload: Document) -> None:
    del pod(workload)["securityContext"]["runAsNonRoot"]


def _loosen_sidecar(workload: Document) -> None:
    container(workload, "publish")["securityContext"]["capabilities"] = {"add": ["NET_ADMIN"]}


def _loosen_limits(workload: Document) -> None:
    del container(workload, "migrate")["resources"]["limits"]


def _loosen_token(workload: Document) -> None:
    del pod(workload)["automountServiceAccountToken"]


@pytest.mark.parametrize(
    ("loosen", "problem"),
    [
        (_loosen_root, "embedding: writable root"),
        (_loosen_user, "may run as root"),
        (_loosen_sidecar, "publish: keeps capabilities"),
        (_loosen_limits, "migrate: no limits"),
        (_loosen_token, "gets a token"),
    ],
)
def test_what_is_loosened_is_found(
    local: Documents, loosen: Callable[[Document], None], problem: str
) -> None:
    workload = named(local, "Deployment", "embedding")
    loosen(workload)
    assert loose_ends(workload) == [problem]


def test_the_namespace_enforces_the_restricted_profile(documents: Documents) -> None:
    (namespace,) = of_kind(documents, "Namespace")
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


def test_no_service_account_carries_a_token(documents: Documents) -> None:
    accounts = of_kind(documents, "ServiceAccount")
    assert accounts
    assert all(each["automountServiceAccountToken"] is False for each in accounts)


@pytest.mark.parametrize("service", ["embedding", "recommendation"])
def test_a_service_reads_the_published_model_and_the_sidecar_alone_writes_it(
    documents: Documents, service: str
) -> None:
    workload = named(documents, "Deployment", service)
    mounts = {
        one["name"]: mount.get("readOnly", False)
        for one in containers(workload)
        for mount in one["volumeMounts"]
        if mount["mountPath"] == "/models"
    }
    assert mounts == {"publish": False, service: True}
    # what restarts always among the first containers is a sidecar: it outlives the service
    assert container(workload, "publish")["restartPolicy"] == "Always"


def test_no_secret_stands_in_the_production_overlay(production: Documents) -> None:
    assert of_kind(production, "Secret") == []


def _mebibytes(one: Document, bound: str) -> int:
    quantity = one["resources"][bound]["memory"]
    return int(quantity[:-2]) * {"Mi": 1, "Gi": 1024}[quantity[-2:]]


@pytest.mark.parametrize("service", SERVICES)
def test_migrating_has_room_for_all_that_the_service_imports(
    documents: Documents, service: str
) -> None:
    # `migrate` of recommendation takes 250 MiB, nearly all of it for libraries
    workload = named(documents, "Deployment", service)
    least = _mebibytes(container(workload, service), "requests")
    assert _mebibytes(container(workload, "migrate"), "limits") >= least


@pytest.mark.parametrize("service", ["embedding", "recommendation"])
def test_beside_the_publishing_sidecar_a_rollback_by_hand_has_room(
    documents: Documents, service: str
) -> None:
    # each takes 230 MiB before it holds a model
    sidecar = container(named(documents, "Deployment", service), "publish")
    assert _mebibytes(sidecar, "limits") >= 1024
