"""What the tests of the kit share."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import grpc
import pytest

from services.serving.bootstrap import Application, RunningServer, ServingSettings, running

Serve = Callable[..., RunningServer]
Dial = Callable[[RunningServer], grpc.Channel]


@pytest.fixture
def serving() -> Iterator[Serve]:
    """Start a server that is stopped when the test ends; settings by name."""
    with contextlib.ExitStack() as stack:

        def start(application: Application, **settings: Any) -> RunningServer:
            chosen = ServingSettings(
                **{"grpc_port": 0, "metrics_port": 0, "access_log": False} | settings
            )
            return stack.enter_context(running(application, chosen))

        yield start


@pytest.fixture
def plain_channel() -> Iterator[Dial]:
    """Open a channel without any of the kit's ways, as a stranger would."""
    with contextlib.ExitStack() as stack:
        yield lambda server: stack.enter_context(grpc.insecure_channel(server.address))
