"""What the demo starts, it ends: also when whoever pressed Ctrl-C presses it again."""

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.processes import STOP_SIGNALS, DemoError, Processes, check_port

SLOW_TO_END = """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: (time.sleep(0.5), sys.exit(0)))
print("up", flush=True)
time.sleep(60)
"""


def start(processes: Processes, name: str, program: str) -> None:
    """Start Python on a program and wait until it has printed something."""
    processes.start(name, [sys.executable, "-c", program], dict(os.environ))
    log = processes.logs / f"{name}.log"
    processes.wait(name, lambda _: log.stat().st_size > 0, seconds=30)


class ImpatienceError(Exception):
    """What a signal raises here, as Ctrl-C raises ``KeyboardInterrupt``."""


def give_up(*_: object) -> None:
    raise ImpatienceError


@pytest.fixture(params=STOP_SIGNALS)
def impatience(request: pytest.FixtureRequest) -> Iterator[signal.Signals]:
    before = signal.signal(request.param, give_up)
    yield request.param
    signal.signal(request.param, before)


def test_a_second_ctrl_c_leaves_nothing_running(tmp_path: Path, impatience: signal.Signals) -> None:
    with Processes(tmp_path) as processes:
        for name in ("first", "second"):
            start(processes, name, SLOW_TO_END)
        started = [each.pid for each in processes.running.values()]
        # The signal comes while the second process takes its time to end.
        threading.Timer(0.2, os.kill, (os.getpid(), impatience)).start()

    for each in started:
        with pytest.raises(ProcessLookupError):
            os.kill(each, 0)
    assert signal.getsignal(impatience) is give_up


def test_children_of_what_was_started_end_with_it(tmp_path: Path) -> None:
    parent = (
        "import subprocess, sys, time; "
        "print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']).pid, "
        "flush=True); time.sleep(60)"
    )
    with Processes(tmp_path) as processes:
        start(processes, "parent", parent)
        child = int((tmp_path / "parent.log").read_text())

    deadline = time.monotonic() + 10
    while Path(f"/proc/{child}").exists() and not _is_zombie(child):
        assert time.monotonic() < deadline


def _is_zombie(pid: int) -> bool:
    return " Z " in Path(f"/proc/{pid}/stat").read_text()


def test_a_process_that_ends_by_itself_is_told_with_its_last_words(tmp_path: Path) -> None:
    with Processes(tmp_path) as processes:
        processes.start(
            "shop", [sys.executable, "-c", "raise SystemExit('no till')"], dict(os.environ)
        )

        with pytest.raises(DemoError, match="shop ended with code 1: no till"):
            processes.wait("shop", lambda _: False, seconds=30)


def test_a_port_that_is_taken_is_named_with_who_wanted_it() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(DemoError, match=f"port {port}, wanted for profile, is in use"):
            check_port(port, "profile")
