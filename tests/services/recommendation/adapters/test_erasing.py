"""Customers who were erased leave the log of decisions, and nothing on its way brings them back."""

import threading
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import ProgrammingError

from services.recommendation.adapters.decision_log import BufferedDecisionLog
from services.recommendation.adapters.erasing import Eraser
from services.recommendation.adapters.sql_decisions import DecisionRow, SqlDecisionStore
from services.recommendation.adapters.sql_erasures import SqlErasureStore
from services.recommendation.adapters.tables import DECISIONS, MIGRATIONS
from services.recommendation.domain.erasure import IN_FLIGHT_SECONDS, Erasure
from services.serving.failures import Failure, Kind
from services.storage.engine import open_engine
from services.storage.migrations import migrate
from tests.services.recommendation.memory_stores import MemoryDecisionStore

NOON = datetime(2026, 3, 31, 12, tzinfo=UTC)
NOON_SECONDS = int(NOON.timestamp())
ADA = Erasure("erasure-1", NOON_SECONDS - 5, ("ada", "adas-former-name"))


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = open_engine(database_url)
    migrate(engine, MIGRATIONS)
    yield engine
    engine.dispose()


def row(decision_id: str, customer_id: str, seconds: int = NOON_SECONDS) -> DecisionRow:
    return DecisionRow(decision_id, customer_id, seconds, f"said to {customer_id}".encode())


def test_every_decision_under_any_name_is_removed_and_nobody_elses(engine: Engine) -> None:
    decisions, store = SqlDecisionStore(engine), SqlErasureStore(engine, lambda: NOON)
    decisions.write([row("1", "ada"), row("2", "adas-former-name"), row("3", "bert"), row("4", "")])
    assert store.forget(ADA) == {DECISIONS.name: 2}
    assert [decisions.read(each) for each in "1234"] == [None, None, b"said to bert", b"said to "]


def test_somebody_of_many_names_is_forgotten_under_all_of_them(engine: Engine) -> None:
    names = tuple(f"ada-{number}" for number in range(1_200))
    decisions, store = SqlDecisionStore(engine), SqlErasureStore(engine, lambda: NOON)
    decisions.write([row("1", names[0]), row("2", names[-1]), row("3", "bert")])
    assert store.forget(Erasure("erasure-1", NOON_SECONDS - 5, names)) == {DECISIONS.name: 2}
    assert [decisions.read(each) for each in "123"] == [None, None, b"said to bert"]


def test_a_decision_on_its_way_is_not_kept_and_is_counted(engine: Engine) -> None:
    decisions, store = SqlDecisionStore(engine), SqlErasureStore(engine, lambda: NOON)
    store.forget(ADA)
    late = NOON_SECONDS + IN_FLIGHT_SECONDS
    assert decisions.write([row("1", "ada", late), row("2", "bert", late)]) == 1
    assert (decisions.read("1"), decisions.read("2")) == (None, b"said to bert")


def test_who_comes_again_is_a_new_customer_whose_decisions_stay(engine: Engine) -> None:
    decisions, store = SqlDecisionStore(engine), SqlErasureStore(engine, lambda: NOON)
    store.forget(ADA)
    assert decisions.write([row("1", "ada", NOON_SECONDS + IN_FLIGHT_SECONDS + 1)]) == 0
    later = SqlErasureStore(engine, lambda: NOON + timedelta(days=1))
    assert later.forget(ADA) == {DECISIONS.name: 0}  # not confirmed yesterday, looked at again
    assert decisions.read("1") == b"said to ada"
    again = Erasure("erasure-2", NOON_SECONDS + 86_400, ("ada",))
    assert later.forget(again) == {DECISIONS.name: 1}
    assert decisions.read("1") is None


def test_each_name_is_forgotten_up_to_its_own_erasure(engine: Engine) -> None:
    """Only one of two names is erased again: what the other one did since stays."""
    decisions, store = SqlDecisionStore(engine), SqlErasureStore(engine, lambda: NOON)
    both = Erasure("erasure-1", NOON_SECONDS, ("ada", "bea"))
    store.forget(both)
    tomorrow = NOON_SECONDS + 86_400
    decisions.write([row("1", "bea", tomorrow - 1)])
    store.forget(Erasure("erasure-2", tomorrow, ("ada",)))
    assert store.forget(both) == {DECISIONS.name: 0}
    assert decisions.read("1") == b"said to bea"


def test_what_one_process_removed_another_can_confirm(engine: Engine) -> None:
    SqlDecisionStore(engine).write([row("1", "ada"), row("2", "ada")])
    assert SqlErasureStore(engine, lambda: NOON).forget(ADA) == {DECISIONS.name: 2}
    assert SqlErasureStore(engine, lambda: NOON).forget(ADA) == {DECISIONS.name: 2}


def test_writers_and_the_eraser_at_once_leave_nothing(engine: Engine) -> None:
    decisions, store = SqlDecisionStore(engine), SqlErasureStore(engine, lambda: NOON)
    kept: Counter[bool] = Counter()

    def write(writer: int) -> None:
        for number in range(30):
            forgotten = decisions.write([row(f"{writer}-{number}", "ada")])
            kept[forgotten == 0] += 1

    writers = [threading.Thread(target=write, args=(writer,)) for writer in range(3)]
    for each in writers:
        each.start()
    store.forget(ADA)
    for each in writers:
        each.join()
    assert kept.total() == 90
    assert decisions.of_customer("ada", before=None, count=100) == []


def test_no_file_of_sqlite_knows_the_name(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'recommendation.sqlite'}")
    migrate(engine, MIGRATIONS)
    decisions, store = SqlDecisionStore(engine), SqlErasureStore(engine, lambda: NOON)
    decisions.write([row(f"{number}", "ada") for number in range(200)])

    def naming() -> list[str]:
        return [each.name for each in tmp_path.iterdir() if b"ada" in each.read_bytes()]

    assert naming()
    store.forget(ADA)
    assert store.empty_log()
    assert naming() == []
    engine.dispose()


