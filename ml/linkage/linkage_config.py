"""What finding probable links starts from, and what it fails with."""

from dataclasses import dataclass


class LinkageError(ValueError):
    """Nothing can be learned from these customers; the message says why."""


@dataclass(frozen=True, slots=True)
class LinkageConfig:
    """How customers are compared; equal records and configurations give equal links.

    Raises:
        ValueError: when a field is out of its bounds.
    """

    threshold: float = 0.9
    """Links of at least this probability are suggested, 0 to 1: the least of those measured on
    simulated towns at which surely 95 % of the suggestions are right (docs/identity.md)."""
    most_in_block: int = 100
    """What more customers than these have in common makes nobody of them be compared: pairs grow
    with the square of a block, and what half a town has tells nothing."""
    sampled_pairs: int = 1_000_000
    """Pairs drawn by chance to see how often strangers agree; also the most that one training
    looks at."""
    seed: int = 7
    """Of the draw."""
    thread_count: int = 1
    """Of the database in memory. Sums of floats depend on their order: more threads are faster, and
    may give another last digit."""
    most_a_customer: int = 5
    """The likeliest so many are suggested to a customer."""

    def __post_init__(self) -> None:
        """Check the bounds."""
        if not 0 <= self.threshold <= 1:
            raise ValueError(f"threshold must be 0 to 1, is {self.threshold}")
        for name in ("most_in_block", "sampled_pairs", "thread_count", "most_a_customer"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, is {getattr(self, name)}")
