"""What to say to a customer now, on the wire."""
# ruff: noqa: N802  # gRPC's names

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

import grpc
from ofone.recommendation.v1 import decision_pb2
from ofone.recommendation.v1 import recommendation_service_pb2 as messages
from ofone.recommendation.v1.recommendation_service_pb2_grpc import RecommendationServiceServicer

from ml.model.hearing import WIDE_SOURCE_SIZE
from services.recommendation.domain.condition import facts_of
from services.recommendation.domain.inquiry import inquire
from services.recommendation.domain.moment import Moment
from services.recommendation.domain.occasion import Occasion
from services.recommendation.domain.reasons import explanations
from services.recommendation.domain.scoring import Scored
from services.recommendation.domain.selection import Selection, select
from services.recommendation.ports.conditions import Conditions
from services.recommendation.ports.decisions import DecisionLog, Telemetry
from services.recommendation.ports.offers import OfferBook
from services.recommendation.ports.questions import QuestionBook
from services.recommendation.servicer.decision_messages import (
    add_offer,
    decision_message,
    degradation_numbers,
    explained,
    part_messages,
    reason_messages,
)
from services.recommendation.servicer.decision_methods import DecisionMethods
from services.recommendation.servicer.question_messages import (
    considered_messages,
    selected_message,
)
from services.recommendation.servicer.request_fields import Request, count_of, question_of
from services.recommendation.servicer.situation import Situation, SituationReader
from services.serving.validation import Check

DEFAULT_OFFERS, MAX_OFFERS = 3, 20
DEFAULT_ITEMS, MAX_ITEMS = 10, 100


@dataclass(frozen=True, slots=True)
class Policy:
    """What the business has settled."""

    min_score: float
    """Below this nothing is said."""
    min_question_hits: float
    """Below this nothing is asked."""
    validity: timedelta
    """How long an offer may be shown after it was chosen, unless it ends sooner."""
    time_zone: tzinfo
    """In which conditions read hours and weekdays."""


@dataclass(frozen=True, slots=True)
class RecommendationServicer(RecommendationServiceServicer):
    """Chooses offers, ranks items, explains decisions."""

    situations: SituationReader
    book: OfferBook
    questions: QuestionBook
    conditions: Conditions
    log: DecisionLog
    decisions: DecisionMethods
    telemetry: Telemetry
    policy: Policy
    clock: Callable[[], datetime]
    new_id: Callable[[], str]
    """Gives a fresh random id for each decision."""

    def SelectOffers(
        self, request: messages.SelectOffersRequest, _: grpc.ServicerContext
    ) -> messages.SelectOffersResponse:
        """Choose offers for one customer, and log the decision."""
        check, asked = Check(), request.max_offers
        count = count_of("max_offers", asked, check, default=DEFAULT_OFFERS, most=MAX_OFFERS)
        situation, moment = self._asked(request, check)
        started = self.situations.clock()
        selection = self._select(situation, moment, count)
        decision_id = "" if request.validate_only else self.new_id()
        decision = self._decision(situation, moment, selection, decision_id=decision_id)
        if decision_id:
            content = explained(decision, selection.considered).SerializeToString()
            self.log.add(decision_id, situation.customer.customer_id, content)
        self.telemetry.stage("select", self.situations.clock() - started)
        self.telemetry.decided(selection.considered, offered=bool(selection.chosen))
        return messages.SelectOffersResponse(decision=decision)

    def RecommendItems(
        self, request: messages.RecommendItemsRequest, _: grpc.ServicerContext
    ) -> messages.RecommendItemsResponse:
        """Rank items for one customer; what lies in the basket at hand is left out."""
        check, asked = Check(), request.max_items
        count = count_of("max_items", asked, check, default=DEFAULT_ITEMS, most=MAX_ITEMS)
        situation, moment = self._asked(request, check)
        ranking = situation.ranking
        left_out = ranking.in_basket(moment)
        if request.exclude_just_bought:
            left_out |= ranking.just_bought()
        places = ranking.best(count, left_out=left_out)
        response = messages.RecommendItemsResponse(
            model_version=ranking.model_version,
            snapshot_version=situation.customer.version,
            degradations=degradation_numbers(situation),
            personalised=situation.customer.personalised,
        )
        for place, explanation in zip(places, explanations(ranking, places), strict=True):
            response.items.add(
                item=f"items/{ranking.item_ids[place]}",
                score=ranking.probabilities[place],
                parts=part_messages(explanation.groups),
                reasons=reason_messages(explanation.reasons),
            )
        return response

    def ExplainDecision(
        self, request: messages.ExplainDecisionRequest, _: grpc.ServicerContext
    ) -> messages.ExplainDecisionResponse:
        """Return a decision with what became of every offer."""
        return self.decisions.explain(request)

    def ListDecisions(
        self, request: messages.ListDecisionsRequest, _: grpc.ServicerContext
    ) -> messages.ListDecisionsResponse:
        """Return a page of what was said to one customer, latest first."""
        return self.decisions.page(request)

    def SelectQuestion(
        self, request: messages.SelectQuestionRequest, _: grpc.ServicerContext
    ) -> messages.SelectQuestionResponse:
        """Choose what to ask; while the customer's state cannot be read, nothing is asked."""
        situation, moment = self._asked(request, Check(), source_size=WIDE_SOURCE_SIZE)
        inquiry = inquire(
            self.questions.by_id().values(),
            self._occasion(situation, moment),
            situation.ranking,
            min_score=self.policy.min_question_hits,
        )
        return messages.SelectQuestionResponse(
            question=selected_message(inquiry),
            considered=considered_messages(inquiry.considered),
            model_version=situation.ranking.model_version,
            snapshot_version=situation.customer.version,
            degradations=degradation_numbers(situation),
        )

    def _asked(
        self, request: Request, check: Check, *, source_size: int | None = None
    ) -> tuple[Situation, Moment]:
        """Return what an answer rests on, once all fields of a request are found to be in order."""
        zone = self.policy.time_zone
        subject, moment = question_of(request, check, clock=self.clock, time_zone=zone)
        check.done()
        situation = self.situations.read(subject, moment, source_size=source_size)
        for kind in situation.degradations:
            self.telemetry.degraded(kind)
        return situation, moment

    def _select(self, situation: Situation, moment: Moment, count: int) -> Selection:
        """Choose; an answer that lacks something holds nothing back for faintness."""
        return select(
            self.book.active(),
            self._occasion(situation, moment),
            situation.ranking,
            count=count,
            min_score=0.0 if situation.degradations else self.policy.min_score,
        )

    def _occasion(self, situation: Situation, moment: Moment) -> Occasion:
        customer = situation.customer
        return Occasion(customer, moment, self.conditions.about(facts_of(customer, moment)))

    def _decision(
        self, situation: Situation, moment: Moment, selection: Selection, *, decision_id: str
    ) -> decision_pb2.Decision:
        name = f"decisions/{decision_id}" if decision_id else ""
        decision = decision_message(situation, moment, name=name, created=self.clock())
        places = [each.place for each in selection.chosen]
        why = explanations(situation.ranking, places)
        for each, explanation in zip(selection.chosen, why, strict=True):
            add_offer(decision, each, explanation, expires=self._expiry(each, moment))
        return decision

    def _expiry(self, chosen: Scored, moment: Moment) -> datetime:
        # Hours are added in UTC: on a local clock a day has 23 or 25 of them twice a year.
        latest = moment.time.astimezone(UTC) + self.policy.validity
        end = chosen.offer.end_time
        return latest if end is None else min(latest, end)
