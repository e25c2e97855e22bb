"""Calls that end before anyone looks."""

from collections.abc import Callable

import grpc
import prometheus_client
import pytest

from services.serving.calls import StreamCall, Way
from services.serving.metrics import MethodMetrics

PATH = "/ofone.test.Calls/Repeat"


class Stream:
    """A stream of gRPC's that ends before or after its callback is added."""

    def __init__(self, *, ended: bool) -> None:
        self.ended = ended
        self.callbacks: list[Callable[[], None]] = []

    def add_callback(self, callback: Callable[[], None]) -> bool:
        if not self.ended:
            self.callbacks.append(callback)
        return not self.ended

    def code(self) -> grpc.StatusCode:
        return grpc.StatusCode.UNAVAILABLE

    def end(self) -> None:
        for callback in self.callbacks:
            callback()


def ends() -> float:
    labels = {"grpc_type": "server_stream", "grpc_service": "ofone.test.Calls"}
    labels |= {"grpc_method": "Repeat", "grpc_code": "Unavailable"}
    name = "grpc_client_handled_total"
    return prometheus_client.REGISTRY.get_sample_value(name, labels) or 0.0


@pytest.mark.parametrize("ended", [True, False])
def test_the_end_of_a_stream_is_counted_once_however_early_it_comes(ended: bool) -> None:
    metrics = MethodMetrics(PATH, kind="server_stream", client=True)
    stream, before = Stream(ended=ended), ends()
    way = Way(metrics, margin_ms=0, most_seconds=None, caller=("caller", "test"))
    StreamCall(lambda *_: stream, way)(b"")
    assert ends() == before + (1 if ended else 0)
    stream.end()
    assert ends() == before + 1
