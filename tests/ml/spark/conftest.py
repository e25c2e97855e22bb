"""One Spark for all tests: to start it takes longer than any of them."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ml.dataset.dataset import Dataset
from ml.dataset.folder import write_dataset

PARTITIONS = 2

JAVA_OPTIONS = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
"""Jobs here are so small that to compile them well costs more than it gains."""

Read = Callable[[Dataset], Any]
"""Writes a data set as a folder and returns what Spark reads there."""


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Give the settings of a small Spark in this process."""
    from ml.spark.settings import SparkSettings  # noqa: PLC0415

    folder = tmp_path_factory.mktemp("spark")
    return SparkSettings("local[2]", memory_mb=1024, partition_count=PARTITIONS, work_dir=folder)


@pytest.fixture(scope="session")
def spark(settings: Any) -> Iterator[Any]:
    """Give a session of a Spark in this process."""
    if shutil.which("java") is None:
        pytest.skip("java is not installed")
    from ml.spark.session import spark_session  # noqa: PLC0415  # needs Spark

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JDK_JAVA_OPTIONS", JAVA_OPTIONS)
        with spark_session(settings) as session:
            yield session


@pytest.fixture
def purchases(spark: Any, tmp_path: Path) -> Read:
    """Give a function that brings a data set to Spark, by way of its folder."""
    from ml.spark.folder import read_purchases  # noqa: PLC0415  # needs Spark

    def read(dataset: Dataset) -> Any:
        write_dataset(dataset, tmp_path / "dataset")
        return read_purchases(spark, tmp_path / "dataset", dated=dataset.description.dated)

    return read


@pytest.fixture
def histories(purchases: Read) -> Read:
    """Give a function that returns the histories of a data set."""
    from ml.spark.histories import histories_of  # noqa: PLC0415  # needs Spark

    return lambda dataset: histories_of(purchases(dataset), partition_count=PARTITIONS)
