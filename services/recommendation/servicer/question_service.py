"""The questions people define, on the wire."""
# ruff: noqa: N802  # gRPC's names

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

import grpc
from ofone.recommendation.v1 import question_pb2
from ofone.recommendation.v1 import question_service_pb2 as messages
from ofone.recommendation.v1.question_service_pb2_grpc import QuestionServiceServicer

from ml.model.likings import SubjectKind
from services.recommendation.domain.question import Question, QuestionId, StoredQuestion
from services.recommendation.ports.conditions import Conditions
from services.recommendation.ports.neighbours import Catalogue
from services.recommendation.ports.questions import QuestionBook, QuestionStore
from services.recommendation.servicer.masked_update import MaskedUpdate
from services.recommendation.servicer.question_messages import (
    content_message,
    message_of,
    question_of,
)
from services.serving.failures import Failure, Kind
from services.serving.paging import Query, damaged_token, decode_token, encode_token, page_size
from services.serving.validation import Check

DEFAULT_PAGE_SIZE = 100
MAX_PAGE_SIZE = 1_000
UPDATE = MaskedUpdate(question_pb2.Question, ("create_time", "update_time"))
_QUERY: Query = ("questions",)


@dataclass(frozen=True, slots=True)
class QuestionServicer(QuestionServiceServicer):
    """Writes, reads and deletes questions."""

    store: QuestionStore
    book: QuestionBook
    conditions: Conditions
    catalogue: Catalogue
    clock: Callable[[], datetime]

    def CreateQuestion(
        self, request: messages.CreateQuestionRequest, _: grpc.ServicerContext
    ) -> messages.CreateQuestionResponse:
        """Write a new question."""
        check = Check()
        question_id = QuestionId(check.slug("question_id", request.question_id))
        question = self._checked(question_id, request.question, check)
        self._check_subjects(question, ("answers",))
        if request.validate_only:
            return messages.CreateQuestionResponse(question=self._draft(question))
        stored = self.store.create(question)
        self.book.refresh()
        return messages.CreateQuestionResponse(question=message_of(stored))

    def GetQuestion(
        self, request: messages.GetQuestionRequest, _: grpc.ServicerContext
    ) -> messages.GetQuestionResponse:
        """Return one question."""
        stored = self.store.get(_question_id("name", request.name))
        return messages.GetQuestionResponse(question=message_of(stored))

    def ListQuestions(
        self, request: messages.ListQuestionsRequest, _: grpc.ServicerContext
    ) -> messages.ListQuestionsResponse:
        """Return a page of questions."""
        size = page_size(request.page_size, default=DEFAULT_PAGE_SIZE, most=MAX_PAGE_SIZE)
        found = self.store.page(after=_question_behind(request.page_token), count=size + 1)
        more = len(found) > size
        last = found[size - 1].question.question_id if more else ""
        return messages.ListQuestionsResponse(
            questions=[message_of(stored) for stored in found[:size]],
            next_page_token=encode_token([last], query=_QUERY) if more else "",
        )

    def UpdateQuestion(
        self, request: messages.UpdateQuestionRequest, _: grpc.ServicerContext
    ) -> messages.UpdateQuestionResponse:
        """Change the fields that the mask names."""
        check = Check()
        name = check.resource_id("question.name", request.question.name, collection="questions")
        fields = UPDATE.fields(request.update_mask, check)
        check.done()
        before = self._current(QuestionId(name), request.question.etag)
        after = UPDATE.merged(content_message(before.question), request.question, fields)
        question = self._checked(before.question.question_id, after, check)
        self._check_subjects(question, fields)
        if request.validate_only:
            return messages.UpdateQuestionResponse(question=self._draft(question, before))
        stored = self.store.replace(question, revision=before.revision)
        self.book.refresh()
        return messages.UpdateQuestionResponse(question=message_of(stored))

    def DeleteQuestion(
        self, request: messages.DeleteQuestionRequest, _: grpc.ServicerContext
    ) -> messages.DeleteQuestionResponse:
        """Remove a question for good."""
        stored = self._current(_question_id("name", request.name), request.etag)
        if not request.validate_only:
            self.store.replace(stored.question, revision=stored.revision, is_deleted=True)
            self.book.refresh()
        return messages.DeleteQuestionResponse()

    def _checked(
        self, question_id: QuestionId, message: question_pb2.Question, check: Check
    ) -> Question:
        question = question_of(question_id, message, check, conditions=self.conditions)
        check.done()
        return question

    def _check_subjects(self, question: Question, fields: Collection[str]) -> None:
        """Refuse likings for what no item is or has: such an answer would teach nothing."""
        if "answers" not in fields:
            return
        check = Check()
        known: dict[tuple[SubjectKind, str], bool] = {}
        for answer_place, answer in enumerate(question.teaching.answers):
            for place, liking in enumerate(answer.likings):
                subject = liking.kind, liking.name
                if subject not in known:
                    known[subject] = self._is_sold(*subject)
                if not known[subject]:
                    path = f"question.answers[{answer_place}].likings[{place}].{liking.kind.value}"
                    rule = f"UNKNOWN_{liking.kind.name}"
                    check.fail(path, rule, f"there is no {liking.kind.value} {liking.name}")
        check.done()

    def _is_sold(self, kind: SubjectKind, name: str) -> bool:
        if kind is SubjectKind.ITEM:
            return self.catalogue.unknown((name,)) is None
        return self.catalogue.has_items(**{kind.value: name})

    def _current(self, question_id: QuestionId, etag: str) -> StoredQuestion:
        stored = self.store.get(question_id)
        if etag and etag != stored.etag:
            message = f"the etag {etag[:64]} is not the current one: read the question again"
            name = f"questions/{question_id}"
            raise Failure(Kind.STALE, "STALE_ETAG", message, metadata={"name": name})
        return stored

    def _draft(
        self, question: Question, before: StoredQuestion | None = None
    ) -> question_pb2.Question:
        """Return how a question would look that is not written."""
        now = self.clock()
        created = before.create_time if before else now
        message = message_of(StoredQuestion(question, 0, created, now))
        message.etag = ""
        return message


def _question_id(path: str, name: str) -> QuestionId:
    check = Check()
    question_id = check.resource_id(path, name, collection="questions")
    check.done()
    return QuestionId(question_id)


def _question_behind(token: str) -> str:
    """Return the last question's id of the page before, empty for the first page."""
    match decode_token(token, query=_QUERY):
        case None:
            return ""
        case [str() as question_id]:
            return question_id
        case _:
            raise damaged_token()
