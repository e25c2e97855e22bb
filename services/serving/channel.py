"""Calls to other services: balanced, health-checked, in time, and failing in our own words.

A channel adds the request id and the caller's name, passes on what remains of the deadline less
a margin, retries safe methods only, and raises ``Failure`` instead of ``grpc.RpcError``. It wraps
the multi-callables once per stub: gRPC's own client interceptors build them anew in every call.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Self

import grpc

from services.serving import caller
from services.serving.calls import StreamCall, UnaryCall, Way
from services.serving.metrics import KINDS_OF_CALL, MethodMetrics


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    """How to call one service."""

    service: str
    """Full name of the service, for health checks, such as ``grpc.health.v1.Health``."""
    caller: str
    """Who calls: the short name of this process."""
    timeout_ms: int = 10_000
    """Limit of a unary call; the deadline of the call at hand may make it shorter."""
    margin_ms: int = 5
    """Kept back of the deadline to report a failure."""
    attempt_count: int = 3
    """Tries of a safe method, the first included."""
    max_reconnect_backoff_ms: int = 2_000
    """How long a replica that comes back may go unnoticed."""
    keepalive_ms: int = 20_000
    """How often an idle connection is tried, so that one that vanished is noticed."""
    max_receive_bytes: int = 8 * 1024 * 1024
    """Larger responses are refused."""


def connect(
    target: str, settings: ChannelSettings, *, safe_methods: Iterable[str] = ()
) -> grpc.Channel:
    """Return a channel to all replicas behind ``target``.

    Args:
        target: ``dns:///host:port`` or ``ipv4:127.0.0.1:7401,127.0.0.1:7411``.
        settings: How to call.
        safe_methods: Names of methods (``GetSnapshot``) that may run twice without harm.
    """
    options = [
        ("grpc.service_config", json.dumps(_service_config(settings, safe_methods))),
        ("grpc.service_config_disable_resolution", 1),
        ("grpc.enable_retries", 1),
        ("grpc.max_reconnect_backoff_ms", settings.max_reconnect_backoff_ms),
        ("grpc.initial_reconnect_backoff_ms", 100),
        ("grpc.min_reconnect_backoff_ms", 1_000),
        ("grpc.dns_min_time_between_resolutions_ms", 5_000),
        ("grpc.keepalive_time_ms", settings.keepalive_ms),
        ("grpc.keepalive_timeout_ms", 5_000),
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.max_receive_message_length", settings.max_receive_bytes),
    ]
    return ServiceChannel(grpc.insecure_channel(target, options), settings)


class ServiceChannel(grpc.Channel):
    """A channel whose calls carry what a call of ours carries."""

    def __init__(self, channel: grpc.Channel, settings: ChannelSettings) -> None:
        self._channel = channel
        self._settings = settings

    def subscribe(
        self,
        callback: Callable[[grpc.ChannelConnectivity], None],
        try_to_connect: bool = False,  # noqa: FBT001, FBT002  # gRPC's signature
    ) -> None:
        """Pass on."""
        self._channel.subscribe(callback, try_to_connect)

    def unsubscribe(self, callback: Callable[[grpc.ChannelConnectivity], None]) -> None:
        """Pass on."""
        self._channel.unsubscribe(callback)

    def close(self) -> None:
        """Close the connections."""
        self._channel.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def unary_unary(self, method: str, *codec: Any, **options: Any) -> Any:
        """Return what calls ``method``."""
        return UnaryCall(self._channel.unary_unary(method, *codec, **options), self._way(method))

    def stream_unary(self, method: str, *codec: Any, **options: Any) -> Any:
        """Return what calls ``method``."""
        way = self._way(method, streams=(True, False))
        return UnaryCall(self._channel.stream_unary(method, *codec, **options), way)

    def unary_stream(self, method: str, *codec: Any, **options: Any) -> Any:
        """Return what calls ``method``."""
        way = self._way(method, streams=(False, True))
        return StreamCall(self._channel.unary_stream(method, *codec, **options), way)

    def stream_stream(self, method: str, *codec: Any, **options: Any) -> Any:
        """Return what calls ``method``."""
        way = self._way(method, streams=(True, True))
        return StreamCall(self._channel.stream_stream(method, *codec, **options), way)

    def _way(self, method: str, *, streams: tuple[bool, bool] = (False, False)) -> Way:
        most = None if streams[1] else self._settings.timeout_ms / 1_000
        metrics = MethodMetrics(method, kind=KINDS_OF_CALL[streams], client=True)
        return Way(metrics, self._settings.margin_ms, most, (caller.KEY, self._settings.caller))


def _service_config(settings: ChannelSettings, safe_methods: Iterable[str]) -> dict[str, object]:
    names = [{"service": settings.service, "method": method} for method in safe_methods]
    retry = {
        "maxAttempts": settings.attempt_count,
        "initialBackoff": "0.02s",
        "maxBackoff": "0.5s",
        "backoffMultiplier": 3,
        "retryableStatusCodes": ["UNAVAILABLE", "CANCELLED"],
    }
    return {
        "loadBalancingConfig": [{"round_robin": {}}],
        "healthCheckConfig": {"serviceName": settings.service},
        "methodConfig": [{"name": names, "retryPolicy": retry}] if names else [],
    }
