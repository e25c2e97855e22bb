"""Questions as messages: checked on the way in, complete on the way out."""

from collections.abc import Sequence
from datetime import datetime

from ofone.recommendation.v1 import question_pb2 as messages

from ml.model.likings import Liking, PossibleAnswer, SubjectKind, Teaching
from services.recommendation.domain.asking import QuestionVerdict
from services.recommendation.domain.inquiry import ConsideredQuestion, Inquiry
from services.recommendation.domain.question import (
    MAX_ASKS,
    PAUSE_DAYS,
    Question,
    QuestionId,
    StoredQuestion,
)
from services.recommendation.ports.conditions import Conditions
from services.recommendation.servicer.written_fields import (
    MAX_CHANNELS,
    MAX_STORES,
    MIN_POSITIVE,
    benefit_message,
    benefit_of,
    condition_of,
    limited_to,
    window_of,
)
from services.serving.validation import Check

LEAST_ANSWERS, MOST_ANSWERS = 2, 12
MAX_LIKINGS = 50
MAX_NAME_CHARACTERS = 128
MAX_LOG_ODDS = 5.0
MAX_SHARE = 1e6
MOST_ASKS = 20
MAX_DAYS = 3_650
MAX_HALF_LIFE_DAYS = 36_500.0
MAX_COST = 100.0

HALF_LIFE_DAYS = 365.0
"""Where nothing else is said: what people like drifts over years, not months."""
CONFIDENCE = 0.9
"""Where nothing else is said: one answer in ten is given in haste."""

_VERDICTS = {
    each: messages.QuestionVerdict.Value(f"QUESTION_VERDICT_{each.name}")
    for each in QuestionVerdict
}


def question_of(
    question_id: QuestionId, message: messages.Question, check: Check, *, conditions: Conditions
) -> Question:
    """Return the question that ``message`` describes; what is wrong is noted in ``check``."""
    check.count("question.answers", message.answers, least=LEAST_ANSWERS, most=MOST_ANSWERS)
    answers = message.answers[:MOST_ANSWERS]
    start, end = window_of("question", message, check)
    has_benefit = message.HasField("benefit")
    return Question(
        question_id=question_id,
        text=check.line("question.text", message.text, most=256, required=True),
        teaching=_teaching(question_id, message, check),
        answer_texts=tuple(
            check.line(f"question.answers[{place}].text", each.text, most=128, required=True)
            for place, each in enumerate(answers)
        ),
        benefit=benefit_of("question.benefit", message.benefit, check) if has_benefit else None,
        audience=condition_of("question.audience", message.audience, check, conditions),
        start_time=start,
        end_time=end,
        stores=limited_to("question.stores", message.stores, check, most=MAX_STORES),
        channels=limited_to("question.channels", message.channels, check, most=MAX_CHANNELS),
        max_asks=_whole("max_asks", message.max_asks or MAX_ASKS, check, most=MOST_ASKS),
        pause_days=_whole("pause_days", message.pause_days or PAUSE_DAYS, check, most=MAX_DAYS),
        ask_again_days=_whole("ask_again_days", message.ask_again_days, check, most=MAX_DAYS),
        cost=_positive("question.cost", message.cost or 1.0, check, most=MAX_COST),
    )


def message_of(stored: StoredQuestion) -> messages.Question:
    """Return ``stored`` as a message."""
    message = content_message(stored.question)
    message.etag = stored.etag
    message.create_time.FromDatetime(stored.create_time)
    message.update_time.FromDatetime(stored.update_time)
    return message


def content_message(question: Question) -> messages.Question:
    """Return what people wrote of ``question``, as a message."""
    teaching = question.teaching
    message = messages.Question(
        name=f"questions/{question.question_id}",
        text=question.text,
        audience=question.audience,
        stores=question.stores,
        channels=question.channels,
        max_asks=question.max_asks,
        pause_days=question.pause_days,
        ask_again_days=question.ask_again_days,
        half_life_days=teaching.half_life_days,
        confidence=teaching.confidence,
        cost=question.cost,
    )
    for answer, text in zip(teaching.answers, question.answer_texts, strict=True):
        added = message.answers.add(answer_id=answer.answer_id, text=text, share=answer.share)
        for liking in answer.likings:
            is_item = liking.kind is SubjectKind.ITEM
            name = f"items/{liking.name}" if is_item else liking.name
            setattr(added.likings.add(log_odds=liking.log_odds), liking.kind.value, name)
    if question.benefit is not None:
        message.benefit.CopyFrom(benefit_message(question.benefit))
    for name in ("start_time", "end_time"):
        moment: datetime | None = getattr(question, name)
        if moment is not None:
            getattr(message, name).FromDatetime(moment)
    return message


