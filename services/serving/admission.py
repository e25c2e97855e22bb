"""How many calls a process takes on; more are refused at once, so that the rest is in time."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import grpc

from services.serving import errors
from services.serving.failures import Failure, Kind

RETRY_AFTER_SECONDS = 0.1
"""When a refused caller may come back: a few times as long as a call takes."""


class CallPool(ThreadPoolExecutor):
    """The threads that answer; knows how many calls wait or run."""

    def __init__(self, thread_count: int) -> None:
        super().__init__(thread_count, thread_name_prefix="call")
        self._lock = threading.Lock()
        self.outstanding = 0

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Count and pass on; a cancelled call ends its future like any other."""
        with self._lock:
            self.outstanding += 1
        future = super().submit(fn, *args, **kwargs)
        future.add_done_callback(self._leave)
        return future

    def _leave(self, _: Future[Any]) -> None:
        with self._lock:
            self.outstanding -= 1


def refusal_handler(aside: ThreadPoolExecutor) -> "grpc.RpcMethodHandler[Any, Any]":
    """Return a handler that reads nothing and refuses, on a thread that no call occupies."""
    failure = Failure(
        Kind.EXHAUSTED,
        "OVERLOADED",
        "the service has too many calls at once",
        retry_after_seconds=RETRY_AFTER_SECONDS,
    )
    wire = errors.to_wire(failure)

    def refuse(_: object, context: grpc.ServicerContext) -> None:
        context.set_trailing_metadata((wire.metadata,))
        context.abort(wire.code, wire.details)

    refuse.experimental_thread_pool = aside  # type: ignore[attr-defined]  # how gRPC reads it
    # As a streaming handler it answers without waiting for the request to arrive.
    return grpc.stream_unary_rpc_method_handler(refuse)
