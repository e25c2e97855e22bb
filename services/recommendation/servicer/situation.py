"""Gathers what a decision rests on, in time: customer, candidates and their ranking.

What is away or late is left out and named; a breaker for each dependency keeps a dead one from
costing its timeout in every request.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from ml.model.candidates import Candidates
from services.recommendation.domain.breaker import Breaker
from services.recommendation.domain.comparison import Answered
from services.recommendation.domain.customer import Customer, Subject, unreadable
from services.recommendation.domain.degradation import Degradation
from services.recommendation.domain.frequency import own_candidates, rank_by_frequency
from services.recommendation.domain.listening import listened, source_size_for
from services.recommendation.domain.moment import Moment
from services.recommendation.domain.ranking import ItemAttributes, Proposal, Ranking
from services.recommendation.ports.decisions import Clock, Telemetry
from services.recommendation.ports.models import Model, ModelSource, Trial
from services.recommendation.ports.neighbours import CustomerReader, Proposer
from services.recommendation.ports.questions import QuestionBook
from services.serving.deadline import remaining_seconds
from services.serving.failures import Failure, Kind

Answer = TypeVar("Answer")

_CALLERS_FAULT = {Kind.NOT_FOUND, Kind.INVALID}
"""What ``profile`` says of a question that no other answer would help."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What a decision rests on."""

    customer: Customer
    ranking: Ranking
    degradations: tuple[Degradation, ...]


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how much."""

    profile_timeout_seconds: float
    embedding_timeout_seconds: float
    margin_ms: float
    """Kept back of the caller's deadline for ranking and choosing."""
    own_item_count: int
    """So many own items are ranked at most."""


@dataclass(frozen=True, slots=True)
class SituationReader:
    """Asks ``profile``, ``embedding`` and the model, one after the other."""

    customers: CustomerReader
    proposer: Proposer
    models: ModelSource
    telemetry: Telemetry
    limits: Limits
    profile_breaker: Breaker
    embedding_breaker: Breaker
    challenger_breaker: Breaker
    """Of ``embedding`` as far as the challenger is asked: its failures are not the champion's."""
    clock: Clock
    questions: QuestionBook
    """What answers of customers are answers to."""
    trial: Trial | None = None
    """``None`` where no challenger stands beside the champion."""

    def read(
        self, subject: Subject, moment: Moment, *, source_size: int | None = None
    ) -> Situation:
        """Return the situation of a customer at a moment, degraded where something is away.

        Args:
            subject: who.
            moment: for which.
            source_size: how many items each source proposes; ``None`` for what suits the customer.

        Raises:
            Failure: of kind ``NOT_FOUND`` for an unknown customer; of kind ``INVALID``, when
                ``profile`` refuses the identifier.
        """
        started = self.clock()
        customer = self._customer(subject)
        read = self.clock()
        self.telemetry.stage("snapshot", read - started)
        known = customer or unreadable(subject if isinstance(subject, str) else "")
        challenger = self.trial.challenger_for(known.customer_id) if self.trial else None
        wide = source_size or source_size_for(known)
        proposal = self._proposal(known, moment, challenger, wide)
        proposed = self.clock()
        self.telemetry.stage("retrieve", proposed - read)
        model = self._model(challenger, proposal)
        ranking = self._ranking(known, moment, proposal, model)
        ranked = self.clock()
        self.telemetry.stage("rank", ranked - proposed)
        if self.trial is not None:
            self.trial.answered(Answered(known.history, moment, ranking, ranked - read), challenger)
        missing = {
            Degradation.PROFILE_UNAVAILABLE: customer is None,
            Degradation.EMBEDDING_UNAVAILABLE: proposal is None,
            Degradation.MODEL_UNAVAILABLE: model is None,
        }
        degradations = tuple(kind for kind, is_so in missing.items() if is_so)
        if known.personalised and not degradations and wide is None:  # drift knows usual lists
            self.telemetry.answered(known.history, ranking)
        heard = listened(ranking, known, self.questions.by_id(), moment.seconds)
        return Situation(known, heard, degradations)

    def _customer(self, subject: Subject) -> Customer | None:
        if not self.profile_breaker.allows():
            return None
        timeout = self.limits.profile_timeout_seconds
        try:
            return self._within(
                self.profile_breaker, timeout, lambda left: self.customers.read(subject, left)
            )
        except Failure as failure:
            if failure.kind in _CALLERS_FAULT:
                raise
            return None

    def _proposal(
        self,
        customer: Customer,
        moment: Moment,
        challenger: Model | None,
        source_size: int | None,
    ) -> Proposal | None:
        """Return the challenger's candidates, the champion's while there are none of it."""
        if challenger is not None and self.challenger_breaker.allows():
            breaker, version = self.challenger_breaker, challenger.version
        elif self.embedding_breaker.allows():
            breaker, version = self.embedding_breaker, ""
        else:
            return None
        timeout = self.limits.embedding_timeout_seconds
        try:
            return self._within(
                breaker,
                timeout,
                lambda left: self.proposer.propose(
                    customer.history,
                    moment,
                    left,
                    model_version=version,
                    source_size=source_size,
                ),
            )
        except Failure:
            return None

    def _within(self, breaker: Breaker, timeout: float, ask: Callable[[float], Answer]) -> Answer:
        """Return the answer; the breaker has let the question through and is told how it went."""
        left = remaining_seconds(self.limits.margin_ms, timeout)
        assert left is not None  # there is a bound
        try:
            answer = ask(left)
        except Failure as failure:
            if failure.kind in _CALLERS_FAULT:
                breaker.succeeded()
            elif failure.kind is not Kind.LATE or left == timeout:
                breaker.failed()  # a caller in a hurry proves nothing
            raise
        breaker.succeeded()
        return answer

    def _model(self, challenger: Model | None, proposal: Proposal | None) -> Model | None:
        """Return what ranks: one model proposes and ranks, so the challenger needs its own."""
        if challenger is None:
            return self.models.value
        if proposal is not None and proposal.model_version != challenger.version:
            return self.models.value  # embedding does not hold the challenger, or it failed there
        return challenger

    def _ranking(
        self, customer: Customer, moment: Moment, proposal: Proposal | None, model: Model | None
    ) -> Ranking:
        """Return the ranking; by frequency where there is no model."""
        history = customer.history
        if model is None:
            own = self._own(customer) if proposal is None else _own_part(proposal)
            return rank_by_frequency(history, own, moment.seconds)
        if proposal is None:
            found = model.candidates(history, moment)
            proposal = Proposal(found, self.proposer.last_known(found.item_ids))
        return model.rank(history, proposal, moment.seconds)

    def _own(self, customer: Customer) -> Proposal:
        found = own_candidates(customer.history, self.limits.own_item_count)
        return Proposal(found, self.proposer.last_known(found.item_ids))


def _own_part(proposal: Proposal) -> Proposal:
    """Return the own items of ``proposal`` alone: those that are in stock."""
    candidates, attributes = proposal.candidates, proposal.attributes
    own = candidates.own_item_count
    return Proposal(
        Candidates(candidates.item_ids[:own], candidates.scores[:, :own], own),
        ItemAttributes(
            attributes.categories,
            attributes.category_indexes[:own],
            attributes.brands,
            attributes.brand_indexes[:own],
        ),
    )