def test_a_reader_of_an_old_state_delays_the_emptying(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'recommendation.sqlite'}"
    engine = open_engine(url)
    migrate(engine, MIGRATIONS)
    SqlDecisionStore(engine).write([row("1", "ada")])
    store = SqlErasureStore(engine, lambda: NOON)
    with engine.connect() as reader:
        driver = reader.connection.driver_connection
        assert driver is not None
        driver.execute("PRAGMA busy_timeout = 0")
        driver.execute("BEGIN")
        driver.execute("SELECT * FROM recommendation_decisions").fetchall()
        impatient = engine.raw_connection()
        assert impatient.driver_connection is not None
        impatient.driver_connection.execute("PRAGMA busy_timeout = 0")
        impatient.close()  # the pool gives it to whoever asks next
        store.forget(ADA)
        assert not store.empty_log()
        driver.execute("ROLLBACK")
    assert store.empty_log()
    engine.dispose()


class Told:
    """What the neighbours of an eraser are told."""

    def __init__(self, *erasures: Erasure) -> None:
        self.erasures = {each.erasure_id: each for each in erasures}
        self.confirmed: dict[str, Mapping[str, int]] = {}
        self.failure: Failure | None = None
        self.cannot_forget: Erasure | None = None
        self.defect: Exception = ProgrammingError("delete", {}, ValueError("no such table"))
        self.can_empty = True
        self.rows: Counter[str] = Counter()

    def pending(self) -> Sequence[Erasure]:
        if self.failure is not None:
            raise self.failure
        return list(self.erasures.values())

    def confirm(self, erasure_id: str, counts: Mapping[str, int]) -> None:
        self.confirmed[erasure_id] = counts
        del self.erasures[erasure_id]

    def forget(self, erasure: Erasure) -> Mapping[str, int]:
        if erasure is self.cannot_forget:
            raise self.defect
        return {"decisions": len(erasure.customer_ids)}

    def empty_log(self) -> bool:
        return self.can_empty

    def erasure_confirmed(self) -> None:
        self.rows["confirmed"] += 1

    def log_rows(self, outcome: str, count: int) -> None:
        self.rows[outcome] += count

    def log_backlog(self, count: int) -> None:
        self.rows["backlog"] = count


def nobody_waits(customer_ids: Collection[str]) -> int:
    assert customer_ids
    return 0


def test_what_was_removed_is_confirmed_once() -> None:
    told = Told(ADA)
    eraser = Eraser(told, told, nobody_waits, told)
    eraser.look()
    assert told.confirmed == {"erasure-1": {"decisions": 2}}
    eraser.look()
    assert told.rows["confirmed"] == 1


def test_nothing_is_confirmed_while_a_file_still_knows() -> None:
    told = Told(ADA)
    told.can_empty = False
    eraser = Eraser(told, told, nobody_waits, told)
    eraser.look()
    assert told.confirmed == {}
    told.can_empty = True
    eraser.look()
    assert told.confirmed == {"erasure-1": {"decisions": 2}}


def test_while_profile_is_away_the_next_look_tries_again() -> None:
    told = Told(ADA)
    told.failure = Failure(Kind.UNAVAILABLE, "AWAY", "not at home")
    eraser = Eraser(told, told, nobody_waits, told)
    eraser.look()
    assert told.confirmed == {}
    told.failure = None
    eraser.look()
    assert set(told.confirmed) == {"erasure-1"}


def test_what_goes_wrong_is_told_once_until_it_went_well() -> None:
    told = Told()
    eraser = Eraser(told, told, nobody_waits, told)
    away = Failure(Kind.UNAVAILABLE, "AWAY", "not at home")
    with structlog.testing.capture_logs() as lines:
        for failure in (away, away, None, away):
            told.failure = failure
            eraser.look()
    assert [each["reason"] for each in lines] == ["AWAY", "AWAY"]
    told = Told(ADA)
    told.cannot_forget = ADA
    eraser = Eraser(told, told, nobody_waits, told)
    with structlog.testing.capture_logs() as lines:
        eraser.look()
        eraser.look()
    assert [each["reason"] for each in lines] == ["ProgrammingError"]


@pytest.mark.parametrize(
    ("defect", "reason"),
    [
        (ProgrammingError("delete", {}, ValueError("no such table")), "ProgrammingError"),
        (Failure(Kind.UNAVAILABLE, "DATABASE_BUSY", "takes too long"), "DATABASE_BUSY"),
    ],
)
def test_an_erasure_that_cannot_be_seen_to_does_not_hold_up_the_others(
    defect: Exception, reason: str
) -> None:
    bert = Erasure("erasure-2", NOON_SECONDS, ("bert",))
    told = Told(ADA, bert)
    told.cannot_forget, told.defect = ADA, defect
    with structlog.testing.capture_logs() as lines:
        Eraser(told, told, nobody_waits, told).look()
    assert set(told.confirmed) == {"erasure-2"}
    assert [each["reason"] for each in lines] == [reason]


def test_what_waits_in_memory_is_dropped_and_counted() -> None:
    told = Told()
    store = MemoryDecisionStore()
    log = BufferedDecisionLog(store, told, lambda: NOON, capacity=10)
    log.add("1", "ada", b"said")
    log.add("2", "bert", b"said")
    assert log.forget(("ada",)) == 1
    log.start()
    log.stop()
    assert (store.read("1"), store.read("2")) == (None, b"said")
    assert told.rows == {"forgotten": 1, "written": 1, "backlog": 0}
