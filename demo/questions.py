"""A few questions for any shop that sorts its items: which best sellers are always at home?"""

import json

import pandas as pd
from google.protobuf import json_format
from ofone.recommendation.v1.offer_pb2 import Benefit
from ofone.recommendation.v1.question_pb2 import Liking, PossibleAnswer, Question

from demo.slugs import slugs
from ml.dataset.dataset import Dataset

QUESTIONS = 6
"""About so many categories, those that sell most."""

CHOICES = 5
"""So many best sellers are answers; more nobody reads."""

ALWAYS, NOT = 3.0, -1.0
"""What a shopkeeper would guess of an item that somebody always has, and of one not named, as
log-odds."""

POINTS = 50


def few_questions(dataset: Dataset) -> dict[str, Question]:
    """Return questions by id; none where items have no categories."""
    items = dataset.items.dropna(subset=["category", "name"])
    sold = dataset.interactions["item_id"].value_counts().rename("sold")
    items = items.join(sold, on="item_id", how="inner")
    largest = items.groupby("category")["sold"].sum().nlargest(QUESTIONS)
    categories = [str(category) for category in largest.index]
    return {
        question_id: _question(
            category, items[items["category"] == category].nlargest(CHOICES, "sold")
        )
        for question_id, category in zip(slugs("always", categories), categories, strict=True)
    }


def question_of(text: str) -> dict[str, Question]:
    """Return the question of a text as ``python -m ml personas`` writes it, by id."""
    document = json.loads(text)
    name = str(document.pop("name"))
    return {name: json_format.ParseDict(document, Question())}


def _question(category: str, best: pd.DataFrame) -> Question:
    names = dict(zip(best["item_id"], best["name"], strict=True))
    question = Question(
        text=f"{category}: which of these do you always have at home?",
        benefit=Benefit(points=POINTS),
        channels=["app", "web"],
    )
    for number, (item_id, name) in enumerate(names.items(), 1):
        answer = PossibleAnswer(answer_id=f"choice-{number}", text=str(name)[:128])
        answer.likings.extend(_liking(each, named=each == item_id) for each in names)
        question.answers.append(answer)
    none = PossibleAnswer(answer_id="none", text="None of these", share=len(names))
    none.likings.extend(_liking(each, named=False) for each in names)
    question.answers.append(none)
    return question


def _liking(item_id: str, *, named: bool) -> Liking:
    return Liking(item=f"items/{item_id}", log_odds=ALWAYS if named else NOT)
