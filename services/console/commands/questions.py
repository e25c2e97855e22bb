"""The questions that people define, the one to ask, and what was answered."""

import uuid
from dataclasses import dataclass
from typing import Annotated

import typer
from ofone.profile.v1 import profile_service_pb2 as profile
from ofone.recommendation.v1.question_pb2 import Question
from ofone.recommendation.v1.question_service_pb2 import DeleteQuestionRequest, GetQuestionRequest
from ofone.recommendation.v1.recommendation_service_pb2 import SelectQuestionRequest

from services.console.display_names import all_questions, item_display_names
from services.console.option_groups import (
    Handle,
    Moment,
    Named,
    Output,
    one_subject,
    set_decision_subject,
)
from services.console.reading.plain_messages import resource_name
from services.console.rendering.failures import violation_text
from services.console.rendering.names import resource_id
from services.console.rendering.question_tables import (
    question_sheet,
    questions_table,
    selected_view,
    silence_table,
)
from services.console.session import Session
from services.console.writing.questions import write_question
from services.console.writing.resource_files import ResourceFile, write_resources
from services.console.writing.stored import Outcome
from services.serving.failures import FieldViolation

SOURCE = "console"
"""Which system tells of answers that are recorded here."""


def write_questions(session: Session, options: ResourceFile) -> int:
    """Write questions from a file: new ones are created, known ones changed to what it says.

    A field that the file leaves out is cleared. Nothing is written when the file has a mistake
    that can be seen without asking; of what the service refuses, the other questions are written.
    """

    def write(question: Question) -> Outcome:
        return write_question(session.questions, question, validate_only=options.dry_run)

    return write_resources(session, options, Question, write)


@dataclass(frozen=True, slots=True)
class QuestionNamed:
    """A question, by name."""

    name: Annotated[str, typer.Argument(help="The question: questions/… or the bare id.")]


def show_question(session: Session, named: QuestionNamed, output: Output) -> None:
    """Show a question."""
    request = GetQuestionRequest(name=resource_name("questions", named.name))
    question = session.questions.GetQuestion(request).question
    if output.json:
        session.print_json(question)
    else:
        session.console.print(question_sheet(question))


def list_questions(session: Session, output: Output) -> None:
    """List all questions, by name."""
    questions = all_questions(session.questions)
    if output.json:
        session.print_json_list(questions)
    else:
        session.console.print(questions_table(questions))


def delete_question(session: Session, named: QuestionNamed) -> None:
    """Remove a question for good: its answers teach nothing any more."""
    name = resource_name("questions", named.name)
    session.questions.DeleteQuestion(DeleteQuestionRequest(name=name))
    session.console.print(f"{name} deleted", highlight=False)


def ask(session: Session, named: Named, handle: Handle, moment: Moment, output: Output) -> None:
    """Choose what to ask a customer now, or nothing, and say why."""
    request = SelectQuestionRequest(context=moment.context())
    set_decision_subject(request, named.name, handle)
    response = session.recommendation.SelectQuestion(request)
    if output.json:
        session.print_json(response)
    elif response.HasField("question"):
        items = [each for each in response.question.subjects if each.startswith("items/")]
        names = item_display_names(session.embedding, items)
        session.console.print(selected_view(response.question, names))
    else:
        session.console.print(silence_table(response.considered))


@dataclass(frozen=True, slots=True)
class AnswerGiven:
    """What was answered."""

    question: Annotated[str, typer.Argument(help="The question: questions/… or the bare id.")]
    answer: Annotated[
        str | None, typer.Argument(help="The id of the answer; none when it was waved away.")
    ] = None
    customer: Annotated[
        str | None, typer.Option(metavar="NAME", help="The customer: customers/… or the bare id.")
    ] = None
    channel: Annotated[
        str, typer.Option(help="Such as store, call or app.", show_default=False)
    ] = ""


def record_answer(session: Session, given: AnswerGiven, handle: Handle) -> int:
    """Record what a customer answered, or that they waved a question away."""
    record = profile.RecordedAnswer(
        source=SOURCE,
        event_id=str(uuid.uuid4()),
        question=resource_name("questions", given.question),
        outcome=(
            profile.ANSWER_OUTCOME_ANSWERED if given.answer else profile.ANSWER_OUTCOME_WAVED_AWAY
        ),
        answer=given.answer or "",
        channel=given.channel,
    )
    record.occurred_at.FromDatetime(session.now())
    subject = one_subject(given.customer, handle)
    request = profile.RecordAnswersRequest(answers=[record])
    if isinstance(subject, str):
        request.customer = subject
    else:
        request.identifier.CopyFrom(subject)
    (result,) = session.profile.RecordAnswers(request).results
    if result.outcome == profile.EVENT_OUTCOME_REFUSED:
        broken = FieldViolation(result.field, result.reason, result.message)
        session.errors.print(violation_text(broken))
        return 1
    said = (
        f"answered {resource_id(record.question)} with {given.answer}"
        if given.answer
        else (f"waved away {resource_id(record.question)}")
    )
    session.console.print(f"{result.customer} {said}", highlight=False)
    return 0
