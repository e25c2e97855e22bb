import json
from pathlib import Path

from google.protobuf.timestamp_pb2 import Timestamp
from ofone.profile.v1 import profile_service_pb2 as profile
from ofone.profile.v1.customer_pb2 import GivenAnswer
from ofone.recommendation.v1 import question_pb2
from ofone.recommendation.v1.offer_pb2 import Benefit

from tests.services.console.conftest import Town, words

DRINKS = """\
name: hot-drinks
text: What do you drink?
answers:
  - answer_id: tea
    text: Tea
    likings: [{category: Tea, log_odds: 0.7}, {item: green-tea, log_odds: 1}]
  - answer_id: coffee
    text: Coffee
    likings: [{category: Tea, log_odds: -0.7}]
benefit: {points: 50}
channels: [app]
"""


def write(folder: Path, text: str = DRINKS) -> str:
    file = folder / "questions.yaml"
    file.write_text(text)
    return str(file)


def test_a_question_is_created_shown_listed_and_deleted(town: Town, tmp_path: Path) -> None:
    created = town.ofone("question", "write", write(tmp_path)).output
    shown = words(town.ofone("question", "show", "hot-drinks").output)

    assert "questions/hot-drinks created" in created
    assert "what the customer reads What do you drink?" in shown
    assert "tea: Tea (Tea +0.7, items/green-tea +1)" in shown
    assert "asked at most 3 times" in shown
    assert "Tea / Coffee 50 points" in words(town.ofone("question", "list").output)
    assert "deleted" in town.ofone("question", "delete", "hot-drinks").output
    assert town.ofone("question", "show", "hot-drinks").exit_code == 1


def test_the_same_file_again_changes_nothing_and_another_clears_what_it_leaves_out(
    town: Town, tmp_path: Path
) -> None:
    file = write(tmp_path)
    town.ofone("question", "write", file)
    again = town.ofone("question", "write", file)
    shorter = town.ofone(
        "question", "write", write(tmp_path, DRINKS.replace("channels: [app]", ""))
    )

    assert "questions/hot-drinks unchanged" in again.output
    assert "questions/hot-drinks changed" in shorter.output
    assert "channels" not in json.loads(
        town.ofone("question", "show", "hot-drinks", "--json").output
    )


def test_a_dry_run_writes_nothing(town: Town, tmp_path: Path) -> None:
    tried = town.ofone("question", "write", write(tmp_path), "--dry-run")

    assert "questions/hot-drinks created (dry run)" in tried.output
    assert json.loads(town.ofone("question", "list", "--json").output) == []


def test_a_mistake_is_shown_with_its_line(town: Town, tmp_path: Path) -> None:
    broken = DRINKS.replace("log_odds: -0.7", "log_odds: 70") + "audience: traits.nothing > 1\n"

    refused = town.ofone("question", "write", write(tmp_path, broken))

    assert refused.exit_code == 1
    assert "line 9: answers[1].likings[0].log_odds" in refused.stderr
    assert "line 12: audience" in refused.stderr


def test_the_question_to_ask_is_shown_with_its_answers_and_its_worth(town: Town) -> None:
    town.recommendation.asked.question.CopyFrom(
        question_pb2.SelectedQuestion(
            question="questions/hot-drinks",
            text="What do you drink?",
            answers=[question_pb2.OfferedAnswer(answer_id="tea", text="Tea", chance=0.55)],
            benefit=Benefit(points=50),
            expected_hits=0.18,
            subjects=["Tea", "Coffee"],
        )
    )

    shown = words(town.ofone("ask", "anna", "--channel", "app").output)

    assert "What do you drink? (hot-drinks, for 50 points) tea Tea 55 %" in shown
    assert "worth 0.180 expected hits, about Tea; Coffee" in shown
    assert town.recommendation.calls[0].context.channel == "app"


def test_where_nothing_is_asked_it_is_said_why(town: Town) -> None:
    town.recommendation.asked.considered.add(
        question="questions/hot-drinks",
        verdict=question_pb2.QUESTION_VERDICT_ANSWERED,
        detail="answered 3 days ago",
    )

    shown = words(town.ofone("ask", "anna").output)

    assert "Nothing is asked" in shown
    assert "hot-drinks answered answered 3 days ago" in shown


def test_an_answer_is_recorded_and_so_is_that_there_was_none(town: Town) -> None:
    given = town.ofone("answer", "hot-drinks", "tea", "--card", "4711", "--channel", "call")
    waved = town.ofone("answer", "hot-drinks", "--customer", "anna")

    assert "customers/anna answered hot-drinks with tea" in given.output
    assert "customers/anna waved away hot-drinks" in waved.output
    first, second = (call.answers[0] for call in town.profile.calls)
    assert (first.question, first.answer, first.channel) == ("questions/hot-drinks", "tea", "call")
    assert first.outcome == profile.ANSWER_OUTCOME_ANSWERED
    assert second.outcome == profile.ANSWER_OUTCOME_WAVED_AWAY
    assert first.event_id != second.event_id


def test_an_answer_that_is_refused_is_told(town: Town) -> None:
    refused = town.ofone("answer", "hot-drinks", "cocoa", "--card", "4711")

    assert refused.exit_code == 1
    assert "nobody drinks that" in refused.stderr


def test_a_portrait_tells_what_the_customer_said(town: Town, tmp_path: Path) -> None:
    town.ofone("question", "write", write(tmp_path))
    town.profile.customer.answers.extend(
        GivenAnswer(
            question="questions/hot-drinks",
            answer=answer,
            occurred_at=Timestamp(seconds=1_767_225_600),
            source="app",
            prevails=answer == "tea",
        )
        for answer in ("tea", "coffee")
    )

    shown = words(town.ofone("customer", "anna").output)

    assert "What do you drink? Tea 2026-01-01 00:00 (app)" in shown
    assert "What do you drink? Coffee" in shown
