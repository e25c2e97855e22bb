"""One line of JSON per call: method, code, milliseconds, request id, caller; never a payload.

Calls are gathered, and written by a thread of their own: formatting would delay the answer, and a
system call per request would hand the interpreter lock around.
"""

import threading
import time
from collections import deque
from datetime import UTC, datetime
from typing import NamedTuple, TextIO

import grpc

_INTERVAL_SECONDS = 0.1
_MAX_LINES = 100_000
"""When the reader of the log is stuck, the oldest lines are dropped."""


class _Line(NamedTuple):
    at_seconds: float
    path: str
    code: grpc.StatusCode
    seconds: float
    ids: tuple[str, str]


class AccessLog:
    """Gathers lines and writes them ten times a second."""

    def __init__(self, stream: TextIO, *, service: str, worker: int) -> None:
        self._stream = stream
        self._tail = f'"event":"call","service":"{service}","worker":{worker}}}\n'
        self._lines: deque[_Line] = deque(maxlen=_MAX_LINES)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._write, name="access-log", daemon=True)
        self._thread.start()

    def add(
        self, path: str, code: grpc.StatusCode, seconds: float, *, ids: tuple[str, str]
    ) -> None:
        """Note a call that ended; ``ids`` are request id and caller, both free of quotes."""
        self._lines.append(_Line(time.time(), path, code, seconds, ids))

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
                lines = [self._formatted(self._lines.popleft()) for _ in range(count)]
                self._stream.write("".join(lines))
                self._stream.flush()

    def _formatted(self, line: _Line) -> str:
        at = datetime.fromtimestamp(line.at_seconds, UTC).isoformat(timespec="milliseconds")
        return (
            f'{{"timestamp":"{at}","level":"info","method":"{line.path}",'
            f'"code":"{line.code.name}","milliseconds":{line.seconds * 1_000:.3f},'
            f'"request_id":"{line.ids[0]}","caller":"{line.ids[1]}",{self._tail}'
        )
