"""Settings of the service, with the prefix ``OFONE_PROFILE``."""

from dataclasses import dataclass, field
from pathlib import Path

from services.serving.time_zone import zone_of

PREFIX = "OFONE_PROFILE"
TIME_ZONE = f"{PREFIX}_TIME_ZONE"


@dataclass(frozen=True, slots=True)
class ProfileSettings:
    """Where profiles are kept and what is taken for granted."""

    database_url: str
    """The profiles: ``sqlite:///FILE`` or ``postgresql://…``."""
    identifier_key_file: Path = field(metadata={"secret": True})
    """The secret under which identifiers are hashed, at least 16 bytes. It may never change:
    under another key every customer is a stranger."""
    blocked_identifiers_file: Path | None = None
    """Values of identifiers that name nobody, beside the usual ones: a TOML file with a list of
    patterns by kind, such as ``LOYALTY_CARD = ["till-*"]``."""
    erasure_holders: tuple[str, ...] = ("recommendation", "training")
    """Who else may hold something of a customer: an erasure is done when each has confirmed."""
    segment_least_customers: int = 20
    """Groups of fewer customers are neither counted nor exported."""
    default_consent: str = "denied"
    """``granted`` or ``denied``: personalisation of customers who said nothing."""
    catalogue_file: Path | None = None
    """A TOML file of sources and of what may be known of a person; the one shipped for ``None``."""
    migrate_on_start: bool = False
    """Whether to migrate the database first; with several replicas a job does it instead."""
    pool_size: int = 4
    """Connections to the database that one process holds at most."""
    priors_file: Path | None = None
    """What is typical of the shop's customers, as ``python -m ml priors`` writes it; none where
    nothing was fitted: traits that need it are absent then (docs/traits.md)."""
    life_signs_file: Path | None = None
    """By what a stage of life is seen, as people write it or ``python -m ml life-signs`` learns it
    (docs/life_stages.md); the shipped signs where none is named."""
    time_zone: str = "UTC"
    """In which traits tell parts of the day and days of the week, such as ``Europe/Berlin``."""

    def __post_init__(self) -> None:
        """Check the bounds."""
        if self.default_consent not in ("granted", "denied"):
            raise ValueError(f"{PREFIX}_DEFAULT_CONSENT must be granted or denied")
        if self.segment_least_customers < 2:
            raise ValueError(f"{PREFIX}_SEGMENT_LEAST_CUSTOMERS must be at least 2")
        if self.pool_size < 1:
            raise ValueError(f"{PREFIX}_POOL_SIZE must be at least 1")
        zone_of(self.time_zone, variable=TIME_ZONE)


@dataclass(frozen=True, slots=True)
class RetentionSettings:
    """All that removing what is past its time needs; the prefix is the same."""

    database_url: str
    """The profiles: ``sqlite:///FILE`` or ``postgresql://…``."""
    retention_file: Path | None = None
    """How many days what happened is kept: a TOML file with a number by type of event, such as
    ``VIEW = 90``, and by ``ACCESSES``; what it does not name has the usual bound."""
