"""Standard health: SERVING only while every readiness check of the process answers yes.

``LIVE`` is the exception: it says that the process answers, whatever it may lack. Who restarts
processes asks for it, because no restart brings back a database that is away.
"""

import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor

import grpc
import structlog
from grpc_health.v1 import health, health_pb2  # type: ignore[import-untyped]

from services.serving.health_statuses import HealthStatuses, Send
from services.serving.metrics import READY

ReadinessCheck = Callable[[], bool]
"""Answers whether one thing that the service needs is there; quickly, and without side effects."""

LIVE = "live"
"""The name to ask for whether the process runs: SERVING from its start until it drains."""

_SERVING = health_pb2.HealthCheckResponse.SERVING
_NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING
_CHECK_SECONDS = 2.0
"""A check that takes longer counts as failing."""

_log = structlog.get_logger()


class Health:
    """Polls the checks on a thread of its own and answers for the overall and each service."""

    def __init__(
        self,
        service_names: Iterable[str],
        checks: Mapping[str, ReadinessCheck],
        *,
        poll_seconds: float,
    ) -> None:
        self._names = ("", *service_names)
        self._statuses = HealthStatuses(dict.fromkeys(self._names, _NOT_SERVING) | {LIVE: _SERVING})
        self._checks = checks
        self._poll_seconds = poll_seconds
        self._stopped = threading.Event()
        self._ready = threading.Event()
        self._pool = ThreadPoolExecutor(max(1, len(checks)), thread_name_prefix="readiness")
        self._running: dict[str, Future[bool]] = {}
        self._failing: tuple[str, ...] | None = None
        READY.set(0)
        self._thread = threading.Thread(target=self._poll, name="health", daemon=True)

    def add_to_server(self, server: grpc.Server, aside: ThreadPoolExecutor) -> None:
        """Answer the standard service on ``aside``, threads that no other call occupies."""
        statuses = self._statuses

        def check(
            request: health_pb2.HealthCheckRequest, context: grpc.ServicerContext
        ) -> health_pb2.HealthCheckResponse:
            return statuses.check(request, context)

        def watch(
            request: health_pb2.HealthCheckRequest, context: grpc.ServicerContext, send: Send
        ) -> None:
            statuses.watch(request, context, send)

        # How gRPC is told that watchers occupy no thread, and which threads to use.
        watch.experimental_non_blocking = True  # type: ignore[attr-defined]
        watch.experimental_thread_pool = aside  # type: ignore[attr-defined]
        check.experimental_thread_pool = aside  # type: ignore[attr-defined]
        codec = {
            "request_deserializer": health_pb2.HealthCheckRequest.FromString,
            "response_serializer": health_pb2.HealthCheckResponse.SerializeToString,
        }
        handlers = {
            "Check": grpc.unary_unary_rpc_method_handler(check, **codec),
            "Watch": grpc.unary_stream_rpc_method_handler(watch, **codec),
        }
        handler = grpc.method_handlers_generic_handler(health.SERVICE_NAME, handlers)
        server.add_generic_rpc_handlers((handler,))

    def start(self) -> None:
        """Begin to poll."""
        self._thread.start()

    def wait_ready(self, timeout_seconds: float) -> bool:
        """Wait until all checks pass; return whether they do."""
        return self._ready.wait(timeout_seconds)

    def drain(self) -> None:
        """Answer NOT_SERVING from now on, whatever the checks say."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()
        self._announce(_NOT_SERVING)
        self._statuses.set((LIVE,), _NOT_SERVING)

    def close(self) -> None:
        """Let go of the threads; a check that hangs is left behind."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _poll(self) -> None:
        while True:
            failing = tuple(name for name in self._checks if not self._passes(name))
            if failing != self._failing:
                self._failing = failing
                self._announce(_NOT_SERVING if failing else _SERVING)
                if failing:
                    self._ready.clear()
                    _log.warning("not ready", failing_checks=list(failing))
                else:
                    _log.info("ready")
                    self._ready.set()
            if self._stopped.wait(self._poll_seconds):
                return

    def _passes(self, name: str) -> bool:
        running = self._running.pop(name, None) or self._pool.submit(self._checks[name])
        try:
            error = running.exception(timeout=_CHECK_SECONDS)
        except TimeoutError:
            self._running[name] = running  # it hangs; a second one would hang too
            return False
        if error is not None:
            if self._failing is None or name not in self._failing:
                _log.warning("readiness check raised", check=name, exc_info=error)
            return False
        return bool(running.result())

    def _announce(self, status: int) -> None:
        READY.set(status == _SERVING)
        self._statuses.set(self._names, status)
