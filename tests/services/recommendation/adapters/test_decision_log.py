"""Decisions are taken in at once and written behind."""

from collections import Counter
from collections.abc import Iterator

import pytest
from sqlalchemy.exc import IntegrityError

from services.recommendation.adapters import decision_log
from services.recommendation.adapters.decision_log import BufferedDecisionLog
from services.recommendation.adapters.sql_decisions import (
    DecisionRow,
    DecisionStore,
    SqlDecisionStore,
)
from services.recommendation.adapters.tables import MIGRATIONS
from services.serving.failures import Failure, Kind
from services.storage.engine import open_engine
from services.storage.migrations import migrate
from tests.services.recommendation.builders import NOON
from tests.services.recommendation.memory_stores import MemoryDecisionStore

AWAY = Failure(Kind.UNAVAILABLE, "DATABASE_UNAVAILABLE", "the database is away")


class CountedRows:
    """Remembers what was counted."""

    def __init__(self) -> None:
        self.rows: Counter[str] = Counter()
        self.backlog = 0

    def log_rows(self, outcome: str, count: int) -> None:
        self.rows[outcome] += count

    def log_backlog(self, count: int) -> None:
        self.backlog = count


@pytest.fixture
def counted() -> CountedRows:
    return CountedRows()


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> Iterator[DecisionStore]:
    if request.param == "memory":
        yield MemoryDecisionStore()
        return
    name = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    engine = open_engine(str(request.getfixturevalue(name)))
    migrate(engine, MIGRATIONS)
    yield SqlDecisionStore(engine)
    engine.dispose()


def log_over(
    store: DecisionStore, counted: CountedRows, *, capacity: int = 1_000
) -> BufferedDecisionLog:
    return BufferedDecisionLog(store, counted, lambda: NOON, capacity=capacity)


def test_a_decision_that_was_written_is_read_back(store: DecisionStore) -> None:
    rows = [DecisionRow(name, "ada", 1, name.encode()) for name in ("one", "two")]
    store.write(rows)
    assert store.read("one") == b"one"
    assert store.read("three") is None


def test_writing_the_same_decisions_again_changes_nothing(store: DecisionStore) -> None:
    store.write([DecisionRow("one", "ada", 1, b"first")])
    store.write([DecisionRow("one", "ada", 1, b"second"), DecisionRow("two", "", 2, b"two")])
    assert store.read("one") == b"first"
    assert store.read("two") == b"two"


def test_a_decision_can_be_read_before_it_is_written(counted: CountedRows) -> None:
    store = MemoryDecisionStore()
    log = log_over(store, counted)
    log.add("one", "ada", b"content")
    assert store.read("one") is None
    assert log.find("one") == b"content"
    assert log.find("two") is None


def test_a_decision_that_another_process_still_holds_is_waited_for(counted: CountedRows) -> None:
    class WrittenElsewhere(MemoryDecisionStore):
        """Another process writes right after the first look."""

        def read(self, decision_id: str) -> bytes | None:
            content = super().read(decision_id)
            self.write([DecisionRow(decision_id, "ada", 1, b"content")])
            return content

    assert log_over(WrittenElsewhere(), counted).find("one") == b"content"


def test_only_so_many_calls_wait_for_other_processes(
    counted: CountedRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decision_log, "ELSEWHERE_SECONDS", 3_600)
    log = log_over(MemoryDecisionStore(), counted)
    for _ in range(decision_log.MOST_PATIENT):
        assert log._patient.acquire(blocking=False)
    assert log.find("one") is None  # at once: the places of those who wait are taken


def test_stopping_writes_everything_that_waits(store: DecisionStore, counted: CountedRows) -> None:
    log = log_over(store, counted)
    log.start()
    for number in range(250):
        log.add(f"decision-{number}", "ada", b"content")
    log.stop()
    assert store.read("decision-0") == store.read("decision-249") == b"content"
    assert counted.rows == {"written": 250}
    assert counted.backlog == 0


def test_when_too_many_wait_the_newest_is_dropped_and_counted(counted: CountedRows) -> None:
    log = log_over(MemoryDecisionStore(), counted, capacity=2)
    for name in ("one", "two", "three"):
        log.add(name, "ada", b"content")
    assert counted.rows == {"dropped": 1}
    assert [log.find(name) is not None for name in ("one", "two", "three")] == [True, True, False]


def test_while_the_database_is_away_decisions_wait(counted: CountedRows) -> None:
    store = MemoryDecisionStore()
    store.failure = AWAY
    log = log_over(store, counted)
    log.start()
    for number in range(100):
        log.add(f"decision-{number}", "ada", b"content")
    assert log.find("decision-7") == b"content"
    store.failure = None
    log.stop()
    assert counted.rows == {"written": 100}


def test_decisions_that_cannot_be_written_to_the_end_are_counted_as_failed(
    counted: CountedRows,
) -> None:
    store = MemoryDecisionStore()
    store.failure = AWAY
    log = log_over(store, counted)
    log.start()
    log.add("one", "ada", b"content")
    log.stop()
    assert counted.rows == {"failed": 1}


def test_rows_that_the_database_refuses_do_not_stop_the_others(counted: CountedRows) -> None:
    store = MemoryDecisionStore()
    store.failure = IntegrityError("insert", {}, ValueError("broken"))
    log = log_over(store, counted)
    log.start()
    log.add("one", "ada", b"content")
    log.stop()
    assert counted.rows == {"failed": 1}
    assert log.find("one") is None
