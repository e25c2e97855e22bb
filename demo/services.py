"""Calls to the running services, over plain channels as any caller would open them."""

from functools import cache

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc  # type: ignore[import-untyped]
from ofone.embedding.v1.embedding_service_pb2_grpc import EmbeddingServiceStub
from ofone.profile.v1.profile_service_pb2_grpc import ProfileServiceStub
from ofone.recommendation.v1.offer_service_pb2_grpc import OfferServiceStub
from ofone.recommendation.v1.recommendation_service_pb2_grpc import RecommendationServiceStub

from demo.layout import GRPC_PORTS, HOST
from demo.story import Doors

FULL_NAMES = {
    "profile": "ofone.profile.v1.ProfileService",
    "embedding": "ofone.embedding.v1.EmbeddingService",
    "recommendation": "ofone.recommendation.v1.RecommendationService",
}
_MESSAGE_BYTES = 64 * 1024 * 1024


@cache
def channel(service: str) -> grpc.Channel:
    """Return the one channel to a service."""
    options = [("grpc.max_receive_message_length", _MESSAGE_BYTES)]
    return grpc.insecure_channel(f"{HOST}:{GRPC_PORTS[service]}", options)


def open_doors() -> Doors:
    """Return the services, as any caller sees them."""
    return Doors(
        ProfileServiceStub(channel("profile")),
        EmbeddingServiceStub(channel("embedding")),
        RecommendationServiceStub(channel("recommendation")),
    )


def open_offers() -> OfferServiceStub:
    """Return the offers' side of ``recommendation``."""
    return OfferServiceStub(channel("recommendation"))


def answers(service: str) -> bool:
    """Return whether the process answers health at all."""
    return _status(service) is not None


def serving(service: str) -> bool:
    """Return whether the process says that it can really answer."""
    return _status(service) == int(health_pb2.HealthCheckResponse.SERVING)


def _status(service: str) -> int | None:
    health = health_pb2_grpc.HealthStub(channel(service))
    request = health_pb2.HealthCheckRequest(service=FULL_NAMES[service])
    try:
        return int(health.Check(request, timeout=1.0).status)
    except grpc.RpcError:
        return None
