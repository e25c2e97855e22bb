"""Every step around a call, seen from the caller's side."""

import threading
import time
from collections.abc import Callable
from typing import Any

import grpc
import prometheus_client
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc  # type: ignore[import-untyped]
from grpc_reflection.v1alpha import (  # type: ignore[import-untyped]
    reflection_pb2,
    reflection_pb2_grpc,
)

from services.serving import caller, deadline, request_id
from services.serving.errors import from_rpc_error
from services.serving.failures import Failure, FieldViolation, Kind, invalid
from tests.services.serving import echo
from tests.services.serving.conftest import Dial, Serve
from tests.services.serving.echo import CODEC, text

NOT_UTF8 = b"\x0a\x02\xff\xfe"
NO_MESSAGE = b"\xff\xff\xff"


def ended(call: Any, *arguments: Any, **options: Any) -> Failure:
    """Make the call, read its stream if it has one, and return how it failed."""
    with pytest.raises(grpc.RpcError) as caught:
        list(call(*arguments, **options))
    return from_rpc_error(caught.value)


@pytest.mark.parametrize("damaged", [NOT_UTF8, NO_MESSAGE])
def test_a_request_that_cannot_be_decoded_is_the_callers_mistake(
    damaged: bytes, serving: Serve, plain_channel: Dial
) -> None:
    channel = plain_channel(serving(echo.application()))
    failures = [
        ended(channel.unary_unary(echo.ECHO), damaged),
        ended(channel.unary_stream(echo.REPEAT), damaged),
        ended(channel.stream_unary(echo.GATHER), iter([damaged])),
        ended(channel.stream_stream(echo.CHAT), iter([damaged])),
    ]

    for failure in failures:
        assert (failure.kind, failure.reason) == (Kind.INVALID, "UNDECODABLE")
        assert "UTF-8" in failure.message


def test_all_four_kinds_of_call_answer(serving: Serve, plain_channel: Dial) -> None:
    channel = plain_channel(serving(echo.application()))
    two = [text("a"), text("b")]

    assert channel.unary_unary(echo.ECHO, **CODEC)(text("a")).value == "a"
    assert [each.value for each in channel.unary_stream(echo.REPEAT, **CODEC)(text("a"))] == [
        "a",
        "a",
        "a",
    ]
    assert channel.stream_unary(echo.GATHER, **CODEC)(iter(two)).value == "ab"
    assert [each.value for each in channel.stream_stream(echo.CHAT, **CODEC)(iter(two))] == [
        "a",
        "b",
    ]


def test_a_defect_is_internal_and_its_details_stay_in_the_log(
    serving: Serve, plain_channel: Dial, capsys: pytest.CaptureFixture[str]
) -> None:
    def break_down(request: Any, context: Any) -> Any:
        raise KeyError("secret of the house")

    channel = plain_channel(serving(echo.application(break_down)))
    for failure in (
        ended(channel.unary_unary(echo.ECHO, **CODEC), text("x")),
        ended(channel.unary_stream(echo.REPEAT, **CODEC), text("x")),
    ):
        assert (failure.kind, failure.reason) == (Kind.INTERNAL, "INTERNAL")
        assert "secret" not in str(failure)
    assert "secret of the house" in capsys.readouterr().out


def test_a_failure_in_the_middle_of_a_stream_comes_after_what_was_sent(
    serving: Serve, plain_channel: Dial
) -> None:
    def refuse_b(request: Any, context: Any) -> Any:
        if request.value == "b":
            raise invalid([FieldViolation("value", "BAD", "is b")])
        return request

    channel = plain_channel(serving(echo.application(refuse_b)))
    stream = channel.stream_stream(echo.CHAT, **CODEC)(iter([text("a"), text("b")]))

    assert next(stream).value == "a"
    assert ended(lambda: stream).violations == (FieldViolation("value", "BAD", "is b"),)


def test_a_servicer_may_abort_by_itself(serving: Serve, plain_channel: Dial) -> None:
    def abort(request: Any, context: Any) -> Any:
        context.abort(grpc.StatusCode.UNAUTHENTICATED, "who are you")

    failure = ended(
        plain_channel(serving(echo.application(abort))).unary_unary(echo.ECHO, **CODEC), text("x")
    )
    assert (failure.kind, failure.message) == (Kind.DENIED, "who are you")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [("till-7:31", True), (None, False), ("", False), ('"quoted"', False), ("x" * 65, False)],
)
def test_the_request_id_is_kept_when_it_is_sane_and_echoed_always(
    sent: str | None, kept: bool, serving: Serve, plain_channel: Dial
) -> None:
    channel = plain_channel(
        serving(echo.application(lambda request, context: text(request_id.current())))
    )
    metadata = () if sent is None else ((request_id.KEY, sent),)
    answer, call = channel.unary_unary(echo.ECHO, **CODEC).with_call(text(""), metadata=metadata)

    assert dict(call.trailing_metadata())[request_id.KEY] == answer.value
    assert (answer.value == sent) is kept
    assert answer.value


def test_the_caller_is_who_it_says_it_is_or_its_address(
    serving: Serve, plain_channel: Dial
) -> None:
    channel = plain_channel(
        serving(echo.application(lambda request, context: text(caller.current())))
    )
    call = channel.unary_unary(echo.ECHO, **CODEC)

    assert call(text(""), metadata=((caller.KEY, "till"),)).value == "till"
    assert call(text("")).value.startswith("ipv4:127.0.0.1:")


def test_a_handler_sees_the_callers_deadline_or_the_default(
    serving: Serve, plain_channel: Dial
) -> None:
    server = serving(
        echo.application(lambda request, context: text(str(deadline.remaining_seconds()))),
        default_deadline_ms=3_000,
    )
    call = plain_channel(server).unary_unary(echo.ECHO, **CODEC)

    assert 3 < float(call(text(""), timeout=60).value) <= 61
    assert 0 < float(call(text("")).value) <= 3


