"""Questions are written, asked and heard, over the wire."""

from typing import Any

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from ofone.profile.v1 import customer_pb2
from ofone.recommendation.v1 import decision_pb2, offer_pb2, question_pb2
from ofone.recommendation.v1 import question_service_pb2 as messages
from ofone.recommendation.v1 import recommendation_service_pb2 as services

from services.serving.failures import Failure, Kind
from tests.services.recommendation.builders import NOON, seconds_ago
from tests.services.recommendation.conftest import House, degradations, moment

WEEK_AGO = seconds_ago(days=7)


def answer(answer_id: str, **likings: float) -> question_pb2.PossibleAnswer:
    return question_pb2.PossibleAnswer(
        answer_id=answer_id,
        text=answer_id.capitalize(),
        likings=[
            question_pb2.Liking(category=name, log_odds=odds) for name, odds in likings.items()
        ],
    )


def drinks(**fields: Any) -> question_pb2.Question:
    whole: dict[str, Any] = {
        "text": "What do you drink?",
        "answers": [answer("tea", tea=2.0, coffee=-2.0), answer("coffee", coffee=2.0, tea=-2.0)],
        "benefit": offer_pb2.Benefit(points=50),
    }
    return question_pb2.Question(**(whole | fields))


def create(
    house: House,
    question: question_pb2.Question | None = None,
    question_id: str = "hot-drinks",
    *,
    validate_only: bool = False,
) -> question_pb2.Question:
    request = messages.CreateQuestionRequest(
        question_id=question_id, question=question or drinks(), validate_only=validate_only
    )
    stored: question_pb2.Question = house.questions.CreateQuestion(request).question
    return stored


def get(house: House, question_id: str = "hot-drinks") -> question_pb2.Question:
    request = messages.GetQuestionRequest(name=f"questions/{question_id}")
    stored: question_pb2.Question = house.questions.GetQuestion(request).question
    return stored


def ask(house: House, **context: Any) -> services.SelectQuestionResponse:
    request = services.SelectQuestionRequest(customer="customers/ada", context=moment(**context))
    response: services.SelectQuestionResponse = house.recommending.SelectQuestion(request)
    return response


def verdicts(response: services.SelectQuestionResponse) -> dict[str, str]:
    return {
        each.question.removeprefix("questions/"): question_pb2.QuestionVerdict.Name(
            each.verdict
        ).removeprefix("QUESTION_VERDICT_")
        for each in response.considered
    }


def test_a_question_comes_back_whole_with_what_was_left_out_filled_in(house: House) -> None:
    stored = create(house, drinks(start_time=NOON, channels=["app"], audience="!marketing.email"))

    assert get(house) == stored
    assert stored.answers[0].likings == drinks().answers[0].likings
    assert (stored.max_asks, stored.pause_days, stored.cost) == (3, 30, 1.0)
    assert (stored.half_life_days, stored.confidence) == (365.0, 0.9)
    assert stored.answers[0].share == 1.0
    assert stored.benefit.points == 50
    assert stored.etag


def test_what_is_wrong_with_a_question_is_named_field_by_field(house: House) -> None:
    twice = [answer("tea", tea=9.0), answer("tea", tea=0.0)]
    twice[0].likings.add(log_odds=1.0)

    with pytest.raises(Failure) as refusal:
        create(house, drinks(text="", answers=twice, confidence=2.0, audience="traits.x > 1"))
    with pytest.raises(Failure) as lonely:
        create(house, drinks(answers=[answer("tea", tea=1.0)]))

    assert {each.field: each.rule for each in refusal.value.violations} == {
        "question.text": "REQUIRED",
        "question.confidence": "TOO_LARGE",
        "question.audience": "CONDITION_UNKNOWN_FIELD",
        "question.answers[0].likings[0].log_odds": "TOO_LARGE",
        "question.answers[0].likings[1]": "REQUIRED",
        "question.answers[1].answer_id": "DUPLICATE",
        "question.answers[1].likings[0].log_odds": "REQUIRED",
    }
    assert [each.rule for each in lonely.value.violations] == ["TOO_FEW"]


def test_an_answer_that_is_about_nothing_in_the_shop_is_refused(house: House) -> None:
    strange = answer("yes", unicorns=1.0)
    strange.likings.add(item="items/no-such", log_odds=1.0)

    with pytest.raises(Failure) as refusal:
        create(house, drinks(answers=[strange, answer("no")]))

    assert {each.field: each.rule for each in refusal.value.violations} == {
        "question.answers[0].likings[0].category": "UNKNOWN_CATEGORY",
        "question.answers[0].likings[1].item": "UNKNOWN_ITEM",
    }


