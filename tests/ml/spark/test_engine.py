"""The whole command: a run whose counting Spark has done leaves a challenger like any other."""

import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

pytest.importorskip("pyspark", reason="pyspark is in the environment of make setup-spark alone")

from ml.dataset.digest import digest
from ml.dataset.folder import read_dataset, write_dataset
from ml.model.bundle_folder import read_bundle
from ml.training.versions.registry import CHALLENGER, Registry
from ml.training.versions.run_contents import BUNDLE_ARTIFACT
from tests.ml.shopping import checkered
from tests.ml.spark.conftest import JAVA_OPTIONS
from tests.ml.training.conftest import MLFLOW_WARNS

pytestmark = MLFLOW_WARNS

CONFIG = """
[learning]
windows = 1
[learning.factors]
factors = 6
iterations = 3
[learning.ranker]
trees = 5
"""


def train(folder: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    config = folder.parent / "config.toml"
    config.write_text(CONFIG)
    return subprocess.run(
        [sys.executable, "-m", "ml", "train", str(folder), "--engine=spark", f"--config={config}"],
        env=os.environ
        | {
            "JDK_JAVA_OPTIONS": JAVA_OPTIONS,
            "MLFLOW_TRACKING_URI": f"sqlite:///{folder.parent / 'mlflow.db'}",
            "OFONE_SPARK_MASTER": "local[2]",
            "OFONE_SPARK_MEMORY_MB": "1024",
            "OFONE_SPARK_PARTITION_COUNT": "2",
            "OFONE_SPARK_WORK_DIR": str(folder.parent / "spark"),
        }
        | variables,
        capture_output=True,
        text=True,
        check=False,
    )


def in_parts(folder: Path) -> None:
    """Make a folder of two parts of the purchases, as Spark itself writes them."""
    path = folder / "interactions.parquet"
    frame = pd.read_parquet(path)
    path.unlink()
    path.mkdir()
    half = len(frame) // 2
    frame[half:].to_parquet(path / "part-00000.parquet", index=False)
    frame[:half].to_parquet(path / "part-00001.parquet", index=False)


def test_a_run_with_spark_leaves_a_challenger(tmp_path: Path) -> None:
    folder = tmp_path / "dataset"
    write_dataset(checkered(), folder)
    whole = digest(read_dataset(folder))
    in_parts(folder)

    answer = train(folder, OFONE_SPARK_CUSTOMER_COUNT="40")

    assert answer.returncode == 0, answer.stderr
    assert "is the challenger" in answer.stdout
    registry = Registry(f"sqlite:///{tmp_path / 'mlflow.db'}")
    challenger = registry.version("ofone", CHALLENGER)
    assert challenger is not None
    bundle = read_bundle(registry.download(challenger.run_id, BUNDLE_ARTIFACT, tmp_path / "found"))
    assert bundle.basket_counts.sum() == len(checkered().interactions)  # of all, not of 40
    assert bundle.facts.dataset_digest != whole
    assert list((tmp_path / "spark").iterdir()) == []


def test_what_is_wrong_is_told_in_a_sentence(tmp_path: Path) -> None:
    folder = tmp_path / "dataset"
    write_dataset(checkered(customers=4), folder)
    for variable, value, told in (
        ("JAVA_HOME", "/nowhere", "Spark needs Java 17 or later: JAVA_HOME is /nowhere"),
        ("OFONE_SPARK_MEMORY_MB", "1", "OFONE_SPARK_MEMORY_MB must be at least 512"),
    ):
        answer = train(folder, **{variable: value})
        assert answer.returncode == 3, answer.stderr
        assert told in answer.stderr.strip().splitlines()[-1]
