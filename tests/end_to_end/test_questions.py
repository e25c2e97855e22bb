"""Somebody is asked, answers, and is offered something else: through both services."""

import functools
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from ofone.embedding.v1.embedding_service_pb2_grpc import add_EmbeddingServiceServicer_to_server
from ofone.profile.v1 import profile_service_pb2 as profile
from ofone.recommendation.v1 import decision_pb2, question_pb2
from ofone.recommendation.v1 import question_service_pb2 as questions
from ofone.recommendation.v1 import recommendation_service_pb2 as recommendation
from ofone.recommendation.v1.question_service_pb2_grpc import QuestionServiceStub
from ofone.recommendation.v1.recommendation_service_pb2_grpc import RecommendationServiceStub

from services.recommendation.__main__ import application
from services.serving.bootstrap import running
from services.serving.channel import ChannelSettings, connect
from tests.models import publish, small_bundle
from tests.services.profile.desk import NOW_SECONDS, Desk, card, serving
from tests.services.profile.memory_store import MemoryProfileStore
from tests.services.recommendation.conftest import settings_in
from tests.services.recommendation.neighbours import FakeEmbedding, listening

ROOT = Path(__file__).parents[2]
SERVICE = "ofone.recommendation.v1.RecommendationService"


@dataclass(frozen=True, slots=True)
class Shop:
    """Both services."""

    desk: Desk
    recommending: RecommendationServiceStub
    questions: QuestionServiceStub
    address: str
    """Of the recommendation service."""

    def ask(self, *, days_later: float = 0.0) -> recommendation.SelectQuestionResponse:
        """Ask what to ask of the holder of card 1."""
        request = recommendation.SelectQuestionRequest(
            identifier=recommendation.CustomerIdentifier(kind="LOYALTY_CARD", value="1"),
            context=decision_pb2.Context(time=moment(days_later)),
        )
        response: recommendation.SelectQuestionResponse = self.recommending.SelectQuestion(request)
        return response

    def coffees(self) -> list[recommendation.RankedItem]:
        """Return the coffees among the ten items recommended to the holder of card 1."""
        request = recommendation.RecommendItemsRequest(
            identifier=recommendation.CustomerIdentifier(kind="LOYALTY_CARD", value="1"),
            context=decision_pb2.Context(time=moment(0.0)),
        )
        items = self.recommending.RecommendItems(request).items
        return [each for each in items if each.item.startswith("items/coffee")]

    def tell(self, event_id: str, outcome: str, answer: str = "") -> None:
        """Record what came of asking."""
        record = profile.RecordedAnswer(
            source="app",
            event_id=event_id,
            question="questions/hot-drinks",
            outcome=profile.AnswerOutcome.Value(f"ANSWER_OUTCOME_{outcome}"),
            answer=answer,
            occurred_at=moment(0.0),
        )
        request = profile.RecordAnswersRequest(identifier=card("1"), answers=[record])
        (result,) = self.desk.stub.RecordAnswers(request).results
        assert result.outcome == profile.EVENT_OUTCOME_STORED


def moment(days_later: float) -> Timestamp:
    time = Timestamp()
    time.FromDatetime(datetime.fromtimestamp(NOW_SECONDS + days_later * 86_400, UTC))
    return time


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    publish(tmp_path / "models", small_bundle())
    embedding = FakeEmbedding(small_bundle())  # type: ignore[abstract]  # knows what is asked of it
    add = functools.partial(add_EmbeddingServiceServicer_to_server, embedding)
    with serving(MemoryProfileStore()) as desk, listening(add) as embedding_target:
        targets = {
            "profile_target": f"ipv4:{desk.address}",
            "embedding_target": embedding_target,
        }
        with running(application(settings_in(tmp_path, targets))) as server:
            assert server.wait_ready()
            to = ChannelSettings(SERVICE, "test")
            with connect(f"ipv4:{server.address}", to) as channel:
                recommending = RecommendationServiceStub(channel)
                yield Shop(desk, recommending, QuestionServiceStub(channel), server.address)


@pytest.fixture
def asking_shop(shop: Shop) -> Shop:
    """Give a shop that knows one question: tea or coffee?"""
    answers = [
        question_pb2.PossibleAnswer(
            answer_id=one,
            text=one,
            likings=[
                question_pb2.Liking(category=one, log_odds=2.5),
                question_pb2.Liking(category=other, log_odds=-2.5),
            ],
        )
        for one, other in (("tea", "coffee"), ("coffee", "tea"))
    ]
    question = question_pb2.Question(text="Tea or coffee?", answers=answers)
    request = questions.CreateQuestionRequest(question_id="hot-drinks", question=question)
    shop.questions.CreateQuestion(request)
    return shop


def test_an_answer_is_asked_for_once_and_counts_in_the_next_request(asking_shop: Shop) -> None:
    before = asking_shop.coffees()
    assert asking_shop.ask().question.question == "questions/hot-drinks"

    asking_shop.tell("1", "ANSWERED", "coffee")

    after = asking_shop.coffees()
    kinds = {reason.kind for each in after for reason in each.reasons}
    assert len(after) > len(before)
    assert decision_pb2.REASON_KIND_YOU_SAID in kinds
    (considered,) = asking_shop.ask(days_later=100).considered
    assert considered.verdict == question_pb2.QUESTION_VERDICT_ANSWERED


def test_who_waves_a_question_away_is_asked_again_after_a_while_but_not_for_ever(
    asking_shop: Shop,
) -> None:
    asking_shop.tell("1", "WAVED_AWAY")

    (lately,) = asking_shop.ask(days_later=20).considered
    assert lately.verdict == question_pb2.QUESTION_VERDICT_ASKED_LATELY
    assert asking_shop.ask(days_later=31).HasField("question")
    for event_id in ("2", "3"):
        asking_shop.tell(event_id, "IGNORED")
    (enough,) = asking_shop.ask(days_later=31).considered
    assert enough.verdict == question_pb2.QUESTION_VERDICT_ASKED_ENOUGH


def test_the_example_asks_and_tells_what_became_of_the_answer(asking_shop: Shop) -> None:
    words = ("docs/examples/ask.py", asking_shop.desk.address, asking_shop.address)
    told = subprocess.run(
        [sys.executable, *words, "LOYALTY_CARD", "1"],
        cwd=ROOT,
        input="tea\n",
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout.splitlines()

    assert told[:3] == ["Tea or coffee?", "  tea: tea", "  coffee: coffee"]
    # The clock of this profile stands still, so that an answer of today lies in its future.
    assert told[3] == "refused must be at most a day ahead of the service's clock"