def test_a_question_is_changed_by_its_mask_and_only_as_it_was_read(house: House) -> None:
    first = create(house)
    changed = question_pb2.Question(name=first.name, etag=first.etag, text="Tea?", cost=7)
    request = messages.UpdateQuestionRequest(
        question=changed, update_mask=FieldMask(paths=["text"]), validate_only=True
    )

    tried = house.questions.UpdateQuestion(request).question
    assert (tried.text, tried.etag, get(house)) == ("Tea?", "", first)
    request.validate_only = False
    after = house.questions.UpdateQuestion(request).question
    assert (after.text, after.cost, after.answers) == ("Tea?", 1.0, first.answers)
    with pytest.raises(Failure) as stale:
        house.questions.UpdateQuestion(request)
    assert stale.value.kind is Kind.STALE


def test_questions_are_listed_page_by_page(house: House) -> None:
    for name in ("c", "a", "b"):
        create(house, question_id=name)

    first = house.questions.ListQuestions(messages.ListQuestionsRequest(page_size=2))
    rest = house.questions.ListQuestions(
        messages.ListQuestionsRequest(page_size=2, page_token=first.next_page_token)
    )

    assert [each.name[-1] for each in first.questions] == ["a", "b"]
    assert [each.name[-1] for each in rest.questions] == ["c"]
    assert not rest.next_page_token


def test_a_deleted_question_is_not_asked_and_its_id_stays_taken(house: House) -> None:
    house.profile.put("customers/ada")
    name = create(house).name
    house.questions.DeleteQuestion(messages.DeleteQuestionRequest(name=name, validate_only=True))
    assert get(house).name == name

    house.questions.DeleteQuestion(messages.DeleteQuestionRequest(name=name))

    assert ask(house) == services.SelectQuestionResponse(
        model_version=ask(house).model_version, snapshot_version=1
    )
    with pytest.raises(Failure) as gone:
        get(house)
    with pytest.raises(Failure) as taken:
        create(house)
    assert (gone.value.kind, taken.value.kind) == (Kind.NOT_FOUND, Kind.ALREADY_EXISTS)


def test_a_stranger_is_asked_what_would_change_most_and_told_what_it_gives(house: House) -> None:
    create(house)
    create(house, drinks(answers=[answer("yes", soap=0.01), answer("no")]), "dull")
    house.profile.put("customers/ada")

    response = ask(house)

    asked = response.question
    assert asked.question == "questions/hot-drinks"
    assert asked.text == "What do you drink?"
    assert [each.text for each in asked.answers] == ["Tea", "Coffee"]
    assert sum(each.chance for each in asked.answers) == pytest.approx(1)
    assert asked.expected_hits > 0.01
    assert set(asked.subjects) == {"tea", "coffee"}
    assert asked.benefit.points == 50
    assert verdicts(response) == {"hot-drinks": "CHOSEN", "dull": "NOT_WORTH_ASKING"}


def test_nobody_is_asked_again_what_they_answered_or_did_not_want_to(house: House) -> None:
    create(house)
    create(house, question_id="again")
    house.profile.put(
        "customers/ada",
        asked_questions=[
            customer_pb2.AskedQuestion(
                question_id="hot-drinks", answer_id="tea", answered_seconds=WEEK_AGO
            ),
            customer_pb2.AskedQuestion(
                question_id="again", unanswered_count=1, last_asked_seconds=WEEK_AGO
            ),
        ],
    )

    response = ask(house)

    assert not response.HasField("question")
    assert verdicts(response) == {"hot-drinks": "ANSWERED", "again": "ASKED_LATELY"}


def test_while_the_customer_cannot_be_read_nobody_is_asked(house: House) -> None:
    create(house)
    house.profile.trouble.away = True

    response = ask(house)

    assert not response.HasField("question")
    assert degradations(response) == ["PROFILE_UNAVAILABLE"]
    assert verdicts(response) == {"hot-drinks": "NO_CONSENT"}


def test_what_was_said_changes_the_next_answer_and_is_given_as_the_reason(house: House) -> None:
    create(house)
    said = customer_pb2.AskedQuestion(
        question_id="hot-drinks", answer_id="coffee", answered_seconds=WEEK_AGO
    )
    house.profile.put("customers/ada")
    house.profile.put("customers/bob", asked_questions=[said])

    def coffees(name: str) -> list[services.RankedItem]:
        request = services.RecommendItemsRequest(customer=name, context=moment())
        items = house.recommending.RecommendItems(request).items
        return [each for each in items if each.item.startswith("items/coffee")]

    def is_personal(name: str) -> bool:
        request = services.RecommendItemsRequest(customer=name, context=moment())
        return bool(house.recommending.RecommendItems(request).personalised)

    assert len(coffees("customers/bob")) > len(coffees("customers/ada"))
    assert (is_personal("customers/bob"), is_personal("customers/ada")) == (True, False)
    kinds = {why.kind for each in coffees("customers/bob") for why in each.reasons}
    assert decision_pb2.REASON_KIND_YOU_SAID in kinds
