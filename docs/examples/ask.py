"""Ask a customer what would teach most, and record the answer that is typed.

`python docs/examples/ask.py 127.0.0.1:7401 127.0.0.1:7403 LOYALTY_CARD 1001`
"""

import sys
import uuid

import grpc
from ofone.profile.v1 import event_pb2
from ofone.profile.v1 import profile_service_pb2 as profile
from ofone.profile.v1.profile_service_pb2_grpc import ProfileServiceStub
from ofone.recommendation.v1.decision_pb2 import Context
from ofone.recommendation.v1.recommendation_service_pb2 import (
    CustomerIdentifier,
    SelectQuestionRequest,
)
from ofone.recommendation.v1.recommendation_service_pb2_grpc import RecommendationServiceStub


def main(profile_target: str, recommendation_target: str, kind: str, value: str) -> None:
    """Ask the customer behind an identifier; an empty line waves the question away."""
    with grpc.insecure_channel(recommendation_target) as channel:
        request = SelectQuestionRequest(
            identifier=CustomerIdentifier(kind=kind, value=value),
            context=Context(channel="app"),
        )
        question = RecommendationServiceStub(channel).SelectQuestion(request, timeout=1).question
    if not question.question:
        print("nothing is worth asking now")
        return
    print(question.text)
    for answer in question.answers:
        print(f"  {answer.answer_id}: {answer.text}")
    given = sys.stdin.readline().strip()
    record = profile.RecordedAnswer(
        source="app",
        event_id=str(uuid.uuid4()),
        question=question.question,
        outcome=profile.ANSWER_OUTCOME_ANSWERED if given else profile.ANSWER_OUTCOME_WAVED_AWAY,
        answer=given,
        channel="app",
    )
    record.occurred_at.GetCurrentTime()
    identifier = event_pb2.Identifier(
        kind=event_pb2.IdentifierKind.Value(f"IDENTIFIER_KIND_{kind}"), value=value
    )
    with grpc.insecure_channel(profile_target) as channel:
        answers = profile.RecordAnswersRequest(identifier=identifier, answers=[record])
        (result,) = ProfileServiceStub(channel).RecordAnswers(answers, timeout=1).results
    outcome = profile.EventOutcome.Name(result.outcome).removeprefix("EVENT_OUTCOME_").lower()
    print(f"{outcome} {result.message or result.customer}")


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(f"usage: python {sys.argv[0]} PROFILE RECOMMENDATION KIND VALUE")
    try:
        main(*sys.argv[1:])
    except grpc.RpcError as error:
        sys.exit(f"{error.code().name}: {error.details()}")
