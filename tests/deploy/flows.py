"""Who can reach whom under the network policies: the rules of Kubernetes, small and exact.

A flow needs both ends: the caller's way out and the called's way in. A pod that some policy
selects for a direction may do in that direction what a policy allows, and nothing else.
"""

import ipaddress
from dataclasses import dataclass, field
from typing import Any

from tests.deploy.manifests import Documents, containers, of_kind, pod_template, workloads

HERE = "ofone"


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody who may call or be called."""

    name: str
    labels: dict[str, str] = field(default_factory=dict)
    namespace: str = HERE
    namespace_labels: dict[str, str] = field(default_factory=dict)
    ports: tuple[int, ...] = ()
    address: str | None = None
    """For a party outside the cluster."""


OUTSIDERS = (
    Party("client", namespace="till", namespace_labels={"ofone-client": "true"}),
    Party("stranger", namespace="elsewhere", ports=(80, 443, 5432)),
    Party("internet", namespace="", ports=(80, 443), address="192.0.2.1"),
    Party("database", namespace="", ports=(22, 5432), address="10.1.2.3"),
    Party(
        "cluster-prometheus",
        namespace="monitoring",
        labels={"app.kubernetes.io/name": "prometheus"},
    ),
    Party(
        "dns",
        namespace="kube-system",
        namespace_labels={"kubernetes.io/metadata.name": "kube-system"},
        labels={"k8s-app": "kube-dns"},
        ports=(53,),
    ),
)

Flow = tuple[str, str, int]
"""Caller, called, port."""


def parties(documents: Documents) -> list[Party]:
    """Return the workloads of an overlay, with the ports that their containers open."""
    return [
        Party(
            each["metadata"]["name"],
            labels=pod_template(each)["metadata"]["labels"],
            ports=tuple(
                port["containerPort"] for one in containers(each) for port in one.get("ports", [])
            ),
        )
        for each in workloads(documents)
    ]


def flows(documents: Documents) -> set[Flow]:
    """Return every flow that the policies let through, among the workloads and outsiders."""
    policies = of_kind(documents, "NetworkPolicy")
    everyone = [*parties(documents), *OUTSIDERS]
    return {
        (caller.name, called.name, port)
        for caller in everyone
        for called in everyone
        if caller is not called and HERE in (caller.namespace, called.namespace)
        for port in called.ports
        if _may(policies, caller, called, port, direction="Egress")
        and _may(policies, called, caller, port, direction="Ingress")
    }


def _may(policies: Documents, one: Party, other: Party, port: int, *, direction: str) -> bool:
    if one.namespace != HERE:
        return True
    mine = [
        each["spec"]
        for each in policies
        if direction in each["spec"]["policyTypes"] and _selects(each["spec"]["podSelector"], one)
    ]
    side, peers = ("egress", "to") if direction == "Egress" else ("ingress", "from")
    return not mine or any(
        (not rule.get("ports") or port in [each["port"] for each in rule["ports"]])
        and (not rule.get(peers) or any(_matches(peer, other) for peer in rule[peers]))
        for specification in mine
        for rule in specification.get(side, [])
    )


def _matches(peer: dict[str, Any], party: Party) -> bool:
    if "ipBlock" in peer:
        block = ipaddress.ip_network(peer["ipBlock"]["cidr"])
        return party.address is not None and ipaddress.ip_address(party.address) in block
    if party.address is not None:
        return False
    if "namespaceSelector" in peer:
        if not _fits(peer["namespaceSelector"], party.namespace_labels):
            return False
    elif party.namespace != HERE:
        return False
    return _fits(peer.get("podSelector", {}), party.labels)


def _selects(selector: dict[str, Any], party: Party) -> bool:
    return party.namespace == HERE and _fits(selector, party.labels)


def _fits(selector: dict[str, Any], labels: dict[str, str]) -> bool:
    for each in selector.get("matchExpressions", []):
        if each["operator"] != "In":
            raise ValueError(f"the operator {each['operator']} is not known here")
        if labels.get(each["key"]) not in each["values"]:
            return False
    return bool(selector.get("matchLabels", {}).items() <= labels.items())
