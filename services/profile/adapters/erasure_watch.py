"""Shows how long erasures wait for whom: a holder that is away cannot tell of itself."""

from collections.abc import Callable, Iterable, Mapping

import prometheus_client
import structlog
from sqlalchemy.exc import SQLAlchemyError

from services.profile.domain.history.events import MICROS
from services.profile.domain.privacy.erasure import Waiting
from services.serving.failures import Failure

LOOK_SECONDS = 30.0
"""Between two looks; whoever is told of it is told after an hour."""

PENDING = prometheus_client.Gauge(
    "ofone_profile_erasures_pending", "Erasures that a holder has not confirmed.", ("holder",)
)
PENDING_AGE = prometheus_client.Gauge(
    "ofone_profile_erasure_pending_age_seconds",
    "Time since the oldest erasure that a holder has not confirmed; 0 without one.",
    ("holder",),
)

_NONE = Waiting(0, 0)

_log = structlog.get_logger()


class ErasureWatch:
    """Shows what waits, whenever it is asked to look."""

    def __init__(
        self,
        waiting: Callable[[], Mapping[str, Waiting]],
        holders: Iterable[str],
        clock: Callable[[], float],
    ) -> None:
        """Show that nothing waits.

        Args:
            waiting: tells by holder what it has not confirmed.
            holders: who is to confirm.
            clock: gives the seconds since 1970.
        """
        self._waiting = waiting
        self._clock = clock
        self._shown: set[str] = set()
        self._away = False
        self._show(dict.fromkeys(holders, _NONE))

    def look(self) -> None:
        """Look once; while the database is away, what was seen last stays."""
        try:
            found = self._waiting()
        except Failure as failure:
            self._cannot(failure.reason)
        except SQLAlchemyError as error:  # a defect, which must not end the looking either
            self._cannot(type(error).__name__)
        else:
            self._away = False
            self._show(dict.fromkeys(self._shown, _NONE) | dict(found))

    def _show(self, waiting: Mapping[str, Waiting]) -> None:
        now = self._clock()
        for holder, (count, oldest_micros) in waiting.items():
            PENDING.labels(holder).set(count)
            age = now - oldest_micros / MICROS if count else 0.0
            PENDING_AGE.labels(holder).set(max(0.0, age))
        self._shown |= waiting.keys()

    def _cannot(self, reason: str) -> None:
        """Say so once."""
        if not self._away:
            _log.warning("pending erasures cannot be read", reason=reason)
        self._away = True
