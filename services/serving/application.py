"""What a process serves, and how: the two things that ``bootstrap.serve`` needs to know."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import grpc

from services.serving.health import ReadinessCheck

_COUNTS = (
    "worker_count",
    "thread_count",
    "maximum_concurrent_rpcs",
    "default_deadline_ms",
    "max_receive_bytes",
    "max_connection_age_seconds",
    "readiness_poll_ms",
)


@dataclass(frozen=True, slots=True)
class ServingSettings:
    """Settings that every serving process has, with the prefix ``OFONE_SERVING``."""

    grpc_port: int
    """Port of the services; 0 for any, which only a single worker may ask for."""
    metrics_port: int
    """Port of the metrics page of worker 0; worker n listens on n more. 0 for any."""
    host: str = "127.0.0.1"
    """Address to listen on; containers say 0.0.0.0."""
    worker_count: int = 1
    """Processes that share the port; one per core."""
    worker_index: int = -1
    """Set by the supervisor for its workers; nobody else sets it."""
    thread_count: int = 8
    """Threads that answer calls in one process."""
    maximum_concurrent_rpcs: int = 16
    """Calls that wait or run in one process; more are refused at once."""
    default_deadline_ms: int = 10_000
    """What a call without a deadline is given."""
    max_receive_bytes: int = 8 * 1024 * 1024
    """Larger requests are refused before they are read."""
    max_connection_age_seconds: int = 45
    """Connections are renewed so that clients find new replicas."""
    drain_seconds: float = 5.0
    """How long a stopping process goes on answering after it said NOT_SERVING."""
    grace_seconds: float = 10.0
    """How long running calls may take after that."""
    readiness_poll_ms: int = 500
    """How often readiness is checked."""
    reflection: bool = False
    """Whether the server describes its contracts to tools."""
    access_log: bool = True
    """Whether every call writes a line."""
    log_level: str = "info"
    """debug, info, warning or error."""

    def __post_init__(self) -> None:
        """Check the bounds."""
        for name in _COUNTS:
            if getattr(self, name) < 1:
                raise ValueError(f"OFONE_SERVING_{name.upper()} must be at least 1")
        for name in ("drain_seconds", "grace_seconds"):
            if getattr(self, name) < 0:
                raise ValueError(f"OFONE_SERVING_{name.upper()} must not be negative")
        for name in ("grpc_port", "metrics_port"):
            if not 0 <= getattr(self, name) <= 65_535:
                raise ValueError(f"OFONE_SERVING_{name.upper()} must be between 0 and 65535")
        if self.worker_count > 1 and self.grpc_port == 0:
            raise ValueError("OFONE_SERVING_GRPC_PORT must be given when there are several workers")
        if self.log_level not in ("debug", "info", "warning", "error"):
            raise ValueError("OFONE_SERVING_LOG_LEVEL must be debug, info, warning or error")


@dataclass(frozen=True, slots=True)
class Service:
    """One gRPC service."""

    name: str
    """Its full name, such as ``grpc.health.v1.Health``."""
    add_to_server: Callable[[grpc.Server], None]
    """``functools.partial(add_…Servicer_to_server, servicer)``."""


@dataclass(frozen=True, slots=True)
class Application:
    """Everything that one process serves."""

    name: str
    """Short name for logs and metrics, such as ``profile``."""
    services: tuple[Service, ...]
    readiness: Mapping[str, ReadinessCheck] = field(default_factory=dict)
    """Named checks; the process is SERVING while all of them answer yes."""
    on_stop: tuple[Callable[[], None], ...] = ()
    """Called in this order once no call runs any more."""
    version: str = "0.1.0"
