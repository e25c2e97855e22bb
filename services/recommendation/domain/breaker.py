"""A circuit breaker: a dependency that is away does not cost its timeout in every request.

Source: Nygard, "Release It!", 2nd edition, 2018, chapter 5, "Circuit Breaker".
"""

import threading
from collections.abc import Callable


class Breaker:
    """Closed while calls succeed; open after some failures in a row, then one probe at a time."""

    def __init__(
        self, clock: Callable[[], float], *, failure_count: int = 3, retry_seconds: float = 1.0
    ) -> None:
        """Start closed.

        Args:
            clock: gives seconds that only grow.
            failure_count: so many failures in a row open it.
            retry_seconds: while it is open, one call is let through in so many seconds.
        """
        self._clock = clock
        self._failure_count = failure_count
        self._retry_seconds = retry_seconds
        self._lock = threading.Lock()
        self._failures = 0
        self._next_probe = 0.0

    def allows(self) -> bool:
        """Return whether to call now; a call that is let through must be reported."""
        if self._failures < self._failure_count:
            return True
        with self._lock:
            now = self._clock()
            if now < self._next_probe:
                return False
            self._next_probe = now + self._retry_seconds
            return True

    def succeeded(self) -> None:
        """Close."""
        self._failures = 0

    def failed(self) -> None:
        """Count a failure; open when there are too many in a row."""
        with self._lock:
            self._failures += 1
            if self._failures >= self._failure_count:
                self._next_probe = self._clock() + self._retry_seconds
