"""A service without a contract of its own: what it is sent, it answers, unless a test says else.

As a program it serves until SIGTERM and answers with its process id, so that a caller sees who
answered.
"""

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import grpc
from google.protobuf.wrappers_pb2 import StringValue

from services.serving.bootstrap import Application, Service, ServingSettings, run, serve
from services.serving.settings import load_settings

NAME = "ofone.test.v1.EchoService"
ECHO = f"/{NAME}/Echo"
REPEAT = f"/{NAME}/Repeat"
GATHER = f"/{NAME}/Gather"
CHAT = f"/{NAME}/Chat"
HANG = "hang"
"""What the program never answers."""

Answer = Callable[[StringValue, Any], StringValue]
Codec = dict[str, Any]
CODEC: Codec = {
    "request_serializer": StringValue.SerializeToString,
    "response_deserializer": StringValue.FromString,
}
"""For the channel's side of a call."""


def text(value: str) -> StringValue:
    return StringValue(value=value)


def echo_service(answer: Answer = lambda request, context: request) -> Service:
    """A service whose four methods, one of each kind, give every request to ``answer``."""

    def repeat(request: StringValue, context: Any) -> Iterator[StringValue]:
        for _ in range(3):
            yield answer(request, context)

    def gather(requests: Iterable[StringValue], context: Any) -> StringValue:
        return text("".join(answer(each, context).value for each in requests))

    def chat(requests: Iterable[StringValue], context: Any) -> Iterator[StringValue]:
        for each in requests:
            yield answer(each, context)

    codec: Codec = {
        "request_deserializer": StringValue.FromString,
        "response_serializer": StringValue.SerializeToString,
    }
    handlers = {
        "Echo": grpc.unary_unary_rpc_method_handler(answer, **codec),
        "Repeat": grpc.unary_stream_rpc_method_handler(repeat, **codec),
        "Gather": grpc.stream_unary_rpc_method_handler(gather, **codec),
        "Chat": grpc.stream_stream_rpc_method_handler(chat, **codec),
    }

    def add_to_server(server: grpc.Server) -> None:
        server.add_registered_method_handlers(NAME, handlers)

    return Service(NAME, add_to_server)


def application(answer: Answer = lambda request, context: request, **rest: Any) -> Application:
    return Application("echo", (echo_service(answer),), **rest)


def main() -> int:
    settings = load_settings(ServingSettings, "OFONE_SERVING", os.environ)

    def answer(request: StringValue, _: Any) -> StringValue:
        if request.value == HANG:
            threading.Event().wait()
        return text(str(os.getpid()))

    def build() -> Application:
        return application(answer)

    return serve(build, settings, name="echo")


if __name__ == "__main__":
    run(main)
