"""What customers answered: recorded once, the latest holds, the earlier ones stay visible."""

from collections.abc import Iterator
from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from ofone.profile.v1 import customer_pb2
from ofone.profile.v1 import profile_service_pb2 as pb

from services.profile.domain.history.events import MICROS, QuestionId
from services.profile.domain.history.questions import RECENT_ANSWERS, RECENT_ASKS, asked_questions
from services.profile.domain.history.state import fold
from services.serving.failures import Failure, Kind
from tests.services.profile.desk import NOW_SECONDS, Desk, card, purchase, serving
from tests.services.profile.memory_store import MemoryProfileStore
from tests.services.profile.told import DAY, NOW, answered

PETS = QuestionId("pets")


@pytest.fixture
def desk() -> Iterator[Desk]:
    with serving(MemoryProfileStore()) as running:
        yield running


def record(event_id: str, answer: str = "cat", *, day: int = 0, **fields: Any) -> pb.RecordedAnswer:
    whole: dict[str, Any] = {
        "source": "app",
        "event_id": event_id,
        "question": "questions/pets",
        "outcome": pb.ANSWER_OUTCOME_ANSWERED,
        "answer": answer,
        "occurred_at": Timestamp(seconds=NOW_SECONDS - day * 86_400),
        "channel": "app",
    }
    return pb.RecordedAnswer(**(whole | fields))


def tell(desk: Desk, *answers: pb.RecordedAnswer, who: str = "1") -> list[pb.EventResult]:
    request = pb.RecordAnswersRequest(identifier=card(who), answers=answers)
    return list(desk.stub.RecordAnswers(request).results)


def outcomes(results: list[pb.EventResult]) -> list[str]:
    return [pb.EventOutcome.Name(each.outcome).removeprefix("EVENT_OUTCOME_") for each in results]


def snapshot(desk: Desk) -> customer_pb2.Snapshot:
    request = pb.GetSnapshotRequest(identifier=card("1"))
    found: customer_pb2.Snapshot = desk.stub.GetSnapshot(request).snapshot
    return found


def test_the_latest_answer_holds_and_the_earlier_ones_stay_visible(desk: Desk) -> None:
    told = tell(desk, record("2", "dog", day=1), record("1", "cat", day=9))
    customer = told[0].customer

    found = desk.stub.GetCustomer(pb.GetCustomerRequest(name=customer)).customer
    events = desk.stub.ListEvents(pb.ListEventsRequest(parent=customer)).events

    assert outcomes(told) == ["STORED", "STORED"]
    assert [(each.answer, each.prevails, each.source, each.channel) for each in found.answers] == [
        ("dog", True, "app", "app"),
        ("cat", False, "app", "app"),
    ]
    assert [(each.question, each.answer) for each in events] == [
        ("questions/pets", "dog"),
        ("questions/pets", "cat"),
    ]
    (asked,) = snapshot(desk).asked_questions
    assert asked == customer_pb2.AskedQuestion(
        question_id="pets",
        answer_id="dog",
        answered_seconds=NOW_SECONDS - 86_400,
        last_asked_seconds=NOW_SECONDS - 86_400,
    )


def test_a_record_counts_once_and_its_id_says_one_thing_for_ever(desk: Desk) -> None:
    assert outcomes(tell(desk, record("1"))) == ["STORED"]
    assert outcomes(tell(desk, record("1"))) == ["DUPLICATE"]
    assert outcomes(tell(desk, record("1", "dog"))) == ["REFUSED"]
    assert snapshot(desk).asked_questions[0].answer_id == "cat"


def test_asking_in_vain_is_counted_since_the_last_answer(desk: Desk) -> None:
    ignored: dict[str, Any] = {"outcome": pb.ANSWER_OUTCOME_IGNORED, "answer": ""}
    waved_away: dict[str, Any] = {"outcome": pb.ANSWER_OUTCOME_WAVED_AWAY, "answer": ""}
    tell(
        desk,
        record("1", day=9, **ignored),
        record("2", "cat", day=8),
        record("3", day=7, **ignored),
        record("4", day=2, **waved_away),
    )

    (asked,) = snapshot(desk).asked_questions

    assert (asked.answer_id, asked.unanswered_count) == ("cat", 2)
    assert asked.last_asked_seconds == NOW_SECONDS - 2 * 86_400


