"""Settings of the service, with the prefix ``OFONE_EMBEDDING``."""

from dataclasses import dataclass
from pathlib import Path

PREFIX = "OFONE_EMBEDDING"


@dataclass(frozen=True, slots=True)
class EmbeddingSettings:
    """Where catalogue and model are, and how closely they are watched."""

    database_url: str
    """The catalogue: ``sqlite:///FILE`` or ``postgresql://…``."""
    model_dir: Path
    """The folder with the link ``current``; it may be empty until a model is published."""
    migrate_on_start: bool = False
    """Whether to migrate the database first; with several replicas a job does it instead."""
    poll_seconds: float = 0.5
    """Pause before the next look for another model and for items that other replicas wrote; with
    the look itself it stays below a second, within which both are promised to be in force."""
    pool_size: int = 4
    """Connections to the database that one process holds at most."""
    min_index_recall: float = 0.95
    """An index that finds less of what exact search finds gives way to exact search; 0 to 1."""
    challenger_dir: Path | None = None
    """The folder in which the challenger is published; none where there is nothing to compare."""

    def __post_init__(self) -> None:
        """Check the bounds."""
        if not 0.01 <= self.poll_seconds <= 60:
            raise ValueError(f"{PREFIX}_POLL_SECONDS must be between 0.01 and 60")
        if self.pool_size < 1:
            raise ValueError(f"{PREFIX}_POOL_SIZE must be at least 1")
        if not 0 <= self.min_index_recall <= 1:
            raise ValueError(f"{PREFIX}_MIN_INDEX_RECALL must be between 0 and 1")
