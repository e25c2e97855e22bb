"""The overlays as they render, and the few questions that all tests ask of them."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
KUBERNETES = ROOT / "deploy" / "kubernetes"
SERVICES = ("profile", "embedding", "recommendation")

Document = dict[str, Any]
"""One document of YAML; its form is Kubernetes' affair."""
Documents = list[Document]

_TEMPLATE_PATHS: dict[str, tuple[str, ...]] = {
    "Deployment": ("spec", "template"),
    "StatefulSet": ("spec", "template"),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
}


@dataclass(frozen=True, slots=True)
class Reference:
    """The value of a variable that lies in a Secret."""

    secret: str
    key: str


def render(overlay: str) -> Documents:
    """Return what ``kubectl kustomize`` makes of an overlay."""
    return render_folder(KUBERNETES / "overlays" / overlay)


def render_folder(folder: Path) -> Documents:
    """Return what ``kubectl kustomize`` makes of a folder."""
    answer = subprocess.run(
        ["kubectl", "kustomize", str(folder)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return list(yaml.safe_load_all(answer.stdout))


def named(documents: Documents, kind: str, name: str) -> Document:
    """Return the only document of this kind and name."""
    (found,) = [
        each for each in documents if each["kind"] == kind and each["metadata"]["name"] == name
    ]
    return found


def of_kind(documents: Documents, kind: str) -> Documents:
    """Return the documents of a kind, in order."""
    return [each for each in documents if each["kind"] == kind]


def workloads(documents: Documents) -> Documents:
    """Return everything that makes pods."""
    return [each for each in documents if each["kind"] in _TEMPLATE_PATHS]


def pod_template(workload: Document) -> Document:
    """Return the template of the pods that a workload makes."""
    found = workload
    for step in _TEMPLATE_PATHS[workload["kind"]]:
        found = found[step]
    return found


def pod(workload: Document) -> Document:
    """Return the specification of the pods that a workload makes."""
    specification: Document = pod_template(workload)["spec"]
    return specification


def containers(workload: Document) -> list[Document]:
    """Return all containers of a workload's pods, those that start first before the others."""
    return [*pod(workload).get("initContainers", []), *pod(workload)["containers"]]


def container(workload: Document, name: str) -> Document:
    """Return one container of a workload's pods."""
    (found,) = [each for each in containers(workload) if each["name"] == name]
    return found


def environment(one: Document, documents: Documents) -> dict[str, str | Reference]:
    """Return the variables of a container, config maps resolved."""
    found: dict[str, str | Reference] = {}
    for source in one.get("envFrom", []):
        found |= named(documents, "ConfigMap", source["configMapRef"]["name"])["data"]
    for each in one.get("env", []):
        if "value" in each:
            found[each["name"]] = each["value"]
        else:
            key = each["valueFrom"]["secretKeyRef"]
            found[each["name"]] = Reference(key["name"], key["key"])
    return found


def walk(value: object) -> Iterator[Document]:
    """Give every mapping inside a document, the outer before the inner."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from walk(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from walk(inner)
