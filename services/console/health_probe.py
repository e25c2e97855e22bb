"""Asks every service how it is, with the standard health protocol.

The channels are plain ones: the kit's refuse to call a service that says it is not serving, and
here that is an answer.
"""

from collections.abc import Mapping
from types import TracebackType
from typing import Self

import grpc
from grpc_health.v1 import (  # type: ignore[import-untyped]
    health_pb2,
    health_pb2_grpc,
)

from services.console.rendering.health_tables import ServiceHealth
from services.serving.errors import from_rpc_error

_OPTIONS = (("grpc.initial_reconnect_backoff_ms", 200), ("grpc.max_reconnect_backoff_ms", 1_000))
"""A service that comes back is noticed in the next round."""


class HealthProbe:
    """Keeps one channel a target for as many rounds as are wanted; use it in a ``with`` block."""

    def __init__(self, targets: Mapping[str, str], *, timeout_seconds: float) -> None:
        """Connect.

        Args:
            targets: From full name of a service to its target.
            timeout_seconds: How long one answer may take.
        """
        self._targets = dict(targets)
        self._timeout_seconds = timeout_seconds
        self._channels = {
            target: grpc.insecure_channel(target, _OPTIONS) for target in set(targets.values())
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for channel in self._channels.values():
            channel.close()

    def ask(self) -> list[ServiceHealth]:
        """Ask every service once, all at the same time."""
        pending = {
            service: health_pb2_grpc.HealthStub(self._channels[target]).Check.future(
                health_pb2.HealthCheckRequest(service=service), timeout=self._timeout_seconds
            )
            for service, target in self._targets.items()
        }
        return [self._answer(service, call) for service, call in pending.items()]

    def _answer(
        self, service: str, call: "grpc.Future[health_pb2.HealthCheckResponse]"
    ) -> ServiceHealth:
        target = self._targets[service]
        try:
            status = call.result().status
        except grpc.RpcError as error:
            failure = from_rpc_error(error)
            cause = failure.message.rpartition(": ")[2]  # gRPC tells the whole way down to it
            return ServiceHealth(
                service, target, serving=False, detail=f"{failure.reason}: {cause}"
            )
        serving = status == health_pb2.HealthCheckResponse.SERVING
        name = health_pb2.HealthCheckResponse.ServingStatus.Name(status)
        return ServiceHealth(service, target, serving=serving, detail=name.replace("_", " "))
