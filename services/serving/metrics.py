"""What every service counts, under the standard names, and the page that shows it."""

import platform
import threading
from collections.abc import Iterable
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import grpc
import prometheus_client
from google.protobuf import descriptor_pool

from services.serving.startup import check_port_is_free

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
"""Seconds; from a cached answer to a deadline."""

_METHOD = ("grpc_type", "grpc_service", "grpc_method")

SERVER_STARTED = prometheus_client.Counter(
    "grpc_server_started", "Calls that began on the server.", _METHOD
)
SERVER_HANDLED = prometheus_client.Counter(
    "grpc_server_handled", "Calls that ended on the server.", (*_METHOD, "grpc_code")
)
SERVER_SECONDS = prometheus_client.Histogram(
    "grpc_server_handling_seconds", "Time from begin to end of a call.", _METHOD, buckets=BUCKETS
)
CLIENT_STARTED = prometheus_client.Counter(
    "grpc_client_started", "Calls that this process made.", _METHOD
)
CLIENT_HANDLED = prometheus_client.Counter(
    "grpc_client_handled", "Calls that this process made and that ended.", (*_METHOD, "grpc_code")
)
CLIENT_SECONDS = prometheus_client.Histogram(
    "grpc_client_handling_seconds", "Time until a call made ended.", _METHOD, buckets=BUCKETS
)
SHED = prometheus_client.Counter(
    "ofone_serving_shed",
    "Calls refused without work: too many at once (overload) or deadline passed (late).",
    ("reason",),
)
READY = prometheus_client.Gauge(
    "ofone_serving_ready", "Whether the process answers health checks with SERVING."
)
BUILD = prometheus_client.Gauge(
    "ofone_serving_build_info", "Always 1; what is running.", ("service", "version", "python")
)

_POLL_SECONDS = 0.05
"""How soon the metrics page notices that it should close."""

KINDS_OF_CALL = {
    (False, False): "unary",
    (True, False): "client_stream",
    (False, True): "server_stream",
    (True, True): "bidi_stream",
}
"""By whether the request and the response are streams."""


class MethodMetrics:
    """The series of one method, looked up once; every status code starts at 0."""

    __slots__ = ("_codes", "_seconds", "_started")

    def __init__(self, path: str, *, kind: str, client: bool = False) -> None:
        _, service, method = path.split("/", 2)
        labels = (kind, service, method)
        started = CLIENT_STARTED if client else SERVER_STARTED
        handled = CLIENT_HANDLED if client else SERVER_HANDLED
        seconds = CLIENT_SECONDS if client else SERVER_SECONDS
        self._started = started.labels(*labels)
        self._seconds = seconds.labels(*labels)
        self._codes = {code: handled.labels(*labels, _camel(code)) for code in grpc.StatusCode}

    def begin(self) -> None:
        """Count a call that begins."""
        self._started.inc()

    def end(self, code: grpc.StatusCode, seconds: float) -> None:
        """Count a call that ended with ``code`` after ``seconds``."""
        self._codes[code].inc()
        self._seconds.observe(seconds)


def declare_methods(service_names: Iterable[str]) -> None:
    """Start the series of all methods of these services at 0, where their contract is known."""
    for name in service_names:
        try:
            service = descriptor_pool.Default().FindServiceByName(name)
        except KeyError:
            continue
        for method in service.methods:
            kind = KINDS_OF_CALL[method.client_streaming, method.server_streaming]
            MethodMetrics(f"/{name}/{method.name}", kind=kind)


class _ThreadingServer(ThreadingMixIn, WSGIServer):
    """One slow reader does not keep the others waiting."""

    daemon_threads = True


class _QuietHandler(WSGIRequestHandler):
    """Reading metrics is nothing to log."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name upstream
        """Say nothing."""


class MetricsPage:
    """The HTTP port that Prometheus reads."""

    def __init__(self, host: str, port: int) -> None:
        """Listen.

        Raises:
            StartupError: when the port is taken.
        """
        check_port_is_free(host, port, variable="OFONE_SERVING_METRICS_PORT")
        page = prometheus_client.make_wsgi_app()
        self._server = make_server(host, port, page, _ThreadingServer, handler_class=_QuietHandler)
        self.port = int(self._server.server_port)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(_POLL_SECONDS,), name="metrics", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def declare_build(service: str, version: str) -> None:
    """Show what is running."""
    BUILD.labels(service, version, platform.python_version()).set(1)


def _camel(code: grpc.StatusCode) -> str:
    """Return ``NotFound`` for ``NOT_FOUND``, as the standard metrics spell codes."""
    return "OK" if code is grpc.StatusCode.OK else code.name.title().replace("_", "")
