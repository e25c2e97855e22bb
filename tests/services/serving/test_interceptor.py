"""Every step around a call, seen from the caller's side."""

import threading
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc  # type: ignore[import-untyped]

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
    refused = ended(call, text("too much"))
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


def test_a_request_larger_than_the_limit_is_refused(serving: Serve, plain_channel: Dial) -> None:
    channel = plain_channel(serving(echo.application(), max_receive_bytes=1_000))
    failure = ended(channel.unary_unary(echo.ECHO, **CODEC), text("x" * 2_000))

    assert failure.kind is Kind.EXHAUSTED
    assert "larger than max" in failure.message


def test_an_unknown_method_is_unimplemented(serving: Serve, plain_channel: Dial) -> None:
    channel = plain_channel(serving(echo.application()))
    failure = ended(channel.unary_unary(f"/{echo.NAME}/Nothing"), b"")

    assert failure.reason == "UNIMPLEMENTED"
