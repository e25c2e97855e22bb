"""One serving process: the gRPC server with its steps, its health and its metrics page."""

import contextlib
import sys
from concurrent.futures import ThreadPoolExecutor

import grpc
import structlog
from grpc_reflection.v1alpha import reflection  # type: ignore[import-untyped]

from services.serving import metrics
from services.serving.access_log import AccessLog
from services.serving.admission import CallPool
from services.serving.application import Application, ServingSettings
from services.serving.health import Health
from services.serving.interceptor import CallInterceptor
from services.serving.startup import StartupError, check_port_is_free

_PORT_VARIABLE = "OFONE_SERVING_GRPC_PORT"
_ASIDE_THREADS = 2
_REFUSALS_AT_ONCE = 256
"""Calls beyond the limit that may be waiting for their refusal; more are refused by gRPC itself."""
_CONNECTION_GRACE_MS = 600_000
"""How long a stream may outlive its connection's age: an export is not cut after a minute."""
_MIN_PING_INTERVAL_MS = 5_000
"""Clients ping every 20 s; a server that expects less would hang up on them."""

_log = structlog.get_logger()


class RunningServer:
    """A server that answers; it starts on construction and is stopped by ``stop``."""

    def __init__(self, application: Application, settings: ServingSettings) -> None:
        """Start.

        Raises:
            StartupError: when a port is taken.
        """
        self._application = application
        self._settings = settings
        worker = max(settings.worker_index, 0)
        check_ports(settings)
        self._page = metrics.MetricsPage(settings.host, _metrics_port(settings))
        self.metrics_port = self._page.port
        self._pool = CallPool(settings.thread_count)
        self._aside = ThreadPoolExecutor(_ASIDE_THREADS, thread_name_prefix="aside")
        self._access_log = (
            AccessLog(sys.stdout, service=application.name, worker=worker)
            if settings.access_log
            else None
        )
        names = [service.name for service in application.services]
        poll_seconds = settings.readiness_poll_ms / 1_000
        self._health = Health(names, application.readiness, poll_seconds=poll_seconds)
        self._server = self._make_server()
        self.port = _bind(self._server, settings)
        metrics.declare_methods(names)
        metrics.declare_build(application.name, application.version)
        self._server.start()
        self._health.start()
        _log.info("listening", address=self.address, metrics_port=self.metrics_port)

    @property
    def address(self) -> str:
        """Where to call, such as ``127.0.0.1:7401``."""
        return f"{self._settings.host}:{self.port}"

    @property
    def outstanding_calls(self) -> int:
        """How many calls wait or run."""
        return self._pool.outstanding

    def wait_ready(self, timeout_seconds: float = 5.0) -> bool:
        """Wait until the process answers SERVING; return whether it does."""
        return self._health.wait_ready(timeout_seconds)

    def drain(self) -> None:
        """Say NOT_SERVING and go on answering; callers look elsewhere within moments."""
        self._health.drain()

    def stop(self, grace_seconds: float | None = None) -> None:
        """Let running calls end, at most for ``grace_seconds``, then close everything."""
        self._health.drain()
        self._server.stop(grace_seconds).wait()
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._aside.shutdown(wait=False)
        self._health.close()
        with contextlib.ExitStack() as last_first:  # one that raises keeps none from closing
            last_first.callback(self._page.close)
            if self._access_log is not None:
                last_first.callback(self._access_log.close)
            for stop in reversed(self._application.on_stop):
                last_first.callback(stop)

    def _make_server(self) -> grpc.Server:
        settings = self._settings
        interceptor = CallInterceptor(
            self._pool,
            self._aside,
            most_calls=settings.maximum_concurrent_rpcs,
            default_deadline_seconds=settings.default_deadline_ms / 1_000,
            access_log=self._access_log,
        )
        options = [
            # With one worker a second process on the port must fail instead of sharing it.
            ("grpc.so_reuseport", int(settings.worker_count > 1)),
            ("grpc.max_receive_message_length", settings.max_receive_bytes),
            ("grpc.max_connection_age_ms", settings.max_connection_age_seconds * 1_000),
            ("grpc.max_connection_age_grace_ms", _CONNECTION_GRACE_MS),
            ("grpc.keepalive_permit_without_calls", 1),
            ("grpc.http2.min_ping_interval_without_data_ms", _MIN_PING_INTERVAL_MS),
        ]
        server = grpc.server(
            self._pool,
            interceptors=[interceptor],
            options=options,
            maximum_concurrent_rpcs=settings.maximum_concurrent_rpcs + _REFUSALS_AT_ONCE,
        )
        for service in self._application.services:
            service.add_to_server(server)
        self._health.add_to_server(server, self._aside)
        if settings.reflection:
            names = [service.name for service in self._application.services]
            reflection.enable_server_reflection(
                [*names, "grpc.health.v1.Health", reflection.SERVICE_NAME], server
            )
        return server


def check_ports(settings: ServingSettings) -> None:
    """Check the ports of one process; it is said again when they are bound.

    Raises:
        StartupError: when a port is taken.
    """
    if settings.worker_count == 1:  # with more, the supervisor has checked
        check_port_is_free(settings.host, settings.grpc_port, variable=_PORT_VARIABLE)
    variable = "OFONE_SERVING_METRICS_PORT"
    check_port_is_free(settings.host, _metrics_port(settings), variable=variable)


def _metrics_port(settings: ServingSettings) -> int:
    return settings.metrics_port and settings.metrics_port + max(settings.worker_index, 0)


def _bind(server: grpc.Server, settings: ServingSettings) -> int:
    try:
        return server.add_insecure_port(f"{settings.host}:{settings.grpc_port}")
    except RuntimeError:
        raise StartupError(
            f"port {settings.grpc_port} on {settings.host} ({_PORT_VARIABLE}) cannot be bound"
        ) from None
