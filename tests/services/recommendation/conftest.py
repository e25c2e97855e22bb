"""The whole service over real gRPC, with its neighbours in the same process."""

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import grpc
import pytest
from ofone.embedding.v1.embedding_service_pb2_grpc import add_EmbeddingServiceServicer_to_server
from ofone.profile.v1.profile_service_pb2_grpc import add_ProfileServiceServicer_to_server
from ofone.recommendation.v1 import decision_pb2, offer_pb2, offer_service_pb2
from ofone.recommendation.v1 import recommendation_service_pb2 as messages
from ofone.recommendation.v1.offer_service_pb2_grpc import OfferServiceStub
from ofone.recommendation.v1.question_service_pb2_grpc import QuestionServiceStub
from ofone.recommendation.v1.recommendation_service_pb2_grpc import RecommendationServiceStub

from ml.model.bundle import Bundle
from services.recommendation.__main__ import application
from services.recommendation.settings import RecommendationSettings
from services.serving.bootstrap import running
from services.serving.channel import ChannelSettings, connect
from tests.models import publish, small_bundle
from tests.services.recommendation.builders import NOON
from tests.services.recommendation.neighbours import FakeEmbedding, FakeProfile, listening

PATIENT_MS = 5_000
"""Long enough that a busy machine never makes an answer degraded by itself."""


@dataclasses.dataclass(frozen=True)
class House:
    """The service, how to speak to it, and its neighbours."""

    recommending: RecommendationServiceStub
    offers: OfferServiceStub
    questions: QuestionServiceStub
    profile: FakeProfile
    embedding: FakeEmbedding

    def create(self, offer_id: str, **fields: object) -> offer_pb2.Offer:
        """Write an offer of 10 percent, with these fields."""
        message = offer_pb2.Offer(display_name=offer_id, **fields)  # type: ignore[arg-type]
        if not message.variants:
            benefit = offer_pb2.Benefit(percent_off=10)
            message.variants.add(variant_id="ten-percent", benefit=benefit)
        request = offer_service_pb2.CreateOfferRequest(offer_id=offer_id, offer=message)
        stored: offer_pb2.Offer = self.offers.CreateOffer(request).offer
        return stored

    def decide(self, customer: str = "customers/ada", **fields: object) -> decision_pb2.Decision:
        """Ask what to offer at noon."""
        request = messages.SelectOffersRequest(customer=customer, context=moment(**fields))
        decision: decision_pb2.Decision = self.recommending.SelectOffers(request).decision
        return decision

    def verdicts(self, decision: decision_pb2.Decision) -> dict[str, str]:
        """Return what became of every offer, by its id."""
        request = messages.ExplainDecisionRequest(name=decision.name)
        considered = self.recommending.ExplainDecision(request).considered
        return {
            each.offer.removeprefix("offers/"): decision_pb2.Verdict.Name(
                each.verdict
            ).removeprefix("VERDICT_")
            for each in considered
        }


def moment(**fields: object) -> decision_pb2.Context:
    context = decision_pb2.Context(**fields)  # type: ignore[arg-type]  # a test's own
    if not context.HasField("time"):
        context.time.FromDatetime(NOON)
    return context


def offered(decision: decision_pb2.Decision) -> list[str]:
    return [each.offer.removeprefix("offers/") for each in decision.offers]


def degradations(
    answer: decision_pb2.Decision
    | messages.RecommendItemsResponse
    | messages.SelectQuestionResponse,
) -> list[str]:
    return [
        decision_pb2.Degradation.Name(each).removeprefix("DEGRADATION_")
        for each in answer.degradations
    ]


Build = Callable[..., House]


@pytest.fixture
def build(tmp_path: Path) -> Iterator[Build]:
    """Give a function that starts the service with these settings; ``model=False`` for none."""
    with building_in(tmp_path) as start:
        yield start


@pytest.fixture
def house(build: Build) -> House:
    """Give the service with a model and patient settings."""
    return build()


@pytest.fixture(scope="module")
def shared_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Give one service to all tests of a module; they must leave nothing behind."""
    with building_in(tmp_path_factory.mktemp("house")) as start:
        yield start()


@contextmanager
def building_in(folder: Path) -> Iterator[Build]:
    with ExitStack() as stack:

        def start(*, model: bool = True, bundle: Bundle | None = None, **settings: object) -> House:
            profile = FakeProfile()  # type: ignore[abstract]  # knows what is asked of it
            embedding = FakeEmbedding(small_bundle())  # type: ignore[abstract]
            if model:
                publish(folder / "models", bundle or small_bundle())
            targets = _neighbours(stack, profile, embedding)
            service = application(settings_in(folder, targets, **settings))
            server = stack.enter_context(running(service))
            assert server.wait_ready()

            def channel(name: str) -> grpc.Channel:
                to = ChannelSettings(f"ofone.recommendation.v1.{name}", "test")
                return stack.enter_context(connect(f"ipv4:{server.address}", to))

            recommending = RecommendationServiceStub(channel("RecommendationService"))
            offers = OfferServiceStub(channel("OfferService"))
            questions = QuestionServiceStub(channel("QuestionService"))
            return House(recommending, offers, questions, profile, embedding)

        yield start


def _neighbours(stack: ExitStack, profile: FakeProfile, embedding: FakeEmbedding) -> dict[str, str]:
    adders = {
        "profile_target": partial(add_ProfileServiceServicer_to_server, profile),
        "embedding_target": partial(add_EmbeddingServiceServicer_to_server, embedding),
    }
    return {name: stack.enter_context(listening(add)) for name, add in adders.items()}


def settings_in(folder: Path, targets: dict[str, str], **changes: object) -> RecommendationSettings:
    """Return patient settings whose files are in ``folder``."""
    fields: dict[str, object] = {
        "database_url": f"sqlite:///{folder / 'recommendation.sqlite'}",
        "model_dir": folder / "models",
        "profile_timeout_ms": PATIENT_MS,
        "embedding_timeout_ms": PATIENT_MS,
        "migrate_on_start": True,
        "poll_seconds": 0.05,
        "erasure_poll_seconds": 0.05,
    }
    return RecommendationSettings(**(fields | targets | changes))  # type: ignore[arg-type]
