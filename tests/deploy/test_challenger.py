"""With the challenger's component an overlay is as valid and as tight as without it."""

import importlib
import shutil

import kubernetes_validate
import pytest
import yaml

from tests.deploy.flows import flows
from tests.deploy.manifests import (
    KUBERNETES,
    Documents,
    container,
    containers,
    environment,
    named,
    render_folder,
)
from tests.deploy.test_agreement import disagreements
from tests.deploy.test_flows import ASK_NAMES, EVERYWHERE, PRODUCTION, names
from tests.deploy.test_hardening import loose_ends
from tests.deploy.test_learning import understand, words
from tests.deploy.test_rendering import KUBERNETES_VERSION

WITH_MODEL = ["embedding", "recommendation"]


@pytest.fixture(scope="module")
def challenged(tmp_path_factory: pytest.TempPathFactory) -> Documents:
    """Give the production overlay with the component."""
    if shutil.which("kubectl") is None:
        pytest.skip("kubectl is not installed")
    copied = shutil.copytree(KUBERNETES, tmp_path_factory.mktemp("deploy") / "kubernetes")
    production = copied / "overlays" / "production"
    overlay = yaml.safe_load((production / "kustomization.yaml").read_text())
    overlay["components"].append("../../components/challenger")
    (production / "kustomization.yaml").write_text(yaml.safe_dump(overlay))
    return render_folder(production)


def test_every_document_is_valid(challenged: Documents) -> None:
    for each in challenged:
        kubernetes_validate.validate(each, KUBERNETES_VERSION, strict=True)


@pytest.mark.parametrize("service", WITH_MODEL)
def test_the_service_is_told_where_its_sidecar_publishes(
    challenged: Documents, service: str
) -> None:
    importlib.import_module(f"ofone.{service}.v1.{service}_service_pb2")
    workload = named(challenged, "Deployment", service)
    assert disagreements(challenged, service) == []
    assert loose_ends(workload) == []
    given = environment(container(workload, service), challenged)
    folder = given[f"OFONE_{service.upper()}_CHALLENGER_DIR"]
    sidecar = container(workload, "publish-challenger")
    assert sidecar["restartPolicy"] == "Always"
    understand(words(sidecar))
    assert {f"--model-dir={folder}", "--alias=challenger"} < set(words(sidecar))
    mounts = {
        one["name"]: mount.get("readOnly", False)
        for one in containers(workload)
        for mount in one["volumeMounts"]
        if mount["mountPath"] == folder
    }
    assert mounts == {"publish-challenger": False, service: True}


@pytest.mark.parametrize("service", WITH_MODEL)
def test_the_champion_is_published_and_run_as_before(
    challenged: Documents, production: Documents, service: str
) -> None:
    with_it, without = (named(each, "Deployment", service) for each in (challenged, production))
    assert container(with_it, "publish") == container(without, "publish")
    assert container(with_it, "migrate") == container(without, "migrate")
    before = environment(container(without, service), production)
    after = environment(container(with_it, service), challenged)
    assert before.items() <= after.items()


def test_nobody_is_answered_by_the_challenger_unasked(challenged: Documents) -> None:
    workload = named(challenged, "Deployment", "recommendation")
    given = environment(container(workload, "recommendation"), challenged)
    assert given["OFONE_RECOMMENDATION_CHALLENGER_SHARE"] == "0"


def test_no_further_flow_is_open(challenged: Documents) -> None:
    assert flows(challenged) == EVERYWHERE | PRODUCTION | names(ASK_NAMES)


def test_all_images_are_of_one_version(challenged: Documents) -> None:
    tags = {
        one["image"].partition(":")[2]
        for service in WITH_MODEL
        for one in containers(named(challenged, "Deployment", service))
    }
    assert len(tags) == 1
    assert tags.isdisjoint({"", "latest"})
