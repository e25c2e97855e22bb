"""What a command has at hand: the services, a place to print, and the clock."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

import grpc
from google.protobuf.json_format import MessageToJson
from google.protobuf.message import Message
from ofone.embedding.v1.embedding_service_pb2_grpc import EmbeddingServiceStub
from ofone.profile.v1.persona_service_pb2_grpc import PersonaServiceStub
from ofone.profile.v1.profile_service_pb2_grpc import ProfileServiceStub
from ofone.recommendation.v1.offer_service_pb2_grpc import OfferServiceStub
from ofone.recommendation.v1.question_service_pb2_grpc import QuestionServiceStub
from ofone.recommendation.v1.recommendation_service_pb2_grpc import RecommendationServiceStub
from rich.console import Console

from services.console.settings import ConsoleSettings
from services.serving.channel import ChannelSettings, connect

PROFILE_SERVICE = "ofone.profile.v1.ProfileService"
PERSONA_SERVICE = "ofone.profile.v1.PersonaService"
EMBEDDING_SERVICE = "ofone.embedding.v1.EmbeddingService"
OFFER_SERVICE = "ofone.recommendation.v1.OfferService"
QUESTION_SERVICE = "ofone.recommendation.v1.QuestionService"
RECOMMENDATION_SERVICE = "ofone.recommendation.v1.RecommendationService"

_SAFE_METHODS = {
    # Also what is recorded: an event, a fact and a statement count once, however often sent.
    PROFILE_SERVICE: (
        *("GetCustomer", "LookupCustomer", "ListEvents", "ListFacts"),
        *("IngestEvents", "RecordAnswers", "RecordFacts", "SetConsent"),
        *("GetErasure", "ListAccesses", "ListIdentityChanges", "ListIdentitySuggestions"),
    ),
    PERSONA_SERVICE: ("GetPersona", "ListPersonas", "ReplaceLearnedPersonas"),
    EMBEDDING_SERVICE: ("GetItem", "BatchGetItems", "ListItems", "ListSimilarItems", "GetModel"),
    OFFER_SERVICE: ("GetOffer", "ListOffers"),
    QUESTION_SERVICE: ("GetQuestion", "ListQuestions"),
    RECOMMENDATION_SERVICE: (
        "RecommendItems",
        "ExplainDecision",
        "ListDecisions",
        "SelectQuestion",
    ),
}
"""What may run twice without harm, so that the channel may try again."""

Stub = TypeVar("Stub")


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Session:
    """One run of the command line."""

    settings: ConsoleSettings
    console: Console
    """Where answers go."""
    errors: Console
    """Where complaints and progress go."""
    now: Callable[[], datetime] = _now
    """The clock, aware."""
    _channels: dict[str, grpc.Channel] = field(default_factory=dict)

    @property
    def profile(self) -> ProfileServiceStub:
        """The service that knows customers."""
        return self._stub(ProfileServiceStub, PROFILE_SERVICE, self.settings.profile)

    @property
    def personas(self) -> PersonaServiceStub:
        """The service that keeps personas."""
        return self._stub(PersonaServiceStub, PERSONA_SERVICE, self.settings.profile)

    @property
    def embedding(self) -> EmbeddingServiceStub:
        """The service that knows items."""
        return self._stub(EmbeddingServiceStub, EMBEDDING_SERVICE, self.settings.embedding)

    @property
    def recommendation(self) -> RecommendationServiceStub:
        """The service that decides."""
        target = self.settings.recommendation
        return self._stub(RecommendationServiceStub, RECOMMENDATION_SERVICE, target)

    @property
    def offers(self) -> OfferServiceStub:
        """The service that keeps offers."""
        return self._stub(OfferServiceStub, OFFER_SERVICE, self.settings.recommendation)

    @property
    def questions(self) -> QuestionServiceStub:
        """The service that keeps questions."""
        return self._stub(QuestionServiceStub, QUESTION_SERVICE, self.settings.recommendation)

    def print_json(self, message: Message) -> None:
        """Print a message in the standard JSON form, with the contract's names of fields."""
        self.console.print_json(_json(message))

    def print_json_list(self, messages: Iterable[Message]) -> None:
        """Print messages as one JSON list."""
        self.console.print_json(f"[{','.join(_json(message) for message in messages)}]")

    def close(self) -> None:
        """Close the connections."""
        for channel in self._channels.values():
            channel.close()

    def _stub(self, kind: Callable[[grpc.Channel], Stub], service: str, target: str) -> Stub:
        if service not in self._channels:
            settings = ChannelSettings(
                service=service,
                caller="console",
                timeout_ms=round(self.settings.deadline_seconds * 1_000),
            )
            safe_methods = _SAFE_METHODS[service]
            self._channels[service] = connect(target, settings, safe_methods=safe_methods)
        return kind(self._channels[service])


def _json(message: Message) -> str:
    return MessageToJson(message, preserving_proto_field_name=True, ensure_ascii=False)
