"""Settings of the Spark engine, with the prefix ``OFONE_SPARK``."""

from dataclasses import dataclass
from pathlib import Path

PREFIX = "OFONE_SPARK"


@dataclass(frozen=True, slots=True)
class SparkSettings:
    """Where the jobs run and how much room they have.

    What ``spark-submit`` was told of master and memory stays: these are for runs without it.
    """

    master: str = "local[*]"
    """Where jobs run: ``local[2]`` is two threads of this process, ``local[*]`` one per core."""
    memory_mb: int = 4096
    """Heap of the process that drives; in ``local`` mode all work is done in it. What does not fit
    goes to ``work_dir``."""
    partition_count: int = 16
    """Parts that rows are split into: two to four for each core of the cluster, and more where a
    part would pass a million rows."""
    work_dir: Path = Path("build/spark")
    """Room for shuffles and checkpoints; on a cluster a folder that driver and executors share."""
    customer_count: int = 30_000
    """Customers drawn whose histories come to the driver: the ranker learns from them, and figures
    are measured on them. All of them, where there are fewer."""
    checkpoint_iterations: int = 5
    """So many passes of ALS are kept in memory as a plan before they are written down."""

    def __post_init__(self) -> None:
        """Check the bounds."""
        if self.memory_mb < 512:
            raise ValueError(f"{PREFIX}_MEMORY_MB must be at least 512")
        if self.partition_count < 1:
            raise ValueError(f"{PREFIX}_PARTITION_COUNT must be at least 1")
        if self.customer_count < 1:
            raise ValueError(f"{PREFIX}_CUSTOMER_COUNT must be at least 1")
        if self.checkpoint_iterations < 1:
            raise ValueError(f"{PREFIX}_CHECKPOINT_ITERATIONS must be at least 1")
