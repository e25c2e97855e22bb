"""The empty chain: three processes of the same shape whose handlers only answer.

Same serving kit, same threads, same messages of the same size; nothing is looked up or computed. It
is the floor that no implementation of ours on this machinery can go below.

Usage: ``python -m tests.benchmarks.empty_chain ROLE MESSAGES_FOLDER``, with the serving variables.
"""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
from ofone.embedding.v1 import embedding_service_pb2 as embedding_pb2
from ofone.embedding.v1 import embedding_service_pb2_grpc as embedding_grpc
from ofone.profile.v1 import profile_service_pb2 as profile_pb2
from ofone.profile.v1 import profile_service_pb2_grpc as profile_grpc
from ofone.recommendation.v1 import recommendation_service_pb2 as recommendation_pb2

from services.serving.bootstrap import Application, Service, ServingSettings, run, serve
from services.serving.channel import ChannelSettings, connect
from services.serving.settings import load_settings

PROFILE = "ofone.profile.v1.ProfileService"
EMBEDDING = "ofone.embedding.v1.EmbeddingService"
RECOMMENDATION = "ofone.recommendation.v1.RecommendationService"


@dataclass(frozen=True, slots=True)
class CannedMessages:
    """One recorded exchange of the real chain."""

    snapshot_request: profile_pb2.GetSnapshotRequest
    snapshot: profile_pb2.GetSnapshotResponse
    retrieve_request: embedding_pb2.RetrieveRequest
    candidates: embedding_pb2.RetrieveResponse
    answer: recommendation_pb2.SelectOffersResponse

    def write(self, folder: Path) -> None:
        """Keep the messages as files."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in self.__slots__:
            (folder / name).write_bytes(getattr(self, name).SerializeToString())

    @classmethod
    def read(cls, folder: Path) -> "CannedMessages":
        """Return the messages that ``write`` kept."""

        def content(name: str) -> bytes:
            return (folder / name).read_bytes()

        return cls(
            profile_pb2.GetSnapshotRequest.FromString(content("snapshot_request")),
            profile_pb2.GetSnapshotResponse.FromString(content("snapshot")),
            embedding_pb2.RetrieveRequest.FromString(content("retrieve_request")),
            embedding_pb2.RetrieveResponse.FromString(content("candidates")),
            recommendation_pb2.SelectOffersResponse.FromString(content("answer")),
        )


def _profile(messages: CannedMessages) -> Service:
    handler = grpc.unary_unary_rpc_method_handler(
        lambda _request, _context: messages.snapshot,
        profile_pb2.GetSnapshotRequest.FromString,
        profile_pb2.GetSnapshotResponse.SerializeToString,
    )
    return _service(PROFILE, "GetSnapshot", handler)


def _embedding(messages: CannedMessages) -> Service:
    handler = grpc.unary_unary_rpc_method_handler(
        lambda _request, _context: messages.candidates,
        embedding_pb2.RetrieveRequest.FromString,
        embedding_pb2.RetrieveResponse.SerializeToString,
    )
    return _service(EMBEDDING, "Retrieve", handler)


def _recommendation(messages: CannedMessages) -> Service:
    def channel(target: str, service: str) -> grpc.Channel:
        return connect(os.environ[target], ChannelSettings(service, "recommendation"))

    profile = profile_grpc.ProfileServiceStub(channel("PROFILE_TARGET", PROFILE))
    embedding = embedding_grpc.EmbeddingServiceStub(channel("EMBEDDING_TARGET", EMBEDDING))

    def select_offers(
        _request: recommendation_pb2.SelectOffersRequest, _context: grpc.ServicerContext
    ) -> recommendation_pb2.SelectOffersResponse:
        profile.GetSnapshot(messages.snapshot_request)
        embedding.Retrieve(messages.retrieve_request)
        return messages.answer

    handler = grpc.unary_unary_rpc_method_handler(
        select_offers,
        recommendation_pb2.SelectOffersRequest.FromString,
        recommendation_pb2.SelectOffersResponse.SerializeToString,
    )
    return _service(RECOMMENDATION, "SelectOffers", handler)


def _service(name: str, method: str, handler: "grpc.RpcMethodHandler[Any, Any]") -> Service:
    handlers = grpc.method_handlers_generic_handler(name, {method: handler})
    return Service(name, lambda server: server.add_generic_rpc_handlers((handlers,)))


_ROLES = {"profile": _profile, "embedding": _embedding, "recommendation": _recommendation}


def main() -> int:
    """Serve one role of the empty chain."""
    role, folder = sys.argv[1], Path(sys.argv[2])
    messages = CannedMessages.read(folder)
    settings = load_settings(ServingSettings, "OFONE_SERVING", os.environ)
    application = Application(role, (_ROLES[role](messages),))
    return serve(lambda: application, settings, name=f"empty-{role}")


if __name__ == "__main__":
    run(main)
