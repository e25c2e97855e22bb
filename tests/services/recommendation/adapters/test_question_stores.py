"""One contract for every store of questions: memory, SQLite, PostgreSQL."""

import dataclasses
from collections.abc import Iterator
from datetime import timedelta

import pytest

from ml.model.likings import Liking, PossibleAnswer, SubjectKind, Teaching
from services.recommendation.adapters.question_book import CachedQuestionBook
from services.recommendation.adapters.sql_questions import SqlQuestionStore
from services.recommendation.adapters.tables import MIGRATIONS
from services.recommendation.domain.offer import Benefit, BenefitKind
from services.recommendation.domain.question import Question, QuestionId
from services.recommendation.ports.questions import QuestionStore
from services.serving.failures import Failure, Kind
from services.storage.engine import open_engine
from services.storage.migrations import migrate
from tests.services.recommendation.adapters.test_offer_stores import Clock
from tests.services.recommendation.builders import NOON, asked_about
from tests.services.recommendation.memory_stores import MemoryQuestionStore

FULL = Question(
    QuestionId("hot-drinks"),
    "Tea or café?",
    Teaching(
        "hot-drinks",
        (
            PossibleAnswer(
                "tea",
                (
                    Liking(SubjectKind.CATEGORY, "tea", 0.7),
                    Liking(SubjectKind.BRAND, "leaf", 0.2),
                    Liking(SubjectKind.ITEM, "green-tea", 1.0),
                ),
                3.0,
            ),
            PossibleAnswer("neither"),
        ),
        half_life_days=100.0,
        confidence=0.75,
    ),
    ("Tea", "Neither"),
    benefit=Benefit(BenefitKind.POINTS, amount=50),
    audience="traits.basket_count < 3",
    start_time=NOON,
    end_time=NOON + timedelta(days=7, microseconds=5),
    stores=("north",),
    channels=("app", "web"),
    max_asks=2,
    pause_days=7,
    ask_again_days=365,
    cost=1.5,
)


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> Iterator[QuestionStore]:
    if request.param == "memory":
        yield MemoryQuestionStore(Clock())
        return
    name = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    engine = open_engine(str(request.getfixturevalue(name)))
    migrate(engine, MIGRATIONS)
    yield SqlQuestionStore(engine, Clock())
    engine.dispose()


def test_a_question_comes_back_as_it_was_written(store: QuestionStore) -> None:
    written = store.create(FULL)
    plain = store.create(asked_about("plain"))

    assert store.get(FULL.question_id) == written
    assert written.question == FULL
    assert store.get(QuestionId("plain")) == plain
    assert [each.question.question_id for each in store.page(after="", count=1)] == ["hot-drinks"]
    assert store.page(after="hot-drinks", count=5) == [plain]


def test_of_two_changes_to_the_same_revision_the_second_is_stale(store: QuestionStore) -> None:
    before = store.create(FULL)
    first = store.replace(dataclasses.replace(FULL, cost=2.0), revision=before.revision)

    with pytest.raises(Failure) as refusal:
        store.replace(dataclasses.replace(FULL, cost=3.0), revision=before.revision)

    assert refusal.value.kind is Kind.STALE
    assert store.get(FULL.question_id) == first
    assert (first.create_time, first.etag != before.etag) == (before.create_time, True)


def test_a_deleted_question_is_gone_for_good_and_its_id_is_not_given_again(
    store: QuestionStore,
) -> None:
    stored = store.create(FULL)
    store.replace(FULL, revision=stored.revision, is_deleted=True)

    with pytest.raises(Failure) as gone:
        store.get(FULL.question_id)
    with pytest.raises(Failure) as taken:
        store.create(FULL)

    assert gone.value.reason == "QUESTION_NOT_FOUND"
    assert taken.value.reason == "QUESTION_EXISTS"
    assert store.page(after="", count=5) == []


def test_a_book_follows_what_is_written_changed_and_deleted(store: QuestionStore) -> None:
    book = CachedQuestionBook(store)
    assert not book.loaded
    stored = store.create(FULL)
    store.create(asked_about("plain"))
    book.refresh()
    assert book.loaded
    assert set(book.by_id()) == {"hot-drinks", "plain"}

    stored = store.replace(dataclasses.replace(FULL, cost=9.0), revision=stored.revision)
    book.refresh()
    assert book.by_id()["hot-drinks"].cost == 9.0

    store.replace(stored.question, revision=stored.revision, is_deleted=True)
    book.refresh()
    assert set(book.by_id()) == {"plain"}


def test_while_its_store_is_away_a_book_goes_on_with_what_it_knows() -> None:
    questions = MemoryQuestionStore(Clock())
    questions.create(FULL)
    book = CachedQuestionBook(questions)
    book.refresh()
    questions.failure = Failure(Kind.UNAVAILABLE, "DATABASE_UNAVAILABLE", "away")

    book.refresh()

    assert set(book.by_id()) == {"hot-drinks"}
