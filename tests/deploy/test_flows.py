"""Nobody reaches anybody, except along the flows of the architecture."""

import pytest

from tests.deploy.flows import Flow, flows
from tests.deploy.manifests import Documents, named

ASK_NAMES = {"profile", "retention", "embedding", "recommendation", "mlflow", "training", "linkage"}
EVERYWHERE: set[Flow] = {
    ("client", "profile", 7401),
    ("client", "embedding", 7402),
    ("client", "recommendation", 7403),
    ("recommendation", "profile", 7401),
    ("recommendation", "embedding", 7402),
    ("training", "profile", 7401),
    ("linkage", "profile", 7401),
    ("training", "embedding", 7402),
    ("training", "mlflow", 5050),
    ("embedding", "mlflow", 5050),
    ("recommendation", "mlflow", 5050),
    ("cluster-prometheus", "profile", 9410),
    ("cluster-prometheus", "embedding", 9420),
    ("cluster-prometheus", "recommendation", 9430),
    ("cluster-prometheus", "embedding", 9440),
    ("cluster-prometheus", "recommendation", 9440),
}
LOCAL: set[Flow] = {
    ("profile", "postgres", 5432),
    ("retention", "postgres", 5432),
    ("embedding", "postgres", 5432),
    ("recommendation", "postgres", 5432),
    ("mlflow", "postgres", 5432),
    ("prometheus", "profile", 9410),
    ("prometheus", "embedding", 9420),
    ("prometheus", "recommendation", 9430),
    ("prometheus", "embedding", 9440),
    ("prometheus", "recommendation", 9440),
    ("grafana", "prometheus", 9090),
}
PRODUCTION: set[Flow] = {
    ("profile", "database", 5432),
    ("retention", "database", 5432),
    ("embedding", "database", 5432),
    ("recommendation", "database", 5432),
    ("mlflow", "database", 5432),
}


def names(callers: set[str]) -> set[Flow]:
    return {(caller, "dns", 53) for caller in callers}


def test_locally_exactly_these_flows_are_open(local: Documents) -> None:
    asking = names(ASK_NAMES | {"postgres", "prometheus", "grafana"})
    assert flows(local) == EVERYWHERE | LOCAL | asking


def test_in_production_exactly_these_flows_are_open(production: Documents) -> None:
    assert flows(production) == EVERYWHERE | PRODUCTION | names(ASK_NAMES)


def test_without_the_policy_that_forbids_strangers_come_in(production: Documents) -> None:
    training = named(production, "NetworkPolicy", "training")
    production.remove(training)
    production.remove(named(production, "NetworkPolicy", "names"))
    assert ("training", "internet", 443) not in flows(production)
    production.remove(named(production, "NetworkPolicy", "nobody"))
    assert ("training", "internet", 443) in flows(production)


@pytest.mark.parametrize(
    ("policy", "closed"),
    [
        ("recommendation", ("recommendation", "profile", 7401)),
        ("profile", ("recommendation", "profile", 7401)),
        ("mlflow", ("training", "mlflow", 5050)),
        ("metrics", ("cluster-prometheus", "embedding", 9420)),
        ("names", ("profile", "dns", 53)),
    ],
)
def test_a_policy_that_is_gone_closes_its_flows(
    local: Documents, policy: str, closed: Flow
) -> None:
    assert closed in flows(local)
    local.remove(named(local, "NetworkPolicy", policy))
    assert closed not in flows(local)
