"""Calls on their way out: what every call carries, and how it fails in our own words."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import grpc

from services.serving import errors, request_id
from services.serving.deadline import remaining_seconds
from services.serving.metrics import MethodMetrics


@dataclass(frozen=True, slots=True)
class Way:
    """What every call of one method needs."""

    metrics: MethodMetrics
    margin_ms: float
    most_seconds: float | None
    caller: tuple[str, str]

    def timeout(self, asked: float | None) -> float | None:
        """Return the seconds to give the call; ``None`` for no limit."""
        return remaining_seconds(self.margin_ms, self.most_seconds if asked is None else asked)

    def metadata(self, given: Iterable[tuple[str, str | bytes]] | None) -> Any:
        """Return ``given`` with request id and caller."""
        current = request_id.current()
        own = ((request_id.KEY, current), self.caller) if current else (self.caller,)
        return (*given, *own) if given else own

    def end(self, code: grpc.StatusCode, started: float) -> None:
        """Count a call that ended; ``started`` is of ``time.perf_counter``."""
        self.metrics.end(code, time.perf_counter() - started)


class UnaryCall:
    """Calls a method with one response."""

    __slots__ = ("_call", "_way")

    def __init__(self, call: Any, way: Way) -> None:
        self._call = call
        self._way = way

    def __call__(
        self, request: Any, timeout: float | None = None, metadata: Any = None, **options: Any
    ) -> Any:
        """Return the response.

        Raises:
            Failure: what the other side, or the way to it, failed with.
        """
        return self.with_call(request, timeout, metadata, **options)[0]

    def with_call(
        self, request: Any, timeout: float | None = None, metadata: Any = None, **options: Any
    ) -> Any:
        """Return the response and the call, which has the metadata.

        Raises:
            Failure: what the other side, or the way to it, failed with.
        """
        way = self._way
        remaining = way.timeout(timeout)
        started = time.perf_counter()
        way.metrics.begin()
        try:
            answer = self._call.with_call(request, remaining, way.metadata(metadata), **options)
        except grpc.RpcError as error:
            way.end(error.code(), started)
            raise errors.from_rpc_error(error) from error
        way.end(grpc.StatusCode.OK, started)
        return answer

    def future(
        self, request: Any, timeout: float | None = None, metadata: Any = None, **options: Any
    ) -> "PendingCall":
        """Begin the call; ``result()`` waits for it."""
        way = self._way
        remaining = way.timeout(timeout)
        started = time.perf_counter()
        way.metrics.begin()
        future = self._call.future(request, remaining, way.metadata(metadata), **options)
        future.add_done_callback(lambda done: way.end(done.code(), started))
        return PendingCall(future)


class PendingCall:
    """A call that was begun."""

    __slots__ = ("_future",)

    def __init__(self, future: Any) -> None:
        self._future = future

    def result(self) -> Any:
        """Wait for the response.

        Raises:
            Failure: when the call fails; its deadline has been set when it began.
        """
        try:
            return self._future.result()
        except grpc.FutureCancelledError:
            raise errors.from_rpc_error(self._future) from None
        except grpc.RpcError as error:
            raise errors.from_rpc_error(error) from error

    def cancel(self) -> None:
        """Give up."""
        self._future.cancel()


class StreamCall:
    """Calls a method with a stream of responses."""

    __slots__ = ("_call", "_way")

    def __init__(self, call: Any, way: Way) -> None:
        self._call = call
        self._way = way

    def __call__(
        self, request: Any, timeout: float | None = None, metadata: Any = None, **options: Any
    ) -> "ResponseStream":
        """Begin the call and return its responses."""
        way = self._way
        remaining = way.timeout(timeout)
        started = time.perf_counter()
        way.metrics.begin()
        stream = self._call(request, remaining, way.metadata(metadata), **options)

        def count() -> None:
            way.end(stream.code(), started)

        if not stream.add_callback(count):  # it has ended already and calls nobody back
            count()
        return ResponseStream(stream)


class ResponseStream:
    """The responses, one after the other."""

    __slots__ = ("_stream",)

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        """Return the next response.

        Raises:
            Failure: what the other side, or the way to it, failed with.
        """
        try:
            return next(self._stream)
        except grpc.RpcError as error:
            raise errors.from_rpc_error(error) from error

    def cancel(self) -> None:
        """Tell the server that no more is wanted."""
        self._stream.cancel()
