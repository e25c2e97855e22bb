"""Calls to the running services, over plain channels as any caller would open them."""

from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc  # type: ignore[import-untyped]
from ofone.embedding.v1.embedding_service_pb2_grpc import EmbeddingServiceStub
from ofone.profile.v1.persona_service_pb2_grpc import PersonaServiceStub
from ofone.profile.v1.profile_service_pb2_grpc import ProfileServiceStub
from ofone.recommendation.v1.offer_service_pb2_grpc import OfferServiceStub
from ofone.recommendation.v1.question_service_pb2_grpc import QuestionServiceStub
from ofone.recommendation.v1.recommendation_service_pb2_grpc import RecommendationServiceStub

from demo.layout import HOST, Layout
from demo.story import Doors

FULL_NAMES = {
    "profile": "ofone.profile.v1.ProfileService",
    "embedding": "ofone.embedding.v1.EmbeddingService",
    "recommendation": "ofone.recommendation.v1.RecommendationService",
}
_MESSAGE_BYTES = 64 * 1024 * 1024


def page_answers(layout: Layout) -> bool:
    """Return whether MLflow's page answers."""
    page = HTTPConnection(HOST, layout.mlflow_port, timeout=1.0)
    try:
        page.request("GET", "/health")
        return page.getresponse().status == HTTPStatus.OK
    except OSError:
        return False
    finally:
        page.close()


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """The services of one layout; one channel each."""

    channels: dict[str, grpc.Channel]

    @classmethod
    def of(cls, layout: Layout) -> "Neighbourhood":
        """Open the channels; nothing is called yet."""
        options = [("grpc.max_receive_message_length", _MESSAGE_BYTES)]
        return cls(
            {name: grpc.insecure_channel(layout.target(name), options) for name in FULL_NAMES}
        )

    def doors(self) -> Doors:
        """Return the services, as any caller sees them."""
        return Doors(
            ProfileServiceStub(self.channels["profile"]),
            EmbeddingServiceStub(self.channels["embedding"]),
            RecommendationServiceStub(self.channels["recommendation"]),
        )

    def offers(self) -> OfferServiceStub:
        """Return the offers' side of ``recommendation``."""
        return OfferServiceStub(self.channels["recommendation"])

    def questions(self) -> QuestionServiceStub:
        """Return the questions' side of ``recommendation``."""
        return QuestionServiceStub(self.channels["recommendation"])

    def personas(self) -> PersonaServiceStub:
        """Return the personas' side of ``profile``."""
        return PersonaServiceStub(self.channels["profile"])

    def answers(self, service: str) -> bool:
        """Return whether the process answers health at all."""
        return self._status(service) is not None

    def serving(self, service: str) -> bool:
        """Return whether the process says that it can really answer."""
        return self._status(service) == int(health_pb2.HealthCheckResponse.SERVING)

    def _status(self, service: str) -> int | None:
        health = health_pb2_grpc.HealthStub(self.channels[service])
        request = health_pb2.HealthCheckRequest(service=FULL_NAMES[service])
        try:
            return int(health.Check(request, timeout=1.0).status)
        except grpc.RpcError:
            return None
