"""The statuses behind the standard health service, and who watches them.

The servicer of ``grpc_health`` tells its watchers while it holds its lock. Telling waits for gRPC's
own thread, and that thread may at this moment be waiting for the same lock, because a watcher is
leaving: a process that drains then hangs for ever. Here nobody is told under a lock.
"""

import threading
from collections.abc import Callable, Collection, Mapping
from typing import Protocol

import grpc
from grpc_health.v1 import health_pb2  # type: ignore[import-untyped]

Status = int
"""A value of ``HealthCheckResponse.ServingStatus``."""

Send = Callable[[health_pb2.HealthCheckResponse | None], None]
"""Sends one response to a watcher; ``None`` ends the stream."""


class WatcherCall(Protocol):
    """What is needed of a watcher's call."""

    def add_callback(self, callback: Callable[[], None]) -> bool:
        """Have ``callback`` called when the call ends; return false when it has ended."""
        ...


class HealthStatuses:
    """Answers ``Check`` and ``Watch`` of ``grpc.health.v1.Health``."""

    def __init__(self, statuses: Mapping[str, Status]) -> None:
        """Begin with these statuses, by the name that is asked for."""
        self._lock = threading.Lock()
        self._telling = threading.Lock()
        self._statuses = dict(statuses)
        self._watchers: dict[str, set[Send]] = {}

    def check(
        self, request: health_pb2.HealthCheckRequest, context: grpc.ServicerContext
    ) -> health_pb2.HealthCheckResponse:
        """Answer the status of a service; NOT_FOUND for one that is not here."""
        status = self._statuses.get(request.service)
        if status is None:
            context.abort(grpc.StatusCode.NOT_FOUND, f"no service {request.service!r} here")
        return health_pb2.HealthCheckResponse(status=status)

    def watch(
        self, request: health_pb2.HealthCheckRequest, context: WatcherCall, send: Send
    ) -> None:
        """Send the status now and whenever it changes, until the watcher leaves."""
        service = request.service

        def leave() -> None:
            with self._lock:
                self._watchers[service].discard(send)
                if not self._watchers[service]:  # callers choose names: they must not pile up
                    del self._watchers[service]
            send(None)

        with self._telling:  # a change is told after the first answer, not before it
            with self._lock:
                unknown = health_pb2.HealthCheckResponse.SERVICE_UNKNOWN
                status = self._statuses.get(service, unknown)
                self._watchers.setdefault(service, set()).add(send)
            send(health_pb2.HealthCheckResponse(status=status))
        if not context.add_callback(leave):
            leave()

    def set(self, names: Collection[str], status: Status) -> None:
        """Give these names this status and tell their watchers."""
        with self._telling:
            with self._lock:
                self._statuses |= dict.fromkeys(names, status)
                told = [send for name in names for send in self._watchers.get(name, ())]
            for send in told:
                send(health_pb2.HealthCheckResponse(status=status))
