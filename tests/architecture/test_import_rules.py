"""Every import rule refuses the import it was written against."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

PLANTED = [
    ("services/profile/domain", "import services.profile.servicer", "Layers of the profile"),
    ("services/profile/ports", "import services.profile.settings", "Layers of the profile"),
    ("services/profile/servicer", "import services.profile.adapters", "Layers of the profile"),
    ("services/embedding/domain", "import services.embedding.ports", "Layers of the embedding"),
    ("services/embedding/settings", "import services.embedding.servicer", "Layers of the emb"),
    ("services/recommendation/ports", "import services.recommendation.settings", "Layers of"),
    (
        "services/profile/servicer",
        "import services.embedding.settings",
        "Services meet on the wire",
    ),
    ("services/console", "import services.recommendation.domain", "Services meet on the wire"),
    ("services/profile/domain", "import random", "Domain and ports are pure"),
    ("services/embedding/ports", "import sqlalchemy", "Domain and ports are pure"),
    (
        "services/serving/health",
        "import ofone.profile.v1.event_pb2",
        "How to serve and how to keep",
    ),
    ("services/storage", "import ml.model.bundle", "How to serve and how to keep rows"),
    ("services/conditions/cel_conditions", "import services.serving.failures", "Conditions know"),
    ("services/conditions/source_text", "import services.profile", "Conditions know no service"),
    ("services/conditions/condition", "import cel", "Failures, checks, page tokens"),
    ("services/serving/failures", "import grpc", "Failures, checks, page tokens"),
    ("services/recommendation/adapters", "import pandas", "No service trains"),
    ("services/console/importing/rows", "import pyarrow", "No service trains"),
    ("services/recommendation/adapters", "import ml.training", "Of ml, services see the model"),
    ("services/embedding/adapters", "import ml.spark", "Of ml, services see the model alone"),
    ("services/profile/domain", "import ml.model.timing", "The profile's image has no numerical"),
    ("ml/training/judging/report", "import ml.command_line.options", "Layers of ml"),
    ("ml/model/fold_in", "import scipy", "The model is light"),
    ("ml/evaluation", "import ml.training", "Layers of ml"),
    ("ml/training/artefacts/factors", "import ml.spark", "Layers of ml"),
    ("ml/training/artefacts/factors", "import pyspark", "Spark is needed by its own package"),
    ("ml/training/versions/registry", "import ml.training.learning", "Layers of training"),
    ("ml/training/artefacts/purchases", "import ml.training.lessons", "Layers of training"),
    ("ml/training/personas/words", "import ml.training.lessons", "Layers of training"),
    ("ml/training/drift/limits", "import ml.training.gate.lines", "Layers of training"),
    ("ml/training/judging/report", "import ml.linkage.links", "Layers of ml"),
    ("ml/dataset", "import duckdb", "Record linkage is needed by its own package"),
    ("services/profile/adapters", "import splink", "Record linkage is needed by its own package"),
    ("ml/dataset", "import services.profile.domain", "ml knows no service's insides"),
    ("ml/model/vocabulary", "import ml.model.candidates", "No import circles"),
]


def lint(tree: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache", "--no-logo"]
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(tree)}
    return subprocess.run(
        command, cwd=tree, env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the code that a test may spoil."""
    for folder in ("services", "ml", "demo"):
        shutil.copytree(
            ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__")
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


@pytest.mark.parametrize(("module", "line", "rule"), PLANTED, ids=lambda value: value[:60])
def test_a_planted_import_breaks_its_rule(tree: Path, module: str, line: str, rule: str) -> None:
    place = tree / module
    file = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
    file.write_text(file.read_text() + f"\n{line}  # planted\n")

    answer = lint(tree)

    assert answer.returncode == 1, answer.stdout + answer.stderr
    broken = [row for row in answer.stdout.splitlines() if " BROKEN" in row]
    assert any(row.startswith(rule) for row in broken), answer.stdout


def test_the_code_as_it_stands_breaks_no_rule(tree: Path) -> None:
    # a module that nobody placed is an error too: the layers are exhaustive
    answer = lint(tree)
    assert answer.returncode == 0, answer.stdout + answer.stderr

    (tree / "services" / "profile" / "helpers.py").write_text('"""Nobody placed this."""\n')
    answer = lint(tree)
    assert answer.returncode == 1
    assert "helpers" in answer.stdout