@pytest.mark.parametrize(
    ("fields", "reason", "field"),
    [
        ({"question": "pets"}, "MALFORMED_NAME", "question"),
        ({"answer": ""}, "MALFORMED", "answer"),
        ({"outcome": pb.ANSWER_OUTCOME_IGNORED}, "NOT_ALLOWED", "answer"),
        ({"source": ""}, "MALFORMED", "source"),
        ({"occurred_at": Timestamp(seconds=NOW_SECONDS + 90_000)}, "IN_THE_FUTURE", "occurred_at"),
    ],
)
def test_a_bad_record_is_refused_and_the_others_are_stored(
    desk: Desk, fields: dict[str, Any], reason: str, field: str
) -> None:
    good, bad = tell(desk, record("1"), record("2", **fields))

    assert outcomes([good, bad]) == ["STORED", "REFUSED"]
    assert (bad.reason, bad.field) == (reason, field)


def test_a_request_about_nobody_or_with_no_records_is_refused_whole(desk: Desk) -> None:
    with pytest.raises(Failure) as refusal:
        desk.stub.RecordAnswers(pb.RecordAnswersRequest())
    with pytest.raises(Failure) as unclear:
        tell(desk, record("1", outcome=pb.ANSWER_OUTCOME_UNSPECIFIED))

    assert refusal.value.kind is Kind.INVALID
    assert {each.field for each in refusal.value.violations} == {"customer", "answers"}
    assert [each.field for each in unclear.value.violations] == ["answers[0].outcome"]


def test_without_personalisation_no_answer_is_shown_but_nobody_is_asked_twice(desk: Desk) -> None:
    customer = tell(desk, record("1", day=3))[0].customer
    consent = customer_pb2.Consent(
        purpose=customer_pb2.CONSENT_PURPOSE_PERSONALISATION,
        state=customer_pb2.CONSENT_STATE_DENIED,
        source="app",
        stated_at=Timestamp(seconds=NOW_SECONDS),
    )
    desk.stub.SetConsent(pb.SetConsentRequest(customer=customer, consent=consent))

    (asked,) = snapshot(desk).asked_questions
    found = desk.stub.GetCustomer(pb.GetCustomerRequest(name=customer)).customer

    assert not asked.answer_id
    assert asked.answered_seconds == NOW_SECONDS - 3 * 86_400
    assert not found.answers


def test_an_event_of_another_type_is_about_no_question(desk: Desk) -> None:
    about = purchase("1", "tea")
    about.question = "questions/pets"

    (result,) = desk.ingest(about)

    assert (result.reason, result.field) == ("NOT_ALLOWED", "question")


def test_only_the_latest_answers_and_askings_are_kept() -> None:
    state = fold(
        [
            *(answered(f"a{day:02}", "pets", f"answer-{day}", day=day) for day in range(30)),
            *(answered(f"b{day:02}", "pets", day=day) for day in range(60)),
        ]
    )

    history = state.questions[PETS]
    (asked,) = asked_questions(state.questions, most=10)

    assert len(history.answers) == RECENT_ANSWERS
    assert len(history.asks) == RECENT_ASKS
    assert asked.answer_id == "answer-0"
    assert asked.last_asked_seconds == NOW // MICROS


def test_of_many_questions_those_asked_last_travel() -> None:
    state = fold(answered(str(day), f"q-{day}", "yes", day=day) for day in range(5))

    found = asked_questions(state.questions, most=2)

    assert [each.question_id for each in found] == ["q-0", "q-1"]
    assert found[1].answered_seconds == (NOW - DAY) // MICROS
