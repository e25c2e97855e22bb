"""Work that is done again and again beside the calls: looking for what other processes changed."""

import threading
from collections.abc import Callable


class PollingThread:
    """Does a piece of work at once and then again after every pause, until it is stopped."""

    def __init__(self, name: str, work: Callable[[], object]) -> None:
        """Do nothing yet.

        Args:
            name: Of the thread, for those who look at a process.
            work: Deals with its own failures; what it raises ends the thread.
        """
        self._work = work
        self._pause_seconds = 0.0
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self, pause_seconds: float) -> None:
        """Begin; may be called once."""
        self._pause_seconds = pause_seconds
        self._thread.start()

    def stop(self) -> None:
        """End; work that is under way is waited for."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._work()
            self._stopped.wait(self._pause_seconds)
