"""One line of JSON per call: method, code, milliseconds, request id, caller; never a payload.

Lines are gathered and written by a thread of their own: a system call per request would hand the
interpreter lock around on the hot path.
"""

import threading
from collections import deque
from datetime import UTC, datetime
from typing import TextIO

import grpc

_INTERVAL_SECONDS = 0.1
_MAX_LINES = 100_000
"""When the reader of the log is stuck, the oldest lines are dropped."""


class AccessLog:
    """Gathers lines and writes them ten times a second."""

    def __init__(self, stream: TextIO, *, service: str, worker: int) -> None:
        self._stream = stream
        self._tail = f'"event":"call","service":"{service}","worker":{worker}}}\n'
        self._lines: deque[str] = deque(maxlen=_MAX_LINES)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._write, name="access-log", daemon=True)
        self._thread.start()

    def add(
        self, path: str, code: grpc.StatusCode, seconds: float, *, ids: tuple[str, str]
    ) -> None:
        """Note a call that ended; ``ids`` are request id and caller, both free of quotes."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        self._lines.append(
            f'{{"timestamp":"{now}","level":"info","method":"{path}","code":"{code.name}",'
            f'"milliseconds":{seconds * 1_000:.3f},"request_id":"{ids[0]}","caller":"{ids[1]}",'
            + self._tail
        )

    def close(self) -> None:
        """Write what is left and stop."""
        self._stopped.set()
        self._thread.join()

    def _write(self) -> None:
        last = False
        while not last:
            last = self._stopped.wait(_INTERVAL_SECONDS)
            count = len(self._lines)
            if count:
                self._stream.write("".join(self._lines.popleft() for _ in range(count)))
                self._stream.flush()
