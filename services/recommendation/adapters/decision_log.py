"""The log of decisions: taken in at once, written in batches by a thread, read back at any time.

A request never waits for the database. When the database is away, decisions wait in memory up to a
limit; beyond it they are dropped and counted.
"""

import threading
from collections.abc import Callable, Collection
from datetime import datetime
from itertools import islice
from typing import Protocol

import structlog
from sqlalchemy.exc import SQLAlchemyError

from services.recommendation.adapters.sql_decisions import DecisionRow, DecisionStore
from services.recommendation.ports.decisions import LoggedDecision
from services.serving.failures import Failure

BATCH_ROWS = 100
FLUSH_SECONDS = 0.2
ELSEWHERE_SECONDS = 0.4
"""After so long what another process took in is written as well."""
MOST_PATIENT = 2
"""So many calls may wait for that at once; they occupy threads that others need."""
RETRY_SECONDS = 1.0
"""How long the writer leaves a database alone that is away."""

_log = structlog.get_logger()


class LogTelemetry(Protocol):
    """Counts rows."""

    def log_rows(self, outcome: str, count: int) -> None:
        """Count rows that were written, dropped, failed or forgotten."""
        ...

    def log_backlog(self, count: int) -> None:
        """Note how many rows wait."""
        ...


class BufferedDecisionLog:
    """The port ``DecisionLog`` over a ``DecisionStore``; it writes from ``start`` on."""

    def __init__(
        self,
        store: DecisionStore,
        telemetry: LogTelemetry,
        clock: Callable[[], datetime],
        *,
        capacity: int,
    ) -> None:
        """Hold at most ``capacity`` decisions that are not written yet."""
        self._store = store
        self._telemetry = telemetry
        self._clock = clock
        self._capacity = capacity
        self._waiting: dict[str, DecisionRow] = {}  # in the order they came
        self._lock = threading.Lock()
        self._full_batch = threading.Event()
        self._stopped = threading.Event()
        self._patient = threading.BoundedSemaphore(MOST_PATIENT)
        self._thread = threading.Thread(target=self._run, name="decision-log", daemon=True)

    def add(self, decision_id: str, customer_id: str, content: bytes) -> None:
        """See ``ports.decisions.DecisionLog.add``."""
        row = DecisionRow(decision_id, customer_id, int(self._clock().timestamp()), content)
        with self._lock:
            count = len(self._waiting)
            if count < self._capacity:
                self._waiting[decision_id] = row
        if count >= self._capacity:
            self._telemetry.log_rows("dropped", 1)
        elif count + 1 == BATCH_ROWS:
            self._full_batch.set()

    def find(self, decision_id: str) -> bytes | None:
        """See ``ports.decisions.DecisionLog.find``."""
        waiting = self._waiting.get(decision_id)
        content = self._store.read(decision_id) if waiting is None else waiting.content
        if content is None and self._patient.acquire(blocking=False):
            # It may be on its way from the buffer of another process.
            try:
                self._stopped.wait(ELSEWHERE_SECONDS)
                content = self._store.read(decision_id)
            finally:
                self._patient.release()
        return content

    def of_customer(
        self, customer_id: str, *, before: tuple[int, str] | None, count: int
    ) -> list[LoggedDecision]:
        """See ``ports.decisions.DecisionLog.of_customer``."""
        return self._store.of_customer(customer_id, before=before, count=count)

    def forget(self, customer_ids: Collection[str]) -> int:
        """Drop what waits of customers who were erased; return how many decisions that was."""
        names = frozenset(customer_ids)
        with self._lock:  # which requests wait for
            theirs = [row for row in self._waiting.values() if row.customer_id in names]
            for row in theirs:
                del self._waiting[row.decision_id]
        self._telemetry.log_rows("forgotten", len(theirs))
        return len(theirs)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def stop(self) -> None:
        """Write what waits, and end; what cannot be written now is counted as failed."""
        self._stopped.set()
        self._full_batch.set()
        self._thread.join()
        if self._waiting:
            self._telemetry.log_rows("failed", len(self._waiting))
            _log.error("decisions were lost", rows=len(self._waiting))

    def _run(self) -> None:
        pause = FLUSH_SECONDS
        while True:
            self._full_batch.wait(pause)
            stopping = self._stopped.is_set()
            self._full_batch.clear()
            pause = FLUSH_SECONDS if self._flush() else RETRY_SECONDS
            if stopping:
                return

    def _flush(self) -> bool:
        """Write all that waits, batch by batch; return whether the database took it."""
        try:
            while self._waiting:
                with self._lock:
                    batch = list(islice(self._waiting.values(), BATCH_ROWS))
                self._write(batch)
                with self._lock:
                    for row in batch:
                        self._waiting.pop(row.decision_id, None)  # forgotten meanwhile
        except Failure as failure:
            _log.warning("decisions cannot be written", reason=failure.reason)
            return False
        finally:
            self._telemetry.log_backlog(len(self._waiting))
        return True

    def _write(self, batch: list[DecisionRow]) -> None:
        try:
            forgotten_count = self._store.write(batch)
        except SQLAlchemyError as error:  # a defect: the same rows would fail for ever
            _log.exception("decisions were refused by the database", exc_info=error)
            self._telemetry.log_rows("failed", len(batch))
        else:
            self._telemetry.log_rows("written", len(batch) - forgotten_count)
            if forgotten_count:
                self._telemetry.log_rows("forgotten", forgotten_count)
