"""A question as the JSON text of its row; a field that is absent has its default."""

import dataclasses
import json
from datetime import datetime
from enum import Enum
from typing import Any

from ml.model.likings import Liking, PossibleAnswer, SubjectKind, Teaching
from services.recommendation.domain.offer import Benefit, BenefitKind
from services.recommendation.domain.question import Question, QuestionId


def to_json(question: Question) -> str:
    """Return everything of ``question`` but its id."""
    fields = dataclasses.asdict(question)
    del fields["question_id"], fields["teaching"]["question_id"]
    return json.dumps(fields, default=_plain, ensure_ascii=False)


def from_json(question_id: str, content: str) -> Question:
    """Return the question that ``to_json`` wrote."""
    fields: dict[str, Any] = json.loads(content)  # JSON
    for name in ("start_time", "end_time"):
        fields[name] = datetime.fromisoformat(fields[name]) if fields.get(name) else None
    for name in ("answer_texts", "stores", "channels"):
        fields[name] = tuple(fields.get(name, ()))
    if fields.get("benefit") is not None:
        kind = BenefitKind(fields["benefit"]["kind"])
        fields["benefit"] = Benefit(**fields["benefit"] | {"kind": kind})
    teaching = fields.pop("teaching")
    answers = tuple(_answer(each) for each in teaching.pop("answers"))
    return Question(
        question_id=QuestionId(question_id),
        teaching=Teaching(question_id, answers, **teaching),
        **fields,
    )


def _answer(fields: dict[str, Any]) -> PossibleAnswer:
    likings = tuple(
        Liking(**each | {"kind": SubjectKind(each["kind"])}) for each in fields["likings"]
    )
    return PossibleAnswer(**fields | {"likings": likings})


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Enum):
        return str(value.value)
    raise TypeError(f"no JSON form for {type(value).__name__}")
