"""Several workers on one port: starts fresh processes, passes on the end, replaces the dead.

Workers are the same command again, told their index by the environment, so that no channel,
thread or event loop exists before they are made.
"""

import os
import subprocess
import sys
import time
from dataclasses import dataclass, field

import structlog

from services.serving.application import ServingSettings
from services.serving.signals import StopSignals
from services.serving.startup import EXIT_SETTINGS, EXIT_STARTUP, check_port_is_free

_POLL_SECONDS = 0.2
_MAX_RESTARTS = 5
_RESTART_WINDOW_SECONDS = 60.0
"""More than so many restarts within this time mean that something is wrong with all of them."""
_KILL_MARGIN_SECONDS = 5.0

_log = structlog.get_logger()


@dataclass(slots=True)
class _Workers:
    """The processes by index, and when the latest restarts were."""

    running: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict)
    restarts: list[float] = field(default_factory=list)

    def start(self, index: int) -> None:
        environment = os.environ | {"OFONE_SERVING_WORKER_INDEX": str(index)}
        command = [sys.executable, *sys.orig_argv[1:]]
        self.running[index] = subprocess.Popen(command, env=environment)  # noqa: S603

    def replace_dead(self) -> int | None:
        """Restart who died; return the exit code to end with where that is no use."""
        for index, process in list(self.running.items()):
            code = process.poll()
            if code is None:
                continue
            _log.error("worker died", worker=index, exit_code=code)
            if code in (EXIT_SETTINGS, EXIT_STARTUP):
                return code
            now = time.monotonic()
            self.restarts = [at for at in self.restarts if at > now - _RESTART_WINDOW_SECONDS]
            if len(self.restarts) >= _MAX_RESTARTS:
                return 1
            self.restarts.append(now)
            self.start(index)
        return None

    def stop(self, timeout_seconds: float) -> int:
        """End all of them; return 0, or 1 when one had to be killed or failed."""
        for process in self.running.values():
            process.terminate()
        until = time.monotonic() + timeout_seconds
        worst = 0
        for index, process in self.running.items():
            try:
                code = process.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                _log.error("worker did not stop", worker=index)
                process.kill()
                code = process.wait()
            worst = worst or int(code != 0)
        return worst


def supervise(settings: ServingSettings) -> int:
    """Look after the workers until SIGTERM or SIGINT; return the exit code.

    Raises:
        StartupError: when a port is taken; workers share it and would not notice.
    """
    check_port_is_free(settings.host, settings.grpc_port, variable="OFONE_SERVING_GRPC_PORT")
    for index in range(settings.worker_count if settings.metrics_port else 0):
        port = settings.metrics_port + index
        check_port_is_free(settings.host, port, variable="OFONE_SERVING_METRICS_PORT")
    signals = StopSignals()
    workers = _Workers()
    for index in range(settings.worker_count):
        workers.start(index)
    code: int | None = None
    while code is None and not signals.wait(_POLL_SECONDS):
        code = workers.replace_dead()
    patience = settings.drain_seconds + settings.grace_seconds + _KILL_MARGIN_SECONDS
    worst = workers.stop(patience)
    return worst if code is None else code
