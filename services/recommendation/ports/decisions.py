"""What keeps and counts decisions."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from ml.model.history import History
from services.recommendation.domain.degradation import Degradation
from services.recommendation.domain.ranking import Ranking
from services.recommendation.domain.verdict import Considered


class LoggedDecision(NamedTuple):
    """A decision as it was logged."""

    decision_id: str
    create_seconds: int
    """When it was taken in, since 1970."""
    content: bytes


class DecisionLog(Protocol):
    """Keeps what was said."""

    def add(self, decision_id: str, customer_id: str, content: bytes) -> None:
        """Take a decision; never waits, and drops it (counted) when too many wait already."""
        ...

    def find(self, decision_id: str) -> bytes | None:
        """Return the content of a decision, ``None`` when there is none.

        Raises:
            Failure: of kind ``UNAVAILABLE``, when the store is away.
        """
        ...

    def of_customer(
        self, customer_id: str, *, before: tuple[int, str] | None, count: int
    ) -> Sequence[LoggedDecision]:
        """Return decisions logged under a name, latest first; those of this moment may lack.

        Args:
            customer_id: the name.
            before: only what comes after this place: second and id of the last one of a page.
            count: at most so many.

        Raises:
            Failure: of kind ``UNAVAILABLE``, when the store is away.
        """
        ...


class AccessLog(Protocol):
    """Keeps who looked at a customer."""

    def note(self, customer_id: str, method: str, caller: str) -> None:
        """Keep that ``caller`` looks by ``method``, if there is a customer of that name.

        Raises:
            Failure: when it is away or late; then nobody may look.
        """
        ...


class Telemetry(Protocol):
    """Counts what happens."""

    def stage(self, name: str, seconds: float) -> None:
        """Note how long a stage took: snapshot, retrieve, rank or select."""
        ...

    def degraded(self, kind: Degradation) -> None:
        """Count an answer that had to do without something."""
        ...

    def answered(self, history: History, ranking: Ranking) -> None:
        """Note what an answer that lacked nothing looks like.

        Args:
            history: of its customer, not empty.
            ranking: what it was chosen from.
        """
        ...

    def decided(self, considered: Sequence[Considered], *, offered: bool) -> None:
        """Count a decision and its verdicts."""
        ...


Clock = Callable[[], float]
"""Seconds since some moment; only grows."""
