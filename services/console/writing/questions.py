"""Brings questions to what a file says: creates the new, changes the changed, leaves the others."""

from google.protobuf.field_mask_pb2 import FieldMask
from ofone.recommendation.v1.question_pb2 import Question
from ofone.recommendation.v1.question_service_pb2 import (
    CreateQuestionRequest,
    GetQuestionRequest,
    UpdateQuestionRequest,
)
from ofone.recommendation.v1.question_service_pb2_grpc import QuestionServiceStub

from services.console.rendering.names import resource_id
from services.console.writing.stored import Outcome, guarded, unless_missing

_SET_BY_THE_SERVICE = ("etag", "create_time", "update_time")


def write_question(
    stub: QuestionServiceStub, question: Question, *, validate_only: bool
) -> Outcome:
    """Create the question, or change the stored one to it.

    An ``etag`` in the question must be the current one; without it, the etag of the question as
    just read guards against two people writing at once.

    Raises:
        Failure: when the service refuses it.
    """
    found = unless_missing(lambda: stub.GetQuestion(GetQuestionRequest(name=question.name)))
    if found is None:
        creation = CreateQuestionRequest(
            question_id=resource_id(question.name), question=question, validate_only=validate_only
        )
        stub.CreateQuestion(creation)
        return Outcome.CREATED
    stored = found.question
    request = UpdateQuestionRequest(
        question=guarded(question, stored), update_mask=FieldMask(paths=["*"]), validate_only=True
    )
    # What the service would make of it, with everything that was left out filled in.
    if _written_part(stub.UpdateQuestion(request).question) == _written_part(stored):
        return Outcome.UNCHANGED
    if not validate_only:
        request.validate_only = False
        stub.UpdateQuestion(request)
    return Outcome.CHANGED


def _written_part(question: Question) -> Question:
    part = Question()
    part.CopyFrom(question)
    for name in _SET_BY_THE_SERVICE:
        part.ClearField(name)  # type: ignore[arg-type]  # the names are fields of Question
    return part
