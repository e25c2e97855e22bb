"""With Spark's component the night's training makes a cluster of its own, as tight as the rest."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import kubernetes_validate
import pytest
import yaml

from tests.deploy.flows import flows
from tests.deploy.manifests import (
    KUBERNETES,
    ROOT,
    Document,
    Documents,
    container,
    named,
    pod,
    render_folder,
)
from tests.deploy.recipes import IMAGES, copied, steps
from tests.deploy.test_hardening import loose_ends
from tests.deploy.test_learning import understand
from tests.deploy.test_rendering import KUBERNETES_VERSION, missing

PAGE = ROOT / "docs" / "spark.md"
ENTRYPOINT = IMAGES / "spark-entrypoint.sh"


@pytest.fixture(scope="module")
def rendered_with_spark(tmp_path_factory: pytest.TempPathFactory) -> Documents:
    """Give the production overlay with what the page adds to it."""
    if shutil.which("kubectl") is None:
        pytest.skip("kubectl is not installed")
    copy = shutil.copytree(KUBERNETES, tmp_path_factory.mktemp("deploy") / "kubernetes")
    production = copy / "overlays" / "production"
    overlay = yaml.safe_load((production / "kustomization.yaml").read_text())
    for section, entries in added_by_the_page().items():
        overlay.setdefault(section, []).extend(entries)
    (production / "kustomization.yaml").write_text(yaml.safe_dump(overlay))
    return render_folder(production)


def added_by_the_page() -> dict[str, list[object]]:
    (found,) = re.findall(r"```yaml\n(components:.*?)```", PAGE.read_text(), re.DOTALL)
    sections: dict[str, list[object]] = yaml.safe_load(found)
    return sections


def properties(documents: Documents) -> dict[str, str]:
    """Return what spark-submit reads."""
    (config,) = [
        each
        for each in documents
        if each["kind"] == "ConfigMap" and "spark.properties" in each["data"]
    ]
    lines = config["data"]["spark.properties"].splitlines()
    pairs = [line.split(None, 1) for line in lines if line and not line.startswith("#")]
    return {name: value.strip() for name, value in pairs}


def template(documents: Documents, kind: str) -> Document:
    (config,) = [
        each for each in documents if each["kind"] == "ConfigMap" and f"{kind}.yaml" in each["data"]
    ]
    made: Document = yaml.safe_load(config["data"][f"{kind}.yaml"])
    return made


def test_every_document_is_valid_and_refers_to_what_is_there(
    rendered_with_spark: Documents,
) -> None:
    for each in rendered_with_spark:
        kubernetes_validate.validate(each, KUBERNETES_VERSION, strict=True)
    assert all(kind == "Secret" for kind, _ in missing(rendered_with_spark))
    account = named(rendered_with_spark, "RoleBinding", "spark")["subjects"][0]["name"]
    assert named(rendered_with_spark, "ServiceAccount", account)


def test_the_night_is_spark_s_alone(rendered_with_spark: Documents) -> None:
    nights = [each for each in rendered_with_spark if each["kind"] == "CronJob"]
    (night,) = [each for each in nights if pod(each)["serviceAccountName"] == "spark"]
    assert night["metadata"]["name"] == "training-spark"
    assert [each for each in nights if each["metadata"]["name"] == "training"] == []
    assert loose_ends(night) == ["gets a token"]  # spark-submit asks the API server for pods
    steps_of_it = [each["name"] for each in pod(night)["initContainers"]]
    assert steps_of_it == ["import", "train"]
    understand(container(night, "import")["args"])
    understand(container(night, "promote")["command"][-1].split()[3:4])


def test_what_is_submitted_is_understood(rendered_with_spark: Documents) -> None:
    script = container(named(rendered_with_spark, "CronJob", "training-spark"), "train")["args"][-1]
    (words,) = re.findall(r"local:///app/ml/__main__\.py (.*)", script)
    understand(words.split())
    assert "--engine=spark" in words
    assert "--properties-file /etc/spark/spark.properties" in script


def test_the_driver_and_its_executors_run_the_image_that_submits(
    rendered_with_spark: Documents,
) -> None:
    train = container(named(rendered_with_spark, "CronJob", "training-spark"), "train")
    (image,) = [each["value"] for each in train["env"] if each["name"] == "IMAGE"]
    assert image == train["image"]
    assert re.fullmatch(r"ofone-spark:\d+\.\d+\.\d+", image)


@pytest.mark.parametrize("kind", ["driver", "executor"])
def test_a_pod_that_spark_makes_is_valid_and_confined(
    rendered_with_spark: Documents, kind: str
) -> None:
    told = properties(rendered_with_spark)
    made = template(rendered_with_spark, kind)
    assert told[f"spark.kubernetes.{kind}.podTemplateFile"] == f"/etc/spark/{kind}.yaml"
    (one,) = made["spec"]["containers"]
    assert told[f"spark.kubernetes.{kind}.podTemplateContainerName"] == one["name"]
    one |= {"image": "ofone-spark", "resources": {"limits": {"cpu": "1", "memory": "1Gi"}}}
    made["metadata"]["name"] = kind
    kubernetes_validate.validate(made, KUBERNETES_VERSION, strict=True)
    assert one["securityContext"]["readOnlyRootFilesystem"]
    assert one["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert made["spec"]["securityContext"]["runAsNonRoot"]


def test_driver_and_executors_reach_each_other_and_executors_nobody_else(
    rendered_with_spark: Documents,
) -> None:
    told = properties(rendered_with_spark)
    ports = {
        "driver": [told["spark.driver.port"], told["spark.driver.blockManager.port"]],
        "executor": [told["spark.blockManager.port"]],
    }
    cluster: Documents = []
    for kind, opened in ports.items():
        made = template(rendered_with_spark, kind)
        made["spec"]["containers"][0]["ports"] = [{"containerPort": int(port)} for port in opened]
        cluster.append(
            {"kind": "Deployment", "metadata": {"name": kind}, "spec": {"template": made}}
        )

    found = flows([*rendered_with_spark, *cluster])

    assert {flow for flow in found if flow[0] == "executor"} - {("executor", "dns", 53)} == {
        ("executor", "driver", 7078),
        ("executor", "driver", 7079),
    }
    assert {flow for flow in found if flow[1] == "executor"} == {
        ("driver", "executor", 7079),
        ("training-spark", "executor", 7079),
    }
    assert ("driver", "mlflow", 5050) in found


def test_the_settings_of_the_driver_are_settings(rendered_with_spark: Documents) -> None:
    page = (ROOT / "docs" / "settings.md").read_text()
    prefix = "spark.kubernetes.driverEnv."
    told = [name.removeprefix(prefix) for name in properties(rendered_with_spark) if prefix in name]
    assert "OFONE_SPARK_WORK_DIR" in told
    assert [name for name in told if f"`{name}`" not in page] == []


def test_the_image_holds_the_learning_code_and_nothing_of_a_service() -> None:
    assert copied(IMAGES / "spark.Containerfile", {}) == {
        "requirements/spark.txt",
        "services/__init__.py",
        "services/serving",
        "protos/gen",
        "ml",
        "--chmod=755",
        "deploy/images/spark-entrypoint.sh",
    }
    (entry,) = [
        each.rest for each in steps(IMAGES / "spark.Containerfile") if each.word == "ENTRYPOINT"
    ]
    assert entry == '["/app/entrypoint.sh"]'


def run_entrypoint(
    tmp_path: Path, *words: str, code: int = 0, **variables: str
) -> tuple[int, list[str]]:
    """Run the script with programs that write down what they are asked, and end with ``code``."""
    for program in ("spark-submit", "java"):
        (tmp_path / program).write_text(
            f'#!/bin/sh\nfor word in {program} "$@"; do echo "$word"; done >"$ASKED"\nexit {code}\n'
        )
        (tmp_path / program).chmod(0o755)
    asked = tmp_path / "asked"
    answer = subprocess.run(
        [str(ENTRYPOINT), *words],
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}", "ASKED": str(asked), **variables},
        check=False,
    )
    return answer.returncode, asked.read_text().splitlines()


def test_a_driver_is_told_what_it_was_started_with_and_writes_how_it_ended(tmp_path: Path) -> None:
    code, asked = run_entrypoint(
        tmp_path, "driver", "--class", "Runner", "local:///app", "train", "a b",
        code=3, SPARK_DRIVER_BIND_ADDRESS="10.0.0.7",
        OFONE_EXIT_CODE_FILE=str(tmp_path / "exit-code"),
    )  # fmt: skip
    assert code == 3
    assert (tmp_path / "exit-code").read_text() == "3\n"
    assert asked == [
        "spark-submit", "--deploy-mode", "client", "--conf", "spark.driver.bindAddress=10.0.0.7",
        "--class", "Runner", "local:///app", "train", "a b",
    ]  # fmt: skip


def test_an_executor_is_java_with_the_options_it_was_given(tmp_path: Path) -> None:
    _, asked = run_entrypoint(
        tmp_path, "executor",
        SPARK_HOME="/opt/spark", SPARK_EXECUTOR_MEMORY="12g", SPARK_DRIVER_URL="spark://driver",
        SPARK_EXECUTOR_ID="1", SPARK_EXECUTOR_CORES="4", SPARK_APPLICATION_ID="night",
        SPARK_EXECUTOR_POD_IP="10.0.0.8", SPARK_EXECUTOR_POD_NAME="one",
        SPARK_RESOURCE_PROFILE_ID="0", SPARK_JAVA_OPT_0="-Da=b c", SPARK_JAVA_OPT_1="-Dd",
    )  # fmt: skip
    assert asked[:7] == ["java", "-Da=b c", "-Dd", "-Xms12g", "-Xmx12g", "-cp", "/opt/spark/jars/*"]
    assert asked[7].endswith("KubernetesExecutorBackend")
    pairs = dict(zip(asked[8::2], asked[9::2], strict=True))
    assert pairs == {
        "--driver-url": "spark://driver", "--executor-id": "1", "--cores": "4",
        "--app-id": "night", "--hostname": "10.0.0.8", "--podName": "one",
        "--resourceProfileId": "0",
    }  # fmt: skip


def test_anything_else_is_run_as_it_is(tmp_path: Path) -> None:
    assert run_entrypoint(tmp_path, "spark-submit", "a b") == (0, ["spark-submit", "a b"])
