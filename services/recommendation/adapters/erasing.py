"""Looks for customers who are to be forgotten, forgets them here, and says so."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Protocol

import structlog
from sqlalchemy.exc import SQLAlchemyError

from services.recommendation.domain.erasure import Erasure
from services.serving.failures import Failure

_log = structlog.get_logger()


class ErasureSource(Protocol):
    """Knows who is to be forgotten."""

    def pending(self) -> Sequence[Erasure]:
        """Return what this service has not confirmed, oldest first.

        Raises:
            Failure: when it cannot be asked.
        """
        ...

    def confirm(self, erasure_id: str, counts: Mapping[str, int]) -> None:
        """Say that a customer is forgotten here, and by table how many rows that took.

        Raises:
            Failure: when it cannot be told.
        """
        ...


class ErasureStore(Protocol):
    """Keeps decisions, and can be made to forget."""

    def forget(self, erasure: Erasure) -> Mapping[str, int]:
        """Remove what is kept; return by table how many rows.

        Raises:
            Failure: when the store is away, or this takes it too long.
        """
        ...

    def empty_log(self) -> bool:
        """Make the files forget too; ``False`` asks for another try."""
        ...


class ErasureTelemetry(Protocol):
    """Counts erasures."""

    def erasure_confirmed(self) -> None:
        """Count one that this process has confirmed."""
        ...


class Eraser:
    """Forgets whoever is to be forgotten, whenever it is asked to look."""

    def __init__(
        self,
        source: ErasureSource,
        store: ErasureStore,
        forget_waiting: Callable[[Collection[str]], int],
        telemetry: ErasureTelemetry,
    ) -> None:
        """Look for nothing yet.

        Args:
            source: knows who is to be forgotten.
            store: keeps decisions.
            forget_waiting: takes the decisions of some customers out of those that this process
                has not written yet.
            telemetry: is told of what is done.
        """
        self._source = source
        self._store = store
        self._forget_waiting = forget_waiting
        self._telemetry = telemetry
        self._away = False

    def look(self) -> None:
        """Forget whoever is to be forgotten; what fails is tried again at the next look."""
        try:
            defects = [self._defect_in(each) for each in self._source.pending()]
        except Failure as failure:
            self._cannot(failure.reason)
            return
        self._away = any(defects)

    def _defect_in(self, erasure: Erasure) -> bool:
        """See to one erasure; what the store cannot do is told, and does not hold up the others."""
        self._forget_waiting(erasure.customer_ids)
        try:
            counts = self._store.forget(erasure)
            emptied = self._store.empty_log()
        except (Failure, SQLAlchemyError) as error:
            self._cannot(error.reason if isinstance(error, Failure) else type(error).__name__)
            return True
        if emptied:
            self._source.confirm(erasure.erasure_id, counts)
            self._telemetry.erasure_confirmed()
        return False

    def _cannot(self, reason: str) -> None:
        """Say so once."""
        if not self._away:
            _log.warning("erasures cannot be seen to", reason=reason)
        self._away = True
