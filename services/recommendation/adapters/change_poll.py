"""What people wrote, kept at hand: looking for changes, and going on while the store is away."""

import threading
from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError

from services.serving.failures import Failure

_log = structlog.get_logger()


class Revised(Protocol):
    """Something that is kept with the number of its latest change."""

    @property
    def revision(self) -> int:
        """Of all changes of its kind, the number of the latest one to it."""
        ...


Stored = TypeVar("Stored", bound=Revised)


class ChangePoll(Generic[Stored]):
    """Takes in what changed since it looked last, one look at a time."""

    def __init__(
        self,
        what: str,
        changed_since: Callable[[int], Sequence[Stored]],
        take: Callable[[Sequence[Stored]], None],
    ) -> None:
        """Know nothing yet.

        Args:
            what: is looked for, in the plural, for the log.
            changed_since: gives what changed after a revision, by revision.
            take: is given it, when there is any.
        """
        self._what = what
        self._changed_since = changed_since
        self._take = take
        self._lock = threading.Lock()
        self._revision = 0
        self._loaded = False
        self._away = False

    @property
    def loaded(self) -> bool:
        """Whether everything has been read once: a readiness check."""
        return self._loaded

    def refresh(self) -> None:
        """Look once; while the store is away, what is known stays."""
        with self._lock:
            try:
                changed = self._changed_since(self._revision)
            except Failure as failure:
                self._cannot_read(failure.reason)
                return
            except SQLAlchemyError as error:  # a defect, which must not end the looking either
                self._cannot_read(type(error).__name__)
                return
            self._away = False
            if changed:
                self._take(changed)
                self._revision = changed[-1].revision
            self._loaded = True

    def _cannot_read(self, reason: str) -> None:
        """Say so once."""
        if not self._away:
            _log.warning(f"{self._what} cannot be read", reason=reason)
        self._away = True
