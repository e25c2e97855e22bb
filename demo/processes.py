"""The processes the demo starts, and nothing but them: each is stopped by its own id."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

MAX_PORT = 65_535

STOP_SECONDS = 10.0
"""How long a process may take to end before it is killed."""

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""What asks the demo to end: Ctrl-C, `kill`, a terminal that is closed."""


class DemoError(Exception):
    """The demo cannot go on; the message is a sentence for people."""


def check_port(port: int, what: str) -> None:
    """Raise when somebody listens on ``port`` already.

    Raises:
        DemoError: naming the port and who wanted it.
    """
    if not 0 < port <= MAX_PORT:
        raise DemoError(f"port {port}, wanted for {what}, does not exist: take a smaller OFFSET")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise DemoError(
                f"port {port}, wanted for {what}, is in use: stop what listens there, or take "
                "other ports (make run OFFSET=100)"
            ) from None


@dataclass(slots=True)
class Processes:
    """What was started; leaving the ``with`` block stops it all, the latest first."""

    logs: Path
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop everything; a second Ctrl-C does not leave half of it running."""
        with _unhurried():
            for name in reversed(list(self.running)):
                self.stop(name)

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start a process in a group of its own; what it prints goes to ``logs/name.log``."""
        self.logs.mkdir(parents=True, exist_ok=True)
        with (self.logs / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(  # noqa: S603  # our own commands
                command, env=dict(environment), stdout=log, stderr=log, start_new_session=True
            )

    def wait(self, name: str, ready: Callable[[str], bool], *, seconds: float) -> None:
        """Wait until ``ready`` says so of the process called ``name``.

        Raises:
            DemoError: when the process ends or the time passes.
        """
        deadline = time.monotonic() + seconds
        while not ready(name):
            code = self.running[name].poll()
            if code is not None:
                raise DemoError(f"{name} ended with code {code}: {self._last_line(name)}")
            if time.monotonic() > deadline:
                raise DemoError(f"{name} was not ready after {seconds:.0f} s; see {self.logs}")
            time.sleep(0.1)

    def wait_end(self, name: str, *, seconds: float) -> None:
        """Wait until a process has ended well.

        Raises:
            DemoError: when it fails or the time passes.
        """
        try:
            code = self.running[name].wait(seconds)
        except subprocess.TimeoutExpired:
            raise DemoError(f"{name} took more than {seconds:.0f} s; see {self.logs}") from None
        if code != 0:
            raise DemoError(f"{name} ended with code {code}: {self._last_line(name)}")
        del self.running[name]

    def watch(self, say: Callable[[str], None]) -> None:
        """Wait for ever; say so when a process ends by itself."""
        gone: set[str] = set()
        while True:
            for name, process in self.running.items():
                if name not in gone and process.poll() is not None:
                    gone.add(name)
                    say(f"{name} ended with code {process.returncode}; see {self.logs / name}.log")
            time.sleep(1.0)

    def stop(self, name: str) -> None:
        """Ask a process and its children to end; kill what does not."""
        process = self.running.pop(name)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def _last_line(self, name: str) -> str:
        lines = (self.logs / f"{name}.log").read_text(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it printed nothing"


@contextlib.contextmanager
def _unhurried() -> Iterator[None]:
    """Let no signal cut the block short."""
    before = {each: signal.signal(each, signal.SIG_IGN) for each in STOP_SIGNALS}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
