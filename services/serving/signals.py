"""Signals that end a process, as something to wait for."""

import queue
import signal
from types import FrameType

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class StopSignals:
    """Takes SIGTERM and SIGINT from now on; construct it on the main thread."""

    def __init__(self) -> None:
        # A SimpleQueue may be filled from a signal handler; an Event could deadlock there.
        self._received: queue.SimpleQueue[int] = queue.SimpleQueue()
        for number in _SIGNALS:
            signal.signal(number, self._receive)

    def wait(self, timeout_seconds: float | None = None) -> bool:
        """Wait for the next signal; return whether one came within the time."""
        try:
            self._received.get(timeout=timeout_seconds)
        except queue.Empty:
            return False
        return True

    def _receive(self, number: int, _: FrameType | None) -> None:
        self._received.put(number)
