"""How a process of ours starts, serves and stops: the face of the kit."""

import contextlib
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator

import structlog

from services.serving import logs, supervisor
from services.serving.application import Application, Service, ServingSettings
from services.serving.server import RunningServer, check_ports
from services.serving.signals import StopSignals
from services.serving.startup import StartupError, run

__all__ = [
    "Application",
    "RunningServer",
    "Service",
    "ServingSettings",
    "StartupError",
    "run",
    "running",
    "serve",
]

_ORPHAN_POLL_SECONDS = 1.0
_POOLS = ("call", "aside", "readiness")
"""Names of the pools' threads; Python waits for them at its end, daemons or not."""
_LAST_WAIT_SECONDS = 2.0
"""How long they may take to end when nothing is left for them to do."""

_log = structlog.get_logger()


def serve(build: Callable[[], Application], settings: ServingSettings, *, name: str) -> int:
    """Serve until SIGTERM or SIGINT, then drain.

    With several workers this process only looks after them; each worker is the same command
    again, and only workers call ``build``.

    Args:
        build: Makes the application. It must be quick: what loads slowly does so on a thread and
            reports through a readiness check, so that health answers from the start.
        settings: How to serve.
        name: Short name for logs, such as ``profile``.

    Returns:
        The exit code.

    Raises:
        StartupError: when a port is taken.
    """
    # Taken at once: a supervisor that vanishes while this worker starts must not be missed.
    parent = None if settings.worker_index < 0 else os.getppid()
    supervising = settings.worker_count > 1 and settings.worker_index < 0
    worker = -1 if supervising else max(settings.worker_index, 0)
    logs.configure(name, worker=worker, level=settings.log_level)
    if supervising:
        return supervisor.supervise(settings)
    check_ports(settings)  # before anything is opened
    application = build()
    signals = StopSignals()
    server = RunningServer(application, settings)
    _wait_for_the_end(signals, parent=parent)
    _log.info("draining", seconds=settings.drain_seconds)
    server.drain()
    signals.wait(settings.drain_seconds)
    server.stop(settings.grace_seconds)
    _log.info("stopped")
    _leave_hanging_threads()
    return 0


@contextlib.contextmanager
def running(
    application: Application, settings: ServingSettings | None = None
) -> Iterator[RunningServer]:
    """Serve in this process for the length of a ``with`` block, on any free port; for tests.

    It yields at once; wait for readiness, if that matters, with ``RunningServer.wait_ready``.
    """
    quiet = ServingSettings(grpc_port=0, metrics_port=0, access_log=False)
    server = RunningServer(application, settings or quiet)
    try:
        yield server
    finally:
        server.stop()


def _wait_for_the_end(signals: StopSignals, *, parent: int | None) -> None:
    """Wait for a signal, or for the supervisor of this worker to vanish."""
    while not signals.wait(None if parent is None else _ORPHAN_POLL_SECONDS):
        if os.getppid() != parent:
            _log.error("the supervisor is gone")
            return


def _leave_hanging_threads() -> None:
    """End the process here when a call or a check hangs: Python would wait for its thread."""
    until = time.monotonic() + _LAST_WAIT_SECONDS
    for thread in threading.enumerate():
        if not thread.name.startswith(_POOLS):
            continue
        thread.join(max(0.0, until - time.monotonic()))
        if thread.is_alive():
            _log.error("a thread hangs and is left behind", thread=thread.name)
            sys.stdout.flush()
            os._exit(0)
