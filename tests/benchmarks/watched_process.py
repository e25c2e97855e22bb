"""A command and all its children under watch: time, memory, the step it is at, and a limit."""

import contextlib
import json
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import psutil

POLL_SECONDS = 0.2
PATIENCE_SECONDS = 10.0
"""How long a stopped process may take to end by itself."""


@dataclass(frozen=True, slots=True)
class Watched:
    """What a command took, its children included."""

    seconds: float
    processor_seconds: float
    peak_memory_mb: float
    """The most that was held at once, resident."""
    exit_code: int | None
    """``None`` for one that was stopped at the limit."""


def watch(command: Sequence[str], *, limit_seconds: float) -> Watched:
    """Run a command, and stop it with its children where it passes the limit."""
    start = time.monotonic()
    peak = 0
    busy: dict[int, float] = {}
    with subprocess.Popen(command) as running:
        while running.poll() is None and time.monotonic() - start < limit_seconds:
            held = 0
            for each in _family(running.pid):
                with contextlib.suppress(psutil.NoSuchProcess):
                    held += each.memory_info().rss
                    times = each.cpu_times()
                    busy[each.pid] = times.user + times.system
            peak = max(peak, held)
            time.sleep(POLL_SECONDS)
        code = running.poll()
        if code is None:
            _stop(_family(running.pid))
    return Watched(time.monotonic() - start, sum(busy.values()), peak / 2**20, code)


@contextlib.contextmanager
def steps_told(callers: frozenset[str], file: Path) -> Iterator[None]:
    """Write while the block runs how many seconds each step took, the one it is at last.

    A step is a function that one of ``callers`` has called; this thread's stack is looked at five
    times a second.

    Args:
        callers: names of functions.
        file: JSON, an object of seconds by step, written again at every look.
    """
    thread = threading.get_ident()
    ended = threading.Event()

    def look() -> None:
        seconds: defaultdict[str, float] = defaultdict(float)
        while not ended.wait(POLL_SECONDS):
            step = _step(sys._current_frames()[thread], callers)
            seconds[step] += POLL_SECONDS
            told = {name: round(each, 1) for name, each in seconds.items() if name != step}
            file.write_text(json.dumps(told | {step: round(seconds[step], 1)}), encoding="utf-8")

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    try:
        yield
    finally:
        ended.set()
        looking.join()


def _step(frame: FrameType | None, callers: frozenset[str]) -> str:
    """Return the innermost function that one of ``callers`` has called."""
    while frame is not None and frame.f_back is not None:
        if frame.f_back.f_code.co_name in callers:
            return frame.f_code.co_name
        frame = frame.f_back
    return "elsewhere"


def _family(pid: int) -> list[psutil.Process]:
    try:
        first = psutil.Process(pid)
        return [first, *first.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _stop(family: Sequence[psutil.Process]) -> None:
    for each in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            each.terminate()
    _, left = psutil.wait_procs(family, timeout=PATIENCE_SECONDS)
    for each in left:
        with contextlib.suppress(psutil.NoSuchProcess):
            each.kill()
