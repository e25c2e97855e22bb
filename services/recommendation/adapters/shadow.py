"""Asks the challenger what it would have said, after the champion has said it.

One thread beside the calls, fed by a short queue: an answer is taken in or dropped, and in either
case given at once. So the challenger may be slow or broken, and no customer notices.
"""

import queue
import random
import threading

import structlog

from ml.model.trees import TreesError
from services.recommendation.domain.comparison import Answered, likeness
from services.recommendation.ports.decisions import Clock
from services.recommendation.ports.models import Model, ModelSource, TrialTelemetry
from services.recommendation.ports.neighbours import Proposer
from services.serving.failures import Failure

MAX_WAITING = 64
"""Answers that may wait; each holds the features of its candidates, some 80 KB."""

_DEFECTS = (
    *(LookupError, ValueError, TypeError, ArithmeticError, RuntimeError, MemoryError),
    TreesError,
)
"""What numpy and the trees raise over a model that its checks did not find out."""

_log = structlog.get_logger()


class QueuedShadow:
    """The port ``Shadow`` on a thread; it compares from ``start`` on."""

    def __init__(
        self,
        challengers: ModelSource,
        proposer: Proposer,
        telemetry: TrialTelemetry,
        *,
        sampled_share: float,
        timeout_seconds: float,
        clock: Clock,
    ) -> None:
        """Compare nothing yet.

        Args:
            challengers: gives the challenger of the moment.
            proposer: gives its candidates.
            telemetry: told of every comparison, and of every one that was not made.
            sampled_share: how many of the answers to compare, 0 to 1.
            timeout_seconds: how long to wait for candidates.
            clock: gives seconds.
        """
        self._challengers = challengers
        self._proposer = proposer
        self._telemetry = telemetry
        self._sampled_share = sampled_share
        self._timeout_seconds = timeout_seconds
        self._clock = clock
        self._waiting: queue.Queue[Answered | None] = queue.Queue(MAX_WAITING)
        self._stopped = threading.Event()
        self._told: str | None = None
        self._thread = threading.Thread(target=self._run, name="shadow", daemon=True)

    def consider(self, answered: Answered) -> None:
        """See ``ports.models.Shadow.consider``."""
        if random.random() >= self._sampled_share:  # noqa: S311  # chance, not a secret
            return
        try:
            self._waiting.put_nowait(answered)
        except queue.Full:
            self._telemetry.not_compared("dropped")

    def start(self) -> None:
        """Begin to compare."""
        self._thread.start()

    def stop(self) -> None:
        """End; what still waits is let go."""
        self._stopped.set()
        if self._thread.is_alive():
            self._wake()
            self._thread.join()

    def _wake(self) -> None:
        try:
            self._waiting.put_nowait(None)
        except queue.Full:
            return  # it has work, and sees after each piece that it is to end

    def _run(self) -> None:
        while True:
            answered = self._waiting.get()
            if self._stopped.is_set():
                return
            challenger = self._challengers.value
            if answered is not None and challenger is not None:
                self._compare(answered, challenger)

    def _compare(self, answered: Answered, challenger: Model) -> None:
        started = self._clock()
        history, moment = answered.history, answered.moment
        try:
            proposal = self._proposer.propose(
                history, moment, self._timeout_seconds, model_version=challenger.version
            )
            if proposal.model_version != challenger.version:
                self._telemetry.not_compared("unmatched")
                return
            ranking = challenger.rank(history, proposal, moment.seconds)
        except Failure:
            self._telemetry.not_compared("failed")
        except _DEFECTS as defect:
            self._telemetry.not_compared("failed")
            self._tell_once(challenger.version, defect)
        else:
            seconds = self._clock() - started
            found = likeness(answered.ranking, ranking, moment)
            self._telemetry.compared(
                found, champion_seconds=answered.seconds, challenger_seconds=seconds
            )

    def _tell_once(self, version: str, defect: BaseException) -> None:
        """Log a defect once for each challenger: it would come again with every comparison."""
        if self._told != version:
            self._told = version
            _log.error("challenger cannot rank", version=version, exc_info=defect)
