"""A process says SERVING only while it can really answer."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import grpc
import pytest
import structlog
from grpc_health.v1 import health_pb2, health_pb2_grpc  # type: ignore[import-untyped]

from services.serving import health
from tests.services.serving import echo
from tests.services.serving.conftest import Dial, Serve

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING
FAST: dict[str, Any] = {"readiness_poll_ms": 10}


@pytest.fixture
def log() -> Iterator[list[Any]]:
    with structlog.testing.capture_logs() as lines:
        yield lines


def asks(channel: grpc.Channel) -> Callable[[str], int]:
    stub = health_pb2_grpc.HealthStub(channel)
    return lambda service: int(stub.Check(health_pb2.HealthCheckRequest(service=service)).status)


def test_without_checks_it_serves_at_once(serving: Serve, plain_channel: Dial) -> None:
    server = serving(echo.application())
    assert server.wait_ready()
    ask = asks(plain_channel(server))

    assert (ask(""), ask(echo.NAME)) == (SERVING, SERVING)


def test_while_one_check_fails_it_answers_not_serving_and_the_log_names_the_check(
    log: list[Any], serving: Serve, plain_channel: Dial
) -> None:
    there = threading.Event()
    checks = {"database": lambda: True, "model": there.is_set}
    server = serving(echo.application(readiness=checks), **FAST)
    ask = asks(plain_channel(server))

    assert (ask(""), ask(echo.NAME)) == (NOT_SERVING, NOT_SERVING)
    there.set()
    assert server.wait_ready()
    assert (ask(""), ask(echo.NAME)) == (SERVING, SERVING)
    assert {"event": "not ready", "failing_checks": ["model"], "log_level": "warning"} in log


def test_a_watcher_hears_of_every_change(serving: Serve, plain_channel: Dial) -> None:
    there = threading.Event()
    there.set()
    server = serving(echo.application(readiness={"model": there.is_set}), **FAST)
    assert server.wait_ready()
    stub = health_pb2_grpc.HealthStub(plain_channel(server))
    watch = stub.Watch(health_pb2.HealthCheckRequest(service=echo.NAME))

    heard = [next(watch).status]
    there.clear()
    heard.append(next(watch).status)
    there.set()
    heard.append(next(watch).status)
    server.drain()
    heard.append(next(watch).status)

    assert heard == [SERVING, NOT_SERVING, SERVING, NOT_SERVING]
    watch.cancel()


def test_a_check_that_raises_fails_and_is_logged_once(log: list[Any], serving: Serve) -> None:
    asked = threading.Semaphore(0)

    def broken() -> bool:
        asked.release()
        raise OSError("no route")

    server = serving(echo.application(readiness={"database": broken}), **FAST)
    for _ in range(3):
        assert asked.acquire(timeout=10)

    assert not server.wait_ready(0)
    assert [line["event"] for line in log].count("readiness check raised") == 1


def test_a_check_that_hangs_fails(
    monkeypatch: pytest.MonkeyPatch, log: list[Any], serving: Serve
) -> None:
    monkeypatch.setattr(health, "_CHECK_SECONDS", 0.02)
    hanging, answer = threading.Event(), threading.Event()

    def hang() -> bool:
        hanging.set()
        return answer.wait(30)

    server = serving(echo.application(readiness={"database": hang}), **FAST)
    assert hanging.wait(10)
    assert not server.wait_ready(0.1)
    answer.set()
    assert server.wait_ready()
    assert {"event": "not ready", "failing_checks": ["database"], "log_level": "warning"} in log


def test_draining_is_for_good(serving: Serve, plain_channel: Dial) -> None:
    server = serving(echo.application(readiness={"model": lambda: True}), **FAST)
    assert server.wait_ready()
    ask = asks(plain_channel(server))
    server.drain()

    assert (ask(""), ask(echo.NAME)) == (NOT_SERVING, NOT_SERVING)


def test_a_process_lives_from_its_start_until_it_drains_whatever_its_checks_say(
    serving: Serve, plain_channel: Dial
) -> None:
    asked = threading.Semaphore(0)

    def away() -> bool:
        asked.release()
        return False

    server = serving(echo.application(readiness={"database": away}), **FAST)
    ask = asks(plain_channel(server))
    for _ in range(3):
        assert asked.acquire(timeout=10)
    assert (ask(health.LIVE), ask("")) == (SERVING, NOT_SERVING)
    server.drain()
    assert ask(health.LIVE) == NOT_SERVING


def test_an_unknown_service_is_not_found(serving: Serve, plain_channel: Dial) -> None:
    ask = asks(plain_channel(serving(echo.application())))
    with pytest.raises(grpc.RpcError) as caught:
        ask("no.such.Service")

    assert caught.value.code() is grpc.StatusCode.NOT_FOUND
