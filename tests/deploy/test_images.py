"""The recipes copy what they may, install what is locked, and run as nobody in particular."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.deploy.manifests import KUBERNETES, ROOT, Documents, containers, workloads
from tests.deploy.recipes import IMAGES, copied, steps

KIT = {
    "services/__init__.py",
    "services/serving",
    "services/storage",
    "services/conditions",
    "protos/gen",
}
MODEL = {"ml/__init__.py", "ml/model"}
PERMITTED = {
    "ofone-profile": {"requirements/profile.txt", "services/profile"} | KIT | MODEL,
    "ofone-embedding": {"requirements/embedding.txt", "services/embedding"} | KIT | MODEL,
    "ofone-recommendation": {"requirements/recommendation.txt", "services/recommendation"}
    | KIT
    | MODEL,
    "ofone-training": {
        "requirements/training.txt",
        "services/__init__.py",
        "services/serving",
        "protos/gen",
        "ml",
    },
}
RECIPES = ["service.Containerfile", "training.Containerfile", "spark.Containerfile"]


def artifacts() -> dict[str, tuple[Path, dict[str, str]]]:
    """Return recipe and arguments of every image that skaffold builds."""
    skaffold = yaml.safe_load((ROOT / "skaffold.yaml").read_text())
    return {
        each["image"]: (ROOT / each["docker"]["dockerfile"], each["docker"].get("buildArgs", {}))
        for each in skaffold["build"]["artifacts"]
    }


@pytest.mark.parametrize("image", PERMITTED)
def test_an_image_holds_the_permitted_folders_and_no_other(image: str) -> None:
    path, arguments = artifacts()[image]
    assert copied(path, arguments) == PERMITTED[image]


def test_a_folder_that_is_not_permitted_is_seen(tmp_path: Path) -> None:
    text = (IMAGES / "service.Containerfile").read_text()
    careless = tmp_path / "Containerfile"
    careless.write_text(text.replace("COPY ml/model /app/ml/model", "COPY ml /app/ml"))
    arguments = {"SERVICE": "embedding"}
    assert "ml" in copied(careless, arguments) - PERMITTED["ofone-embedding"]


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_recipe_installs_by_hash_and_runs_as_a_user_of_no_rights(recipe: str) -> None:
    found = steps(IMAGES / recipe)
    installs = [step.rest for step in found if "pip" in step.rest and "install" in step.rest]
    assert installs
    assert all("--require-hashes" in each for each in installs)
    users = [step.rest for step in found if step.word == "USER"]
    assert users == ["10001:10001"]
    entry = [json.loads(step.rest) for step in found if step.word == "ENTRYPOINT"]
    assert len(entry) == 1


@pytest.mark.parametrize("path", [*RECIPES, "build.sh", "spark-entrypoint.sh"])
def test_no_registry_host_is_written(path: str) -> None:
    text = (IMAGES / path).read_text()
    assert "://" not in text
    # a first path segment with a dot or a port is a host
    assert re.findall(r"(?:FROM|BASE=)\s*[\w-]+[.:][\w.-]+/", text) == []


@pytest.mark.parametrize("recipe", RECIPES)
def test_the_base_image_is_an_argument(recipe: str) -> None:
    found = steps(IMAGES / recipe)
    assert ("ARG", "BASE=python:3.11-slim-bookworm") in [(s.word, s.rest) for s in found]
    outside = {s.rest.split(" AS ")[0] for s in found if s.word == "FROM"}
    assert outside <= {"${BASE}"}


def test_skaffold_builds_exactly_what_the_local_overlay_runs(local: Documents) -> None:
    used = {
        one["image"]
        for workload in workloads(local)
        for one in containers(workload)
        if one["image"].startswith("ofone-")
    }
    assert used == set(artifacts()) == set(PERMITTED)
    skaffold = yaml.safe_load((ROOT / "skaffold.yaml").read_text())
    assert skaffold["apiVersion"].startswith("skaffold/v4beta")
    assert skaffold["manifests"]["kustomize"]["paths"] == ["deploy/kubernetes/overlays/local"]


def test_production_runs_one_version_of_all_images(production: Documents) -> None:
    tags = {
        one["image"].partition(":")[2]
        for workload in workloads(production)
        for one in containers(workload)
    }
    assert len(tags) == 1
    assert tags.isdisjoint({"", "latest"})


def test_the_image_that_runs_mlflow_holds_the_driver_that_its_address_names() -> None:
    overlay = (KUBERNETES / "overlays" / "local" / "kustomization.yaml").read_text()
    assert "url=postgresql+psycopg://mlflow:" in overlay
    lock = (ROOT / "requirements" / "training.txt").read_text()
    assert re.search(r"^psycopg-binary==", lock, re.MULTILINE)


@pytest.mark.parametrize("image", PERMITTED)
def test_the_build_script_builds_with_the_arguments_of_skaffold(image: str, tmp_path: Path) -> None:
    # a buildah that writes down what it is asked
    (tmp_path / "buildah").write_text('#!/bin/sh\nfor word; do echo "$word"; done >"$ASKED"\n')
    (tmp_path / "buildah").chmod(0o755)
    asked = tmp_path / "asked"
    subprocess.run(
        ["sh", str(IMAGES / "build.sh"), image.removeprefix("ofone-")],
        env={
            **os.environ,
            "PATH": f"{tmp_path}:{os.environ['PATH']}",
            "ASKED": str(asked),
            "BASE": "",
        },
        check=True,
        capture_output=True,
    )
    words = asked.read_text().splitlines()
    after = {(words[n], words[n + 1]) for n in range(len(words) - 1)}
    path, arguments = artifacts()[image]
    given = {word for option, word in after if option == "--build-arg"}
    given = {word for word in given if not word.startswith("VERSION=")}  # the commit
    assert given == {f"{name}={value}" for name, value in arguments.items()}
    assert ("--file", str(path.relative_to(ROOT))) in after
    assert ("--tag", f"{image}:latest") in after


def test_the_build_script_refuses_an_image_it_does_not_know() -> None:
    shell = shutil.which("sh")
    assert shell is not None
    answer = subprocess.run(
        [shell, str(IMAGES / "build.sh"), "nonsense"], capture_output=True, text=True, check=False
    )
    assert answer.returncode == 2
    assert "nonsense: not one of" in answer.stderr