def selected_message(inquiry: Inquiry) -> messages.SelectedQuestion | None:
    """Return the question to ask, ``None`` for none."""
    if inquiry.chosen is None:
        return None
    question, worth = inquiry.chosen.question, inquiry.chosen.worth
    message = messages.SelectedQuestion(
        question=f"questions/{question.question_id}",
        text=question.text,
        expected_hits=worth.hits,
        expected_bits=worth.bits,
        subjects=inquiry.subjects,
    )
    answers = zip(question.teaching.answers, question.answer_texts, worth.said, strict=True)
    for answer, text, chance in answers:
        message.answers.add(answer_id=answer.answer_id, text=text, chance=chance)
    if question.benefit is not None:
        message.benefit.CopyFrom(benefit_message(question.benefit))
    return message


def considered_messages(
    considered: Sequence[ConsideredQuestion],
) -> list[messages.ConsideredQuestion]:
    """Return what became of every question."""
    return [
        messages.ConsideredQuestion(
            question=f"questions/{each.question_id}",
            verdict=_VERDICTS[each.verdict],
            score=each.score,
            detail=each.detail,
        )
        for each in considered
    ]


def _teaching(question_id: QuestionId, message: messages.Question, check: Check) -> Teaching:
    seen: set[str] = set()
    answers = []
    for place, each in enumerate(message.answers[:MOST_ANSWERS]):
        path = f"question.answers[{place}]"
        if each.answer_id in seen:
            check.fail(f"{path}.answer_id", "DUPLICATE", f"{each.answer_id} occurs twice")
        seen.add(check.slug(f"{path}.answer_id", each.answer_id))
        share = _positive(f"{path}.share", each.share or 1.0, check, most=MAX_SHARE)
        answers.append(PossibleAnswer(each.answer_id, _likings(path, each, check), share))
    return Teaching(
        question_id,
        tuple(answers),
        half_life_days=_positive(
            "question.half_life_days",
            message.half_life_days or HALF_LIFE_DAYS,
            check,
            most=MAX_HALF_LIFE_DAYS,
        ),
        confidence=_positive(
            "question.confidence", message.confidence or CONFIDENCE, check, most=1.0
        ),
    )


def _likings(path: str, answer: messages.PossibleAnswer, check: Check) -> tuple[Liking, ...]:
    check.count(f"{path}.likings", answer.likings, most=MAX_LIKINGS)
    found: dict[tuple[SubjectKind, str], Liking] = {}
    for place, each in enumerate(answer.likings[:MAX_LIKINGS]):
        where = f"{path}.likings[{place}]"
        field = each.WhichOneof("subject")
        if field is None:
            check.fail(where, "REQUIRED", "a category, a brand or an item must be given")
            continue
        kind, name = SubjectKind(field), getattr(each, field)
        if kind is SubjectKind.ITEM:
            name = check.resource_id(f"{where}.item", name, collection="items")
        else:
            check.line(f"{where}.{field}", name, most=MAX_NAME_CHARACTERS, required=True)
        if name and (kind, name) in found:
            check.fail(where, "DUPLICATE", f"{name} occurs twice")
        odds = each.log_odds
        check.number(f"{where}.log_odds", odds, least=-MAX_LOG_ODDS, most=MAX_LOG_ODDS)
        if odds == 0:
            check.fail(f"{where}.log_odds", "REQUIRED", "must not be 0: leave the liking out")
        found[kind, name] = Liking(kind, name, odds)
    return tuple(found.values())


def _positive(path: str, value: float, check: Check, *, most: float) -> float:
    return check.number(path, value, least=MIN_POSITIVE, most=most)


def _whole(name: str, value: int, check: Check, *, most: int) -> int:
    return int(check.number(f"question.{name}", value, least=0, most=most))
