"""The page about questions says what the code does."""

import re
from pathlib import Path

import pytest
import yaml
from ofone.recommendation.v1 import question_pb2

from services.conditions.cel_conditions import CelConditions
from services.console.reading.plain_messages import read_message
from services.recommendation.domain.condition import vocabulary
from services.recommendation.domain.question import QuestionId
from services.recommendation.servicer.masked_update import MaskedUpdate
from services.recommendation.servicer.question_messages import content_message, question_of
from services.serving.validation import Check

PAGE = (Path(__file__).parents[3] / "docs" / "questions.md").read_text()
EXAMPLES = [
    each
    for block in re.findall(r"```yaml\n(.*?)\n```", PAGE, re.DOTALL)
    for each in yaml.safe_load(block)
]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: each["name"])
def test_every_example_is_a_question_that_is_taken(example: dict[str, object]) -> None:
    check = Check()
    message = read_message(question_pb2.Question, example)
    conditions = CelConditions(vocabulary(()))

    question = question_of(QuestionId("example"), message, check, conditions=conditions)

    check.done()
    assert len(question.teaching.answers) == len(message.answers)


def test_the_page_tells_every_field_and_the_defaults_are_those_of_the_code() -> None:
    rows = {
        name: row
        for row in PAGE.splitlines()
        if row.startswith("| `")
        for name in re.findall(r"`([a-z_]+)`", row.split("|")[1])
    }
    fields = MaskedUpdate(question_pb2.Question, ("create_time", "update_time")).changeable
    answers = [question_pb2.PossibleAnswer(answer_id=each, text=each) for each in ("yes", "no")]
    plain = question_pb2.Question(text="?", answers=answers)
    conditions = CelConditions(vocabulary(()))
    filled = content_message(
        question_of(QuestionId("plain"), plain, Check(), conditions=conditions)
    )

    assert set(rows) >= set(fields)
    for name in ("max_asks", "pause_days", "half_life_days", "confidence", "cost"):
        assert f"; {getattr(filled, name):g} |" in rows[name], name


def test_every_verdict_and_outcome_that_the_page_names_exists() -> None:
    verdicts = {
        each.name.removeprefix("QUESTION_VERDICT_")
        for each in question_pb2.QuestionVerdict.DESCRIPTOR.values
    }
    named = set(re.findall(r"`([A-Z]+(?:_[A-Z]+)+|ANSWERED)`", PAGE))
    elsewhere = {
        *("YOU_SAID", "WAVED_AWAY", "QUESTION_DISMISSAL", "QUESTION_IMPRESSION"),
        "OFONE_RECOMMENDATION_MIN_QUESTION_HITS",
    }

    assert named - elsewhere <= verdicts
    assert {"NO_CONSENT", "ANSWERED", "NOT_WORTH_ASKING"} <= named
