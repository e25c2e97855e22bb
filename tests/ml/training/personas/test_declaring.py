"""The question which persona is theirs says what each kind of people buys, and services take it."""

import json
from pathlib import Path

import numpy as np
import pytest
from ofone.recommendation.v1.question_pb2 import Question

from ml.model.hearing import Bought, heard
from ml.model.likings import Subjects
from ml.training.artefacts.attribute_map import item_attributes
from ml.training.artefacts.purchases import purchases_of
from ml.training.insight.personas_report import write_question
from ml.training.personas.beginnings import Beginnings
from ml.training.personas.declaring import LIKINGS, persona_teaching
from services.conditions.cel_conditions import CelConditions
from services.console.reading.plain_messages import read_message
from services.console.reading.records import yaml_records
from services.recommendation.domain.condition import vocabulary
from services.recommendation.domain.question import QuestionId
from services.recommendation.servicer.question_messages import question_of
from services.serving.validation import Check
from tests.ml.training.insight.test_personas import TOWN
from tests.ml.training.personas.test_learned import shop


@pytest.fixture(scope="module")
def choices() -> Beginnings:
    attributes = item_attributes(shop().items)
    return Beginnings.of(purchases_of(shop()), attributes, seed=3, count=2)


def test_each_answer_likes_what_its_people_buy(choices: Beginnings) -> None:
    tea, coffee = persona_teaching(choices).answers
    likings = [{each.name: each.log_odds for each in answer.likings} for answer in (tea, coffee)]
    assert likings[0]["sencha"] > 0 > likings[0]["espresso"]
    assert likings[1]["espresso"] > 0 > likings[1]["sencha"]
    assert likings[0].get("bread", 0) == pytest.approx(0, abs=0.05)
    assert tea.share == pytest.approx(2 / 3, abs=0.05)


def test_whoever_answers_with_certainty_buys_as_the_persona_does(choices: Beginnings) -> None:
    """Heard of a stranger, the odds grow as much as the persona's share of baskets does."""
    items = choices.purchases.item_ids
    nothing = np.zeros(len(items), np.int64)
    subjects = Subjects(items, ("",), nothing, ("",), nothing)
    stranger = Bought(np.zeros(len(items)), np.zeros(len(items)), 0)
    hearing = heard(persona_teaching(choices), subjects, stranger)
    lifts = choices.likings[:, 0] / choices.everybody
    expected = lifts / (hearing.chances @ (choices.likings / choices.everybody[:, None]).T)
    assert hearing.change(0, reliability=1.0) == pytest.approx(expected, rel=2e-3)


def test_the_file_is_taken_by_the_command_line_and_the_service(
    choices: Beginnings, tmp_path: Path
) -> None:
    path = write_question(choices, tmp_path / "out", name="shop")
    assert path.name == "shop-persona-question.yaml"
    (record,) = yaml_records(path.read_bytes())
    message = read_message(Question, record.value)
    check = Check()
    taken = question_of(
        QuestionId("persona"), message, check, conditions=CelConditions(vocabulary(()))
    )
    check.done()
    assert message.name == "questions/persona"
    assert [each.answer_id for each in taken.teaching.answers] == [
        each.persona_id for each in choices.learned.personas.personas
    ]
    assert taken.answer_texts[0].startswith("Tea")
    assert json.loads(path.read_text())["text"] == taken.text


def test_of_many_items_those_are_told_that_set_a_persona_apart() -> None:
    found = Beginnings.of(purchases_of(TOWN), item_attributes(TOWN.items), seed=0, count=2)
    for place, answer in enumerate(persona_teaching(found).answers):
        told = {each.name for each in answer.likings}
        apart = np.abs(found.likings[:, place] - found.everybody)
        left_out = [row for row, item in enumerate(found.purchases.item_ids) if item not in told]
        assert len(told) == LIKINGS
        assert apart[left_out].max() <= np.sort(apart)[-LIKINGS]
