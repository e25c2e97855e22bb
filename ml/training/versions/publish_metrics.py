"""What the publishing sidecar shows Prometheus."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from prometheus_client import Gauge, start_http_server

ASTRAY = Gauge(
    "ofone_publish_champion_astray",
    "Whether the alias champion names another version than the promotion log: 1 or 0.",
)


def show_astray(is_astray: bool) -> None:  # noqa: FBT001  # the shape of a callback
    """Show whether the alias is astray."""
    ASTRAY.set(is_astray)


@dataclass(frozen=True, slots=True)
class MetricsPage:
    """Where Prometheus reads."""

    host: str
    port: int
    """0 takes any."""


@contextmanager
def shown(page: MetricsPage | None) -> Iterator[int]:
    """Show the metrics while the block runs, and give the port; 0 where there is no page.

    Raises:
        OSError: when the port is taken.
    """
    if page is None:
        yield 0
        return
    server, thread = start_http_server(page.port, page.host)
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
