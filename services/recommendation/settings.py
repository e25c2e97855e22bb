"""Settings of the service, with the prefix ``OFONE_RECOMMENDATION``."""

from dataclasses import dataclass
from pathlib import Path

from ml.model.candidates import OWN_ITEM_COUNT, SOURCE_SIZE
from services.serving.time_zone import zone_of

PREFIX = "OFONE_RECOMMENDATION"
TIME_ZONE = f"{PREFIX}_TIME_ZONE"


@dataclass(frozen=True, slots=True)
class RecommendationSettings:
    """Where everything is, how long to wait for it, and what is worth saying."""

    database_url: str
    """Offers and decisions: ``sqlite:///FILE`` or ``postgresql://…``."""
    model_dir: Path
    """The folder with the link ``current``; it may be empty until a model is published."""
    profile_target: str
    """Such as ``dns:///profile:7401``."""
    embedding_target: str
    """Such as ``dns:///embedding:7402``."""
    profile_timeout_ms: int = 80
    """Longer than a healthy ``profile`` ever takes; after it the answer is not personal."""
    embedding_timeout_ms: int = 80
    """After it the answer does without candidates from outside."""
    answer_margin_ms: int = 15
    """Kept back of the caller's deadline for ranking, choosing and the way back."""
    breaker_failures: int = 3
    """So many failures in a row, and a dependency is left alone but for one probe a while."""
    breaker_retry_ms: int = 1_000
    """How long that while is."""
    own_item_count: int = OWN_ITEM_COUNT
    """So many of a customer's own items are ranked: those that the model expects most."""
    source_size: int = SOURCE_SIZE
    """So many candidates are taken of each source; more cost time and no longer change what is
    ranked first (docs/decisions/0031)."""
    min_score: float = 0.05
    """An offer that scores less is not made, even when nothing else is."""
    min_question_hits: float = 0.01
    """A question whose answer is expected to bring fewer hits among the first ten, by its cost, is
    not asked: in the simulated town such answers change no list that people would notice."""
    validity_hours: float = 24.0
    """How long an offer may be shown after it was chosen."""
    life_signs_file: Path | None = None
    """The same table of signs as ``profile`` has: conditions may speak of its stages
    (docs/life_stages.md); the shipped one where none is named."""
    time_zone: str = "UTC"
    """In which conditions read hours and weekdays, such as ``Europe/Berlin``."""
    migrate_on_start: bool = False
    """Whether to migrate the database first; with several replicas a job does it instead."""
    poll_seconds: float = 0.5
    """How often to look for another model and for offers that other processes wrote."""
    erasure_poll_seconds: float = 5.0
    """How often to ask ``profile`` who is to be forgotten here as well."""
    pool_size: int = 4
    """Connections to the database that one process holds at most."""
    log_capacity_rows: int = 10_000
    """Decisions that may wait for the database; more are dropped and counted."""
    challenger_dir: Path | None = None
    """The folder in which the challenger is published; none where there is nothing to compare."""
    challenger_share: float = 0.0
    """Share of the customers whom the challenger answers, 0 to 1; always the same ones."""
    challenger_salt: str = "challenger"
    """Who they are depends on it: another word for another trial draws other customers."""
    shadow_share: float = 0.1
    """Share of the champion's answers that are compared with the challenger's, 0 to 1; each costs
    as much again as candidates and ranking, behind the answer."""

    def __post_init__(self) -> None:
        """Check the bounds."""
        bounds = {
            "profile_timeout_ms": (1, 60_000),
            "embedding_timeout_ms": (1, 60_000),
            "answer_margin_ms": (0, 10_000),
            "breaker_failures": (1, 1_000),
            "breaker_retry_ms": (10, 60_000),
            "own_item_count": (1, 1_000),
            "source_size": (1, 500),
            "min_score": (0, 1_000),
            "min_question_hits": (0, 10),
            "validity_hours": (0.01, 10_000),
            "poll_seconds": (0.01, 60),
            "erasure_poll_seconds": (0.01, 3_600),
            "pool_size": (1, 1_000),
            "log_capacity_rows": (1, 10_000_000),
            "challenger_share": (0, 1),
            "shadow_share": (0, 1),
        }
        for name, (least, most) in bounds.items():
            if not least <= getattr(self, name) <= most:
                variable = f"{PREFIX}_{name.upper()}"
                raise ValueError(f"{variable} must be between {least} and {most}")
        if self.challenger_share and self.challenger_dir is None:
            raise ValueError(f"{PREFIX}_CHALLENGER_SHARE needs {PREFIX}_CHALLENGER_DIR")
        zone_of(self.time_zone, variable=TIME_ZONE)
