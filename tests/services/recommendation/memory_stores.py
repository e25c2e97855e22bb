"""Stores in memory: the plainest that keep the promises of the ports."""

import dataclasses
from collections.abc import Callable, Sequence
from datetime import datetime

from services.recommendation.adapters.sql_decisions import DecisionRow
from services.recommendation.domain.offer import Offer, OfferId, OfferState, StoredOffer
from services.recommendation.domain.question import Question, QuestionId, StoredQuestion
from services.recommendation.ports.decisions import LoggedDecision
from services.serving.failures import Failure, Kind, not_found


class MemoryOfferStore:
    """Offers in a dictionary."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._stored: dict[str, StoredOffer] = {}
        self._revision = 0
        self.failure: Exception | None = None

    def create(self, offer: Offer) -> StoredOffer:
        if offer.offer_id in self._stored:
            raise Failure(Kind.ALREADY_EXISTS, "OFFER_EXISTS", f"{offer.offer_id} exists already")
        now = self._clock()
        return self._keep(StoredOffer(offer, 0, now, now))

    def get(self, offer_id: OfferId) -> StoredOffer:
        if offer_id not in self._stored:
            raise not_found("offer", f"offers/{offer_id}")
        return self._stored[offer_id]

    def replace(self, offer: Offer, *, revision: int) -> StoredOffer:
        before = self.get(offer.offer_id)
        if before.revision != revision:
            raise Failure(Kind.STALE, "STALE_ETAG", f"{offer.offer_id} was changed")
        return self._keep(StoredOffer(offer, 0, before.create_time, self._clock()))

    def page(self, *, after: str, count: int, archived: bool) -> list[StoredOffer]:
        found = [
            self._stored[offer_id]
            for offer_id in sorted(self._stored)
            if offer_id > after
            and (archived or self._stored[offer_id].offer.state is OfferState.ACTIVE)
        ]
        return found[:count]

    def changed_since(self, revision: int) -> list[StoredOffer]:
        if self.failure is not None:
            raise self.failure
        changed = [each for each in self._stored.values() if each.revision > revision]
        return sorted(changed, key=lambda each: each.revision)

    def _keep(self, stored: StoredOffer) -> StoredOffer:
        self._revision += 1
        numbered = dataclasses.replace(stored, revision=self._revision)
        self._stored[stored.offer.offer_id] = numbered
        return numbered


class MemoryQuestionStore:
    """Questions in a dictionary."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._stored: dict[str, StoredQuestion] = {}
        self._revision = 0
        self.failure: Exception | None = None

    def create(self, question: Question) -> StoredQuestion:
        if question.question_id in self._stored:
            message = f"{question.question_id} exists already"
            raise Failure(Kind.ALREADY_EXISTS, "QUESTION_EXISTS", message)
        now = self._clock()
        return self._keep(StoredQuestion(question, 0, now, now))

    def get(self, question_id: QuestionId) -> StoredQuestion:
        found = self._stored.get(question_id)
        if found is None or found.is_deleted:
            raise not_found("question", f"questions/{question_id}")
        return found

    def replace(
        self, question: Question, *, revision: int, is_deleted: bool = False
    ) -> StoredQuestion:
        before = self.get(question.question_id)
        if before.revision != revision:
            raise Failure(Kind.STALE, "STALE_ETAG", f"{question.question_id} was changed")
        created, now = before.create_time, self._clock()
        return self._keep(StoredQuestion(question, 0, created, now, is_deleted))

    def page(self, *, after: str, count: int) -> list[StoredQuestion]:
        kept = [self._stored[each] for each in sorted(self._stored) if each > after]
        return [each for each in kept if not each.is_deleted][:count]

    def changed_since(self, revision: int) -> list[StoredQuestion]:
        if self.failure is not None:
            raise self.failure
        changed = [each for each in self._stored.values() if each.revision > revision]
        return sorted(changed, key=lambda each: each.revision)

    def _keep(self, stored: StoredQuestion) -> StoredQuestion:
        self._revision += 1
        numbered = dataclasses.replace(stored, revision=self._revision)
        self._stored[stored.question.question_id] = numbered
        return numbered


class MemoryDecisionStore:
    """Decisions in a dictionary."""

    def __init__(self) -> None:
        self._rows: dict[str, DecisionRow] = {}
        self.failure: Exception | None = None

    def write(self, rows: Sequence[DecisionRow]) -> int:
        if self.failure is not None:
            raise self.failure
        for row in rows:
            self._rows.setdefault(row.decision_id, row)
        return 0

    def read(self, decision_id: str) -> bytes | None:
        row = self._rows.get(decision_id)
        return None if row is None else row.content

    def of_customer(
        self, customer_id: str, *, before: tuple[int, str] | None, count: int
    ) -> list[LoggedDecision]:
        theirs = [
            LoggedDecision(row.decision_id, row.create_seconds, row.content)
            for row in self._rows.values()
            if row.customer_id == customer_id
        ]
        theirs.sort(key=lambda each: (each.create_seconds, each.decision_id), reverse=True)
        return [
            each
            for each in theirs
            if before is None or (each.create_seconds, each.decision_id) < before
        ][:count]
