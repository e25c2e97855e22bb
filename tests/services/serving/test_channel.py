"""Calls to other services."""

import contextvars
import time
from collections.abc import Callable, Iterator
from typing import Any

import grpc
import prometheus_client
import pytest

from services.serving import caller, deadline, request_id
from services.serving.channel import ChannelSettings, connect
from services.serving.failures import Failure, FieldViolation, Kind, invalid
from tests.services.serving import echo
from tests.services.serving.conftest import Serve
from tests.services.serving.echo import CODEC, text

SETTINGS = ChannelSettings(echo.NAME, "test")


@pytest.fixture
def call_with(serving: Serve) -> Iterator[Any]:
    """Serve ``answer`` and return a channel to it."""
    channels: list[grpc.Channel] = []

    def dial(answer: echo.Answer, settings: ChannelSettings = SETTINGS, **rest: Any) -> Any:
        server = serving(echo.application(answer))
        assert server.wait_ready()
        channels.append(connect(f"ipv4:{server.address}", settings, **rest))
        return channels[-1]

    yield dial
    for channel in channels:
        channel.close()


def refuse(request: Any, context: Any) -> Any:
    raise invalid([FieldViolation("value", "BAD", "is bad")])


def test_every_kind_of_call_raises_the_failure_of_the_other_side(call_with: Any) -> None:
    channel = call_with(refuse)
    calls: list[Callable[[], Any]] = [
        lambda: channel.unary_unary(echo.ECHO, **CODEC)(text("a"), wait_for_ready=True),
        lambda: channel.unary_unary(echo.ECHO, **CODEC).future(text("a")).result(),
        lambda: list(channel.unary_stream(echo.REPEAT, **CODEC)(text("a"))),
        lambda: channel.stream_unary(echo.GATHER, **CODEC)(iter([text("a")])),
        lambda: list(channel.stream_stream(echo.CHAT, **CODEC)(iter([text("a")]))),
    ]

    for call in calls:
        with pytest.raises(Failure) as caught:
            call()
        assert caught.value.violations == (FieldViolation("value", "BAD", "is bad"),)


def test_request_id_and_caller_go_on_to_the_next_hop(call_with: Any) -> None:
    def who(request: Any, context: Any) -> Any:
        return text(f"{request_id.current()} {caller.current()}")

    echo_call = call_with(who).unary_unary(echo.ECHO, **CODEC)

    def in_call() -> str:
        request_id.accept("till-7")
        return str(echo_call(text(""), wait_for_ready=True).value)

    assert in_a_context_of_its_own(in_call) == "till-7 test"


def test_what_remains_of_the_deadline_is_passed_on_less_the_margin(call_with: Any) -> None:
    def remaining(request: Any, context: Any) -> Any:
        return text(str(deadline.remaining_seconds()))

    settings = ChannelSettings(echo.NAME, "test", margin_ms=1_000)
    channel = call_with(remaining, settings)

    def in_call() -> float:
        deadline.accept(5.0, default_seconds=1)
        answer = channel.unary_unary(echo.ECHO, **CODEC)(text(""), 60, wait_for_ready=True)
        return float(answer.value)

    # Two hops in this process would share a context: the caller's side gets one of its own.
    assert 0 < in_a_context_of_its_own(in_call) <= 4.01


def test_a_call_without_time_left_is_not_made(call_with: Any) -> None:
    seen: list[str] = []

    def note(request: Any, context: Any) -> Any:
        seen.append(request.value)
        return request

    channel = call_with(note)

    def in_call() -> Kind:
        deadline.accept(0.004, default_seconds=1)
        with pytest.raises(Failure) as caught:
            channel.unary_unary(echo.ECHO, **CODEC)(text("x"))
        return caught.value.kind

    assert in_a_context_of_its_own(in_call) is Kind.LATE
    assert seen == []


def test_a_safe_method_is_retried_and_another_is_not(call_with: Any) -> None:
    tries: list[str] = []

    def fail_first(request: Any, context: Any) -> Any:
        tries.append(request.value)
        if tries.count(request.value) == 1:
            raise Failure(Kind.UNAVAILABLE, "AWAY", "come again")
        return request

    channel = call_with(fail_first, safe_methods=["Echo"])
    safe = channel.unary_unary(echo.ECHO, **CODEC)
    unsafe = channel.stream_unary(echo.GATHER, **CODEC)

    assert safe(text("safe"), wait_for_ready=True).value == "safe"
    with pytest.raises(Failure) as caught:
        unsafe(iter([text("unsafe")]))
    assert (caught.value.kind, caught.value.reason) == (Kind.UNAVAILABLE, "AWAY")
    assert tries == ["safe", "safe", "unsafe"]


def test_a_slow_service_is_late_within_the_limit(call_with: Any) -> None:
    def slow(request: Any, context: Any) -> Any:
        time.sleep(0.3)
        return request

    settings = ChannelSettings(echo.NAME, "test", timeout_ms=50)
    with pytest.raises(Failure) as caught:
        call_with(slow, settings).unary_unary(echo.ECHO, **CODEC)(text("x"), wait_for_ready=True)

    assert caught.value.kind is Kind.LATE


def test_a_service_that_is_not_there_is_unavailable_at_once(call_with: Any) -> None:
    with connect("ipv4:127.0.0.1:1", SETTINGS) as channel, pytest.raises(Failure) as caught:
        channel.unary_unary(echo.ECHO, **CODEC)(text("x"))

    assert caught.value.kind is Kind.UNAVAILABLE


def test_a_service_that_is_not_ready_gets_no_calls(serving: Serve) -> None:
    server = serving(echo.application(readiness={"model": lambda: False}))
    with (
        connect(f"ipv4:{server.address}", SETTINGS) as channel,
        pytest.raises(Failure) as caught,
    ):
        channel.unary_unary(echo.ECHO, **CODEC)(text("x"))

    assert caught.value.kind is Kind.UNAVAILABLE


def test_calls_made_are_counted_by_how_they_end(call_with: Any) -> None:
    def handled(method: str, kind: str) -> float:
        labels = {"grpc_type": kind, "grpc_service": echo.NAME, "grpc_method": method}
        name = "grpc_client_handled_total"
        value = prometheus_client.REGISTRY.get_sample_value(
            name, labels | {"grpc_code": "InvalidArgument"}
        )
        return value or 0.0

    channel = call_with(refuse)
    unary, stream = handled("Echo", "unary"), handled("Repeat", "server_stream")
    with pytest.raises(Failure):
        channel.unary_unary(echo.ECHO, **CODEC)(text("a"), wait_for_ready=True)
    responses = channel.unary_stream(echo.REPEAT, **CODEC)(text("a"))
    with pytest.raises(Failure):
        next(responses)

    assert handled("Echo", "unary") == unary + 1
    patience = time.monotonic() + 10
    while handled("Repeat", "server_stream") == stream:  # gRPC tells of a stream's end on a thread
        assert time.monotonic() < patience, "the stream's end was not counted"
        time.sleep(0.001)
    assert handled("Repeat", "server_stream") == stream + 1


def in_a_context_of_its_own(function: Any) -> Any:
    return contextvars.Context().run(function)
