"""Comparisons beside the calls: never waited for, dropped when there are too many, counted."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

import pytest
import structlog

from ml.model.candidates import Candidates
from ml.model.history import History, empty_history
from services.recommendation.adapters.shadow import MAX_WAITING, QueuedShadow
from services.recommendation.domain.comparison import Answered, Likeness
from services.recommendation.domain.moment import Moment
from services.recommendation.domain.ranking import ItemAttributes, Proposal, Ranking
from services.serving.failures import Failure, Kind
from tests.services.recommendation.builders import NOON, ranking

PATIENCE_SECONDS = 10.0


@dataclass
class Challenger:
    """Ranks as it is told."""

    version: str = "challenger"
    defect: Exception | None = None

    def candidates(self, history: History, moment: Moment) -> Candidates:
        raise AssertionError("the shadow asks embedding")

    def rank(self, history: History, proposal: Proposal, now_seconds: int) -> Ranking:
        if self.defect is not None:
            raise self.defect
        return ranking()


@dataclass
class Source:
    """Knows one model."""

    value: Challenger | None


@dataclass
class Neighbour:
    """Proposes when it is let."""

    answers_as: str = "challenger"
    failure: Failure | None = None
    asked: threading.Event = field(default_factory=threading.Event)
    may_answer: threading.Event = field(default_factory=threading.Event)

    def propose(
        self,
        history: History,
        moment: Moment,
        timeout_seconds: float,
        *,
        model_version: str = "",
        source_size: int | None = None,
    ) -> Proposal:
        self.asked.set()
        assert self.may_answer.wait(PATIENCE_SECONDS)
        if self.failure is not None:
            raise self.failure
        proposal = ranking().proposal
        return Proposal(proposal.candidates, proposal.attributes, self.answers_as)

    def last_known(self, item_ids: Sequence[str]) -> ItemAttributes:
        raise AssertionError("the shadow needs no attributes")


class Notes:
    """Keeps what it is told, and lets a test wait for it."""

    def __init__(self) -> None:
        self.outcomes: list[str] = []
        self.likeness: list[Likeness] = []
        self._told = threading.Semaphore(0)

    def answered(self, model: str) -> None:
        raise AssertionError("the shadow answers nobody")

    def compared(
        self, likeness: Likeness, *, champion_seconds: float, challenger_seconds: float
    ) -> None:
        assert champion_seconds == ANSWERED.seconds
        assert challenger_seconds >= 0
        self.likeness.append(likeness)
        self._note("compared")

    def not_compared(self, outcome: str) -> None:
        self._note(outcome)

    def wait(self, count: int) -> list[str]:
        for _ in range(count):
            assert self._told.acquire(timeout=PATIENCE_SECONDS)
        return self.outcomes

    def _note(self, outcome: str) -> None:
        self.outcomes.append(outcome)
        self._told.release()


@dataclass
class Bench:
    """A shadow with all that it meets."""

    shadow: QueuedShadow
    challenger: Challenger
    neighbour: Neighbour
    notes: Notes


ANSWERED = Answered(empty_history(), Moment(NOON), ranking(), seconds=0.002)


def shadow_of(bench: tuple[Challenger, Neighbour, Notes], share: float) -> QueuedShadow:
    challenger, neighbour, notes = bench
    ticks = iter(range(1_000_000))
    return QueuedShadow(
        Source(challenger),
        neighbour,
        notes,
        sampled_share=share,
        timeout_seconds=1.0,
        clock=partial(next, ticks),
    )


@pytest.fixture
def bench() -> Iterator[Bench]:
    parts = (Challenger(), Neighbour(), Notes())
    found = Bench(shadow_of(parts, 1.0), *parts)
    found.shadow.start()
    yield found
    found.neighbour.may_answer.set()
    found.shadow.stop()


def test_a_list_like_the_champions_is_found_alike(bench: Bench) -> None:
    bench.neighbour.may_answer.set()
    bench.shadow.consider(ANSWERED)
    assert bench.notes.wait(1) == ["compared"]
    assert bench.notes.likeness[0].overlap == 1


def test_what_is_too_much_is_dropped_at_once_and_the_rest_compared(bench: Bench) -> None:
    bench.shadow.consider(ANSWERED)
    assert bench.neighbour.asked.wait(PATIENCE_SECONDS)  # the thread is busy from now on
    for _ in range(MAX_WAITING + 3):
        bench.shadow.consider(ANSWERED)
    assert bench.notes.wait(3) == ["dropped"] * 3
    bench.neighbour.may_answer.set()
    assert bench.notes.wait(1 + MAX_WAITING).count("compared") == 1 + MAX_WAITING


def test_a_neighbour_that_is_away_costs_the_comparison_only(bench: Bench) -> None:
    bench.neighbour.may_answer.set()
    bench.neighbour.failure = Failure(Kind.UNAVAILABLE, "AWAY", "not at home")
    bench.shadow.consider(ANSWERED)
    assert bench.notes.wait(1) == ["failed"]
    bench.neighbour.failure = None
    bench.shadow.consider(ANSWERED)
    assert bench.notes.wait(1) == ["failed", "compared"]


def test_candidates_of_another_model_are_not_ranked(bench: Bench) -> None:
    bench.neighbour.may_answer.set()
    bench.neighbour.answers_as = "champion"
    bench.shadow.consider(ANSWERED)
    assert bench.notes.wait(1) == ["unmatched"]


def test_a_challenger_that_cannot_rank_is_told_once_and_the_thread_lives(bench: Bench) -> None:
    bench.neighbour.may_answer.set()
    bench.challenger.defect = IndexError("row 7 is out of bounds")
    with structlog.testing.capture_logs() as lines:
        for _ in range(3):
            bench.shadow.consider(ANSWERED)
        assert bench.notes.wait(3) == ["failed"] * 3
    assert [line["event"] for line in lines] == ["challenger cannot rank"]
    bench.challenger.defect = None
    bench.shadow.consider(ANSWERED)
    assert bench.notes.wait(1)[-1] == "compared"


def test_stopping_lets_go_what_waits() -> None:
    parts = (Challenger(), Neighbour(), Notes())
    shadow = shadow_of(parts, 1.0)
    shadow.start()
    shadow.consider(ANSWERED)
    assert parts[1].asked.wait(PATIENCE_SECONDS)
    for _ in range(MAX_WAITING):
        shadow.consider(ANSWERED)
    stopping = threading.Thread(target=shadow.stop)
    stopping.start()
    assert shadow._stopped.wait(PATIENCE_SECONDS)
    parts[1].may_answer.set()
    stopping.join()
    assert parts[2].outcomes == ["compared"]  # the one that was under way


def test_a_shadow_that_never_began_can_be_stopped() -> None:
    shadow_of((Challenger(), Neighbour(), Notes()), 1.0).stop()


@pytest.mark.parametrize(
    ("share", "least", "most"), [(0.0, 0, 0), (0.5, 130, 270), (1.0, 400, 400)]
)
def test_as_many_answers_are_looked_at_as_the_share_says(
    share: float, least: int, most: int
) -> None:
    # At one half, fewer than 130 or more than 270 of 400 are 7 standard deviations away.
    notes = Notes()
    shadow = shadow_of((Challenger(), Neighbour(), notes), share)
    for _ in range(400):
        shadow.consider(ANSWERED)  # nobody takes any away: what is beyond the room is dropped
    kept = min(MAX_WAITING, shadow._waiting.qsize())
    assert least <= kept + len(notes.outcomes) <= most
