"""What every service counts, and the page that shows it."""

import urllib.request

import grpc
import prometheus_client
import pytest
from google.protobuf.wrappers_pb2 import StringValue

from services.serving import metrics
from services.serving.failures import Failure, Kind
from services.serving.startup import StartupError
from tests.services.serving import echo
from tests.services.serving.conftest import Dial, Serve
from tests.services.serving.echo import CODEC, text

CALL = {"grpc_type": "unary", "grpc_service": echo.NAME, "grpc_method": "Echo"}


def sample(name: str, **labels: str) -> float:
    value = prometheus_client.REGISTRY.get_sample_value(name, labels)
    assert value is not None, f"{name} {labels} has no series"
    return value


def test_every_method_and_code_of_a_known_contract_starts_at_zero() -> None:
    metrics.declare_methods(["grpc.health.v1.Health", "no.such.Service"])
    labels = {
        "grpc_type": "server_stream",
        "grpc_service": "grpc.health.v1.Health",
        "grpc_method": "Watch",
    }

    for code in ("OK", "InvalidArgument", "DeadlineExceeded", "Unavailable", "Internal"):
        assert sample("grpc_server_handled_total", **labels, grpc_code=code) == 0
    assert sample("grpc_server_handling_seconds_count", **labels) == 0


def test_calls_are_counted_by_how_they_end(serving: Serve, plain_channel: Dial) -> None:
    def answer(request: StringValue, context: object) -> StringValue:
        if request.value == "missing":
            raise Failure(Kind.NOT_FOUND, "NOT_THERE", "is not there")
        return request

    call = plain_channel(serving(echo.application(answer))).unary_unary(echo.ECHO, **CODEC)
    call(text("a"))
    names = ("grpc_server_started_total", "grpc_server_handling_seconds_count")
    codes = ("OK", "NotFound")
    before = [sample(name, **CALL) for name in names]
    handled = [sample("grpc_server_handled_total", **CALL, grpc_code=code) for code in codes]
    call(text("a"))
    for _ in range(2):
        with pytest.raises(grpc.RpcError):
            call(text("missing"))

    assert [sample(name, **CALL) for name in names] == [each + 3 for each in before]
    assert [sample("grpc_server_handled_total", **CALL, grpc_code=code) for code in codes] == [
        handled[0] + 1,
        handled[1] + 2,
    ]


def test_the_page_shows_build_and_readiness(serving: Serve) -> None:
    server = serving(echo.application(version="1.2.3"))
    assert server.wait_ready()
    with urllib.request.urlopen(f"http://127.0.0.1:{server.metrics_port}/metrics") as page:
        lines = page.read().decode().splitlines()

    assert "ofone_serving_ready 1.0" in lines
    assert any('service="echo",version="1.2.3"' in line for line in lines)
    assert 'ofone_serving_shed_total{reason="overload"}' in " ".join(lines)


def test_a_taken_metrics_port_is_one_clear_sentence(serving: Serve) -> None:
    taken = serving(echo.application()).metrics_port

    with pytest.raises(StartupError) as caught:
        serving(echo.application(), metrics_port=taken)

    assert str(caught.value) == (
        f"port {taken} on 127.0.0.1 (OFONE_SERVING_METRICS_PORT) is in use"
    )
