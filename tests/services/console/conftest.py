"""Real servers with small fake services, and a command line that talks to them."""

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from ofone.embedding.v1.embedding_service_pb2_grpc import add_EmbeddingServiceServicer_to_server
from ofone.profile.v1.persona_service_pb2_grpc import add_PersonaServiceServicer_to_server
from ofone.profile.v1.profile_service_pb2_grpc import add_ProfileServiceServicer_to_server
from ofone.recommendation.v1.offer_service_pb2_grpc import add_OfferServiceServicer_to_server
from ofone.recommendation.v1.question_service_pb2_grpc import add_QuestionServiceServicer_to_server
from ofone.recommendation.v1.recommendation_service_pb2_grpc import (
    add_RecommendationServiceServicer_to_server,
)
from typer.testing import CliRunner, Result

from services.conditions.cel_conditions import CelConditions
from services.console.__main__ import make_app
from services.console.session import (
    EMBEDDING_SERVICE,
    OFFER_SERVICE,
    PERSONA_SERVICE,
    PROFILE_SERVICE,
    QUESTION_SERVICE,
    RECOMMENDATION_SERVICE,
)
from services.profile.domain.personas.membership import VOCABULARY
from services.profile.servicer.persona_service import PersonaServicer
from services.recommendation.adapters.question_book import CachedQuestionBook
from services.recommendation.domain.condition import vocabulary
from services.recommendation.servicer.question_service import QuestionServicer
from services.serving.application import Application, Service
from services.serving.bootstrap import running
from tests.services.console.fakes import (
    FakeEmbedding,
    FakeOffers,
    FakeProfile,
    FakeRecommendation,
)
from tests.services.profile.memory_personas import MemoryPersonaStore
from tests.services.recommendation.memory_stores import MemoryQuestionStore

WIDTH = 140


def persona_servicer() -> PersonaServicer:
    """Return the service that keeps personas, over the plainest store."""
    rules = CelConditions(VOCABULARY)
    return PersonaServicer(MemoryPersonaStore(), rules, lambda: datetime(2026, 3, 31, tzinfo=UTC))


class EveryItem:
    """A catalogue in which everything is sold."""

    def unknown(self, item_ids: Sequence[str]) -> str | None:
        return None

    def has_items(self, *, category: str = "", brand: str = "") -> bool:
        return True


def question_servicer() -> QuestionServicer:
    """Return the service that keeps questions, over the plainest store."""

    def clock() -> datetime:
        return datetime(2026, 3, 31, tzinfo=UTC)

    store = MemoryQuestionStore(clock)
    conditions = CelConditions(vocabulary(()))
    return QuestionServicer(store, CachedQuestionBook(store), conditions, EveryItem(), clock)


@dataclass
class Town:
    """The fake services and where they answer."""

    profile: FakeProfile = field(default_factory=FakeProfile)
    personas: PersonaServicer = field(default_factory=persona_servicer)
    embedding: FakeEmbedding = field(default_factory=FakeEmbedding)
    offers: FakeOffers = field(default_factory=FakeOffers)
    questions: QuestionServicer = field(default_factory=question_servicer)
    recommendation: FakeRecommendation = field(default_factory=FakeRecommendation)
    address: str = ""

    def ofone(self, *arguments: str, **environment: str) -> Result:
        """Run the command line as a person would."""
        targets = {
            f"OFONE_CONSOLE_{name}": self.address
            for name in ("PROFILE", "EMBEDDING", "RECOMMENDATION")
        }
        variables = targets | {"COLUMNS": str(WIDTH)} | environment
        return CliRunner().invoke(make_app(), arguments, env=variables)


@pytest.fixture
def town() -> Iterator[Town]:
    """Serve the fakes, all of them on one port."""
    town = Town()
    servicers: tuple[tuple[str, Any, Any], ...] = (
        (PROFILE_SERVICE, add_ProfileServiceServicer_to_server, town.profile),
        (PERSONA_SERVICE, add_PersonaServiceServicer_to_server, town.personas),
        (EMBEDDING_SERVICE, add_EmbeddingServiceServicer_to_server, town.embedding),
        (OFFER_SERVICE, add_OfferServiceServicer_to_server, town.offers),
        (QUESTION_SERVICE, add_QuestionServiceServicer_to_server, town.questions),
        (RECOMMENDATION_SERVICE, add_RecommendationServiceServicer_to_server, town.recommendation),
    )
    services = tuple(Service(name, functools.partial(add, it)) for name, add, it in servicers)
    with running(Application("town", services)) as server:
        assert server.wait_ready()
        town.address = server.address
        yield town


def words(text: str) -> str:
    """Return a text without frames and with single spaces, so that layout does not matter."""
    for frame in "│┃╭╮╰╯─━┏┓┡┩└┘├┤┼╇┳┴┬┌┐":
        text = text.replace(frame, " ")
    return " ".join(text.split())
