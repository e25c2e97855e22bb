"""A Spark session, from what is installed here or from what ``spark-submit`` has started."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from ml.spark.settings import SparkSettings
from ml.training.source import EngineError

JAVA_VERSION = 17
"""The least that Spark 4 runs on."""

_SUBMITTED = "PYSPARK_GATEWAY_PORT"
"""Set by ``spark-submit``, which has then chosen master, memory and addresses."""

_PYTHON = "PYSPARK_PYTHON"
"""Names the interpreter of the workers: without it, another than this one may be found."""

_OPTIONS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.log.level": "ERROR",
    # Rows are split by customer once; joins on customer and basket then move nothing.
    "spark.sql.requireAllClusterKeysForCoPartition": "false",
}


class SparkError(EngineError):
    """Spark cannot do its part; the message says why."""


@contextmanager
def spark_session(
    settings: SparkSettings, *, show_progress: bool = False
) -> Iterator[SparkSession]:
    """Give a session; what it wrote into ``work_dir`` is deleted in the end.

    Args:
        settings: where and with how much room.
        show_progress: whether a bar is drawn for each job.

    Raises:
        SparkError: when there is no Java, Spark does not start, or a job fails.
    """
    is_submitted = _SUBMITTED in os.environ
    if not is_submitted:
        _check_java()
        os.environ.setdefault(_PYTHON, sys.executable)
    settings.work_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="session-", dir=settings.work_dir) as folder:
        options = _options(settings, Path(folder).resolve(), is_submitted=is_submitted)
        options["spark.ui.showConsoleProgress"] = str(show_progress).lower()
        try:
            session = SparkSession.builder.appName("ofone").config(map=options).getOrCreate()
            try:
                session.sparkContext.setCheckpointDir(str(Path(folder).resolve() / "checkpoints"))
                yield session
            finally:
                session.stop()
        except (PySparkException, Py4JError) as error:
            raise SparkError(f"Spark failed: {_told(error)}") from error


def _check_java() -> None:
    home = os.environ.get("JAVA_HOME")
    if home and not Path(home, "bin", "java").is_file():
        raise SparkError(
            f"Spark needs Java {JAVA_VERSION} or later: JAVA_HOME is {home}, which has no bin/java"
        )
    if not home and shutil.which("java") is None:
        raise SparkError(f"Spark needs Java {JAVA_VERSION} or later: there is no java on the path")


def _options(settings: SparkSettings, folder: Path, *, is_submitted: bool) -> dict[str, str]:
    options = _OPTIONS | {
        "spark.sql.shuffle.partitions": str(settings.partition_count),
        "spark.default.parallelism": str(settings.partition_count),
    }
    if is_submitted:
        return options
    return options | {
        "spark.master": settings.master,
        "spark.driver.memory": f"{settings.memory_mb}m",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.local.dir": str(folder / "shuffles"),
        "spark.ui.enabled": "false",
    }


def _told(error: Exception) -> str:
    """Return the lines of a failure that say something: the first, and what caused it last."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    causes = [line for line in lines if line.startswith("Caused by:")]
    return "; ".join(dict.fromkeys([*lines[:1], *causes[-1:]])) or type(error).__name__
