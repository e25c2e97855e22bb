"""Questions as people wrote them, the one to ask, and what was answered."""

from collections.abc import Iterable, Mapping

from ofone.profile.v1.customer_pb2 import GivenAnswer
from ofone.recommendation.v1.question_pb2 import (
    ConsideredQuestion,
    Liking,
    PossibleAnswer,
    Question,
    QuestionVerdict,
    SelectedQuestion,
)
from rich.console import Group
from rich.table import Table
from rich.text import Text

from services.console.rendering.figures import (
    at,
    count_in_words,
    listed,
    minute,
    plain_number,
    share_in_percent,
)
from services.console.rendering.names import called, resource_id
from services.console.rendering.offer_tables import window_of
from services.console.rendering.sentences import benefit_in_words
from services.console.rendering.sheets import sheet

LIKING_COUNT = 4
"""Likings of one answer that are named; the others are counted."""


def questions_table(questions: Iterable[Question]) -> Table:
    """Return questions, one a row."""
    table = Table()
    table.add_column("question", no_wrap=True)  # an id that is cut cannot be pasted
    for heading in ("what the customer reads", "answers", "for", "in force"):
        table.add_column(heading)
    for question in questions:
        table.add_row(
            Text(resource_id(question.name), style="cyan"),
            Text(question.text),
            Text(" / ".join(each.text for each in question.answers)),
            Text(_benefit(question)),
            Text(window_of(question)),
        )
    return table


def question_sheet(question: Question) -> Table:
    """Return one question, a field a row."""
    again = count_in_words(question.ask_again_days, "day") if question.ask_again_days else ""
    return sheet(
        {
            "question": question.name,
            "what the customer reads": question.text,
            "answers": "\n".join(_answer_in_words(each) for each in question.answers),
            "for": _benefit(question),
            "audience": question.audience or "everyone",
            "in force": window_of(question),
            "stores": ", ".join(question.stores),
            "channels": ", ".join(question.channels),
            "asked at most": count_in_words(question.max_asks, "time"),
            "pause": count_in_words(question.pause_days, "day"),
            "asked again after": again or "never, once answered",
            "half-life": f"{plain_number(question.half_life_days)} days",
            "confidence": plain_number(question.confidence),
            "cost": plain_number(question.cost),
            "etag": question.etag,
        }
    )


def selected_view(question: SelectedQuestion, item_names: Mapping[str, str]) -> Group:
    """Return the question to ask, with what each answer is as likely as, and why it is asked."""
    identity = resource_id(question.question)
    given = benefit_in_words(question.benefit) if question.HasField("benefit") else "thanks"
    answers = Table(box=None, show_header=False, padding=(0, 2))
    for each in question.answers:
        answers.add_row(
            Text(each.answer_id, style="cyan"), each.text, share_in_percent(each.chance)
        )
    subjects = [called(each, item_names) for each in question.subjects]
    about = f", about {'; '.join(subjects)}" if subjects else ""
    return Group(
        Text.assemble((question.text, "bold"), f" ({identity}, for {given})"),
        answers,
        Text(f"worth {question.expected_hits:.3f} expected hits{about}", style="dim"),
    )


def silence_table(considered: Iterable[ConsideredQuestion]) -> Table:
    """Return why nothing is asked, one question a row."""
    table = Table(title="Nothing is asked", title_justify="left", title_style="bold")
    for heading in ("question", "verdict", "detail"):
        table.add_column(heading)
    for each in considered:
        verdict = QuestionVerdict.Name(each.verdict).removeprefix("QUESTION_VERDICT_")
        words = verdict.replace("_", " ").lower()
        table.add_row(Text(resource_id(each.question), style="cyan"), words, Text(each.detail))
    return table


def answers_table(answers: Iterable[GivenAnswer], asked: Mapping[str, Question]) -> Table:
    """Return what a customer said, one answer a row; one that does not hold any more is dim.

    Args:
        answers: latest first.
        asked: questions by name; of others the ids are shown.
    """
    table = Table(title="Said", title_justify="left", title_style="bold", box=None)
    for heading in ("question", "answer", "when (UTC)", "where"):
        table.add_column(heading)
    for each in answers:
        where = " ".join(part for part in (each.channel, f"({each.source})") if part)
        table.add_row(
            Text(asked[each.question].text if each.question in asked else each.question),
            Text(_answer_read(each, asked.get(each.question))),
            minute(at(each.occurred_at)),
            Text(where),
            style="" if each.prevails else "dim",
        )
    return table


def _answer_read(given: GivenAnswer, question: Question | None) -> str:
    answers = question.answers if question else ()
    texts = (each.text for each in answers if each.answer_id == given.answer)
    return next(texts, given.answer)


def _benefit(question: Question) -> str:
    return benefit_in_words(question.benefit) if question.HasField("benefit") else "thanks"


def _answer_in_words(answer: PossibleAnswer) -> str:
    likings = listed([_liking_in_words(each) for each in answer.likings], most=LIKING_COUNT)
    return f"{answer.answer_id}: {answer.text}" + (f" ({likings})" if likings else "")


def _liking_in_words(liking: Liking) -> str:
    name = getattr(liking, liking.WhichOneof("subject") or "category")
    return f"{name} {liking.log_odds:+g}"