def test_more_calls_than_the_limit_are_refused_at_once_but_health_answers(
    serving: Serve, plain_channel: Dial
) -> None:
    entered, leave = threading.Semaphore(0), threading.Event()

    def wait(request: Any, context: Any) -> Any:
        entered.release()
        leave.wait(30)
        return request

    server = serving(echo.application(wait), thread_count=1, maximum_concurrent_rpcs=2)
    assert server.wait_ready()
    channel = plain_channel(server)
    call = channel.unary_unary(echo.ECHO, **CODEC)
    running = call.future(text("runs"))
    assert entered.acquire(timeout=10)
    waiting = call.future(text("waits"))
    while server.outstanding_calls < 2:
        pass
    refused = ended(call, text("too much"), timeout=10)
    health = health_pb2_grpc.HealthStub(channel).Check(
        health_pb2.HealthCheckRequest(service=echo.NAME), timeout=10
    )
    leave.set()

    assert (refused.kind, refused.reason) == (Kind.EXHAUSTED, "OVERLOADED")
    assert refused.retry_after_seconds == 0.1
    assert health.status == health_pb2.HealthCheckResponse.SERVING
    assert [running.result().value, waiting.result().value] == ["runs", "waits"]


def test_a_call_whose_deadline_passed_while_it_waited_is_not_worked_on(
    serving: Serve, plain_channel: Dial
) -> None:
    seen: list[str] = []
    entered, leave = threading.Event(), threading.Event()

    def answer(request: Any, context: Any) -> Any:
        seen.append(request.value)
        entered.set()
        leave.wait(30)
        return request

    server = serving(echo.application(answer), thread_count=1)
    call = plain_channel(server).unary_unary(echo.ECHO, **CODEC)
    first = call.future(text("first"))
    assert entered.wait(10)
    late = ended(call, text("late"), timeout=0.05)
    leave.set()
    first.result()
    last = call(text("last"))

    assert late.kind is Kind.LATE
    assert last.value == "last"
    assert seen == ["first", "last"]


def test_a_caller_that_goes_away_is_counted_and_is_no_defect(
    serving: Serve, plain_channel: Dial, capsys: pytest.CaptureFixture[str]
) -> None:
    entered, gone = threading.Event(), threading.Event()

    def answer(request: Any, context: Any) -> Any:
        context.add_callback(gone.set)
        entered.set()
        gone.wait(30)
        return request

    def cancelled(method: str, kind: str) -> float:
        labels = {"grpc_type": kind, "grpc_service": echo.NAME, "grpc_method": method}
        value = prometheus_client.REGISTRY.get_sample_value(
            "grpc_server_handled_total", labels | {"grpc_code": "Cancelled"}
        )
        return value or 0.0

    server = serving(echo.application(answer))
    channel = plain_channel(server)
    before = cancelled("Echo", "unary"), cancelled("Chat", "bidi_stream")
    begin: list[Callable[[], Any]] = [
        lambda: channel.unary_unary(echo.ECHO, **CODEC).future(text("x")),
        lambda: channel.stream_stream(echo.CHAT, **CODEC)(iter([text("x")])),
    ]
    for each in begin:
        call = each()
        assert entered.wait(10)
        call.cancel()
        assert gone.wait(10)
        entered.clear()
        gone.clear()
    while server.outstanding_calls:
        pass

    assert (cancelled("Echo", "unary"), cancelled("Chat", "bidi_stream")) == (
        before[0] + 1,
        before[1] + 1,
    )
    assert "call failed" not in capsys.readouterr().out


def test_what_is_to_stop_stops_once_no_call_runs(serving: Serve, plain_channel: Dial) -> None:
    order: list[str] = []
    entered = threading.Event()

    def answer(request: Any, context: Any) -> Any:
        entered.set()
        time.sleep(0.05)
        order.append("answered")
        return request

    stops = (lambda: order.append("consumer"), lambda: order.append("store"))
    server = serving(echo.application(answer, on_stop=stops))
    call = plain_channel(server).unary_unary(echo.ECHO, **CODEC).future(text("x"))
    assert entered.wait(10)
    server.stop(10)

    assert call.result().value == "x"
    assert order == ["answered", "consumer", "store"]


def test_reflection_describes_the_services_only_when_switched_on(
    serving: Serve, plain_channel: Dial
) -> None:
    def listed(reflection: bool) -> list[str]:
        channel = plain_channel(serving(echo.application(), reflection=reflection))
        stub = reflection_pb2_grpc.ServerReflectionStub(channel)
        asked = reflection_pb2.ServerReflectionRequest(list_services="")
        (answer,) = stub.ServerReflectionInfo(iter([asked]))
        return [each.name for each in answer.list_services_response.service]

    assert echo.NAME in listed(True)
    with pytest.raises(grpc.RpcError, match="UNIMPLEMENTED"):
        listed(False)


def test_a_request_larger_than_the_limit_is_refused(serving: Serve, plain_channel: Dial) -> None:
    channel = plain_channel(serving(echo.application(), max_receive_bytes=1_000))
    failure = ended(channel.unary_unary(echo.ECHO, **CODEC), text("x" * 2_000))

    assert failure.kind is Kind.EXHAUSTED
    assert "larger than max" in failure.message


def test_an_unknown_method_is_unimplemented(serving: Serve, plain_channel: Dial) -> None:
    channel = plain_channel(serving(echo.application()))
    failure = ended(channel.unary_unary(f"/{echo.NAME}/Nothing"), b"")

    assert failure.reason == "UNIMPLEMENTED"
