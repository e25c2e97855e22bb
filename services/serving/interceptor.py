"""What happens around every call, in order: request id, deadline, caller, metrics, log, errors.

The handler of a method is wrapped once, at its first call; a call then costs two context
variables, a few counters and a line of log. Health checks go past all of it, and past the limit
on calls at once: an overloaded process is alive.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any, Self, TypeAlias

import grpc
import structlog

from services.serving import caller, deadline, errors, request_id
from services.serving.access_log import AccessLog
from services.serving.admission import CallPool, refusal_handler
from services.serving.decoding import decoded, decoded_stream, tolerant
from services.serving.failures import Failure, Kind
from services.serving.metrics import KINDS_OF_CALL, SHED, MethodMetrics

# Requests and responses are whatever the service's contract says.
Behavior: TypeAlias = Callable[[Any, grpc.ServicerContext], Any]
Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"
Continuation: TypeAlias = Callable[[grpc.HandlerCallDetails], "Handler | None"]

UNOBSERVED = "/grpc.health.v1.Health/"

_log = structlog.get_logger()
_OVERLOAD = SHED.labels("overload")
_LATE = SHED.labels("late")


class CallInterceptor(grpc.ServerInterceptor):
    """Refuses what is too much, and puts the steps around all else."""

    def __init__(
        self,
        pool: CallPool,
        aside: ThreadPoolExecutor,
        *,
        most_calls: int,
        default_deadline_seconds: float,
        access_log: AccessLog | None,
    ) -> None:
        self._pool = pool
        self._most_calls = most_calls
        self._default_deadline_seconds = default_deadline_seconds
        self._access_log = access_log
        self._handlers: dict[str, tuple[Handler, MethodMetrics]] = {}
        self._refusal = refusal_handler(aside)

    def intercept_service(
        self, continuation: Continuation, handler_call_details: grpc.HandlerCallDetails
    ) -> "Handler | None":
        """Return the wrapped handler, ``None`` for a method that does not exist."""
        path = handler_call_details.method
        known = self._handlers.get(path)
        if known is None:
            handler = continuation(handler_call_details)
            if handler is None or path.startswith(UNOBSERVED):
                return handler
            kind = KINDS_OF_CALL[bool(handler.request_streaming), bool(handler.response_streaming)]
            metrics = MethodMetrics(path, kind=kind)
            known = self._handlers[path] = (self._wrap(path, handler, metrics), metrics)
        if self._pool.outstanding >= self._most_calls:
            _OVERLOAD.inc()
            known[1].begin()
            known[1].end(grpc.StatusCode.RESOURCE_EXHAUSTED, 0.0)
            return self._refusal
        return known[0]

    def _wrap(self, path: str, handler: Handler, metrics: MethodMetrics) -> Handler:
        behavior = _behavior(handler)
        seconds = self._default_deadline_seconds
        log = self._access_log
        decode = decoded_stream if handler.request_streaming else decoded

        def respond(request: Any, context: grpc.ServicerContext) -> Any:
            with _Call(path, context, metrics=metrics, log=log, default_seconds=seconds):
                return behavior(decode(request), context)

        def respond_stream(request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
            with _Call(path, context, metrics=metrics, log=log, default_seconds=seconds):
                yield from behavior(decode(request), context)

        make = _MAKERS[bool(handler.request_streaming), bool(handler.response_streaming)]
        return make(
            respond_stream if handler.response_streaming else respond,
            request_deserializer=tolerant(handler.request_deserializer),
            response_serializer=handler.response_serializer,
        )


class _Call:
    """One call, from its first step to its last."""

    __slots__ = ("_context", "_default_seconds", "_ids", "_log", "_metrics", "_path", "_started")

    def __init__(
        self,
        path: str,
        context: Any,  # grpc.ServicerContext; its stub lacks code()
        *,
        metrics: MethodMetrics,
        log: AccessLog | None,
        default_seconds: float,
    ) -> None:
        self._path = path
        self._context = context
        self._metrics = metrics
        self._log = log
        self._default_seconds = default_seconds
        self._started = time.perf_counter()
        self._ids = ("", "")

    def __enter__(self) -> Self:
        context = self._context
        sent = dict(context.invocation_metadata() or ())
        chosen = request_id.accept(sent.get(request_id.KEY))
        context.set_trailing_metadata(((request_id.KEY, chosen),))
        in_time = deadline.accept(context.time_remaining(), default_seconds=self._default_seconds)
        self._ids = (chosen, caller.accept(sent.get(caller.KEY), context))
        self._metrics.begin()
        if not in_time:
            _LATE.inc()
            self._fail(deadline.too_late())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # The one place where every exception ends: what would be `except Exception` elsewhere.
        if error is None:
            self._end(self._context.code() or self._outcome())
        elif isinstance(error, Failure):
            if error.kind is Kind.INTERNAL:
                _log.error("call failed", method=self._path, exc_info=error)
            self._fail(error)
        elif isinstance(error, GeneratorExit) or type(error) is grpc.RpcError:
            self._end(grpc.StatusCode.CANCELLED)  # the caller is gone; nobody reads an answer
        elif type(error) is Exception and not error.args and self._context.code():
            self._end(self._context.code())  # the servicer's own context.abort
        elif isinstance(error, Exception):
            _log.error("call failed", method=self._path, exc_info=error)
            message = f"the service failed; its log says why under request id {self._ids[0]}"
            self._fail(Failure(Kind.INTERNAL, "INTERNAL", message))

    def _outcome(self) -> grpc.StatusCode:
        """Return OK, or how the caller left while the handler worked."""
        if self._context.is_active():
            return grpc.StatusCode.OK
        in_time = self._context.time_remaining() > 0
        return grpc.StatusCode.CANCELLED if in_time else grpc.StatusCode.DEADLINE_EXCEEDED

    def _end(self, code: grpc.StatusCode) -> None:
        seconds = time.perf_counter() - self._started
        self._metrics.end(code, seconds)
        if self._log is not None:
            self._log.add(self._path, code, seconds, ids=self._ids)

    def _fail(self, failure: Failure) -> None:
        wire = errors.to_wire(failure)
        self._end(wire.code)
        self._context.set_trailing_metadata(((request_id.KEY, self._ids[0]), wire.metadata))
        self._context.abort(wire.code, wire.details)


def _behavior(handler: Handler) -> Behavior:
    behavior = (
        handler.unary_unary or handler.unary_stream or handler.stream_unary or handler.stream_stream
    )
    assert behavior is not None
    return behavior


_MAKERS: dict[tuple[bool, bool], Callable[..., Handler]] = {
    (False, False): grpc.unary_unary_rpc_method_handler,
    (False, True): grpc.unary_stream_rpc_method_handler,
    (True, False): grpc.stream_unary_rpc_method_handler,
    (True, True): grpc.stream_stream_rpc_method_handler,
}
