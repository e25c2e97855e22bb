"""Small services that answer as the real ones do, and remember what they were asked."""
# ruff: noqa: N802  # the contracts name the methods

from typing import Any

from ofone.embedding.v1 import embedding_service_pb2 as embedding
from ofone.embedding.v1.embedding_service_pb2_grpc import EmbeddingServiceServicer
from ofone.embedding.v1.item_pb2 import Item
from ofone.profile.v1 import profile_service_pb2 as profile
from ofone.profile.v1.customer_pb2 import Customer
from ofone.profile.v1.event_pb2 import Event
from ofone.profile.v1.fact_pb2 import Fact
from ofone.recommendation.v1 import offer_service_pb2 as offers
from ofone.recommendation.v1 import recommendation_service_pb2 as recommendation
from ofone.recommendation.v1.offer_pb2 import OFFER_STATE_ACTIVE, OFFER_STATE_ARCHIVED, Offer
from ofone.recommendation.v1.offer_service_pb2_grpc import OfferServiceServicer
from ofone.recommendation.v1.recommendation_service_pb2_grpc import RecommendationServiceServicer

from services.conditions.condition import ConditionMistake
from services.serving.failures import Failure, FieldViolation, Kind, invalid, not_found
from tests.services.console.fake_charge import FakeCharge

MOST_UNITS = 100
MOST_LINES = 2_000


class FakeProfile(FakeCharge):
    """Knows one customer by card, and stores events of at most 100 units a line."""

    def __init__(self) -> None:
        super().__init__()
        self.customer = Customer(name="customers/anna")
        self.cards = {"4711": "customers/anna"}
        self.timeline: list[Event] = []
        self.touch_points: list[profile.TouchPoint] = []
        self.calls: list[Any] = []
        self.shown: list[Any] = []
        """Requests for views of the customer."""
        self.stored: dict[tuple[str, str], Event] = {}
        self.facts: dict[tuple[str, str], Fact] = {}
        self.breaks_after: int | None = None
        """So many batches are taken, then it is away."""

    def LookupCustomer(self, request: Any, context: Any) -> profile.LookupCustomerResponse:
        self.calls.append(request)
        if request.identifier.value not in self.cards:
            raise not_found("customer", "the customer with this identifier")
        return profile.LookupCustomerResponse(customer=self.cards[request.identifier.value])

    def GetCustomer(self, request: Any, context: Any) -> profile.GetCustomerResponse:
        self.shown.append(request)
        if request.name != self.customer.name:
            raise not_found("customer", request.name)
        return profile.GetCustomerResponse(customer=self.customer)

    def ListEvents(self, request: Any, context: Any) -> profile.ListEventsResponse:
        return profile.ListEventsResponse(
            events=self.timeline[: request.page_size], touch_points=self.touch_points
        )

    def IngestEvents(self, request: Any, context: Any) -> profile.IngestEventsResponse:
        if self.breaks_after is not None and len(self.calls) >= self.breaks_after:
            raise Failure(Kind.DENIED, "BROKEN", "no more today")
        self.calls.append(request)
        return profile.IngestEventsResponse(results=[self._ingest(each) for each in request.events])

    def RecordFacts(self, request: Any, context: Any) -> profile.RecordFactsResponse:
        self.facts |= {(each.source, each.fact_id): each for each in request.facts}
        stored = profile.FactResult(outcome=profile.FACT_OUTCOME_STORED)
        return profile.RecordFactsResponse(results=[stored] * len(request.facts))

    def RecordAnswers(self, request: Any, context: Any) -> profile.RecordAnswersResponse:
        self.calls.append(request)
        (record,) = request.answers
        if record.answer == "cocoa":
            refused = profile.EventResult(
                outcome=profile.EVENT_OUTCOME_REFUSED,
                reason="MALFORMED",
                field="answer",
                message="nobody drinks that",
            )
            return profile.RecordAnswersResponse(results=[refused])
        stored = profile.EventResult(
            outcome=profile.EVENT_OUTCOME_STORED, customer=request.customer or "customers/anna"
        )
        return profile.RecordAnswersResponse(results=[stored])

    def SetConsent(self, request: Any, context: Any) -> profile.SetConsentResponse:
        self.calls.append(request)
        return profile.SetConsentResponse(consent=request.consent)

    def _ingest(self, event: Event) -> profile.EventResult:
        if len(event.lines) > MOST_LINES:
            return profile.EventResult(
                outcome=profile.EVENT_OUTCOME_REFUSED, reason="TOO_MANY", field="lines"
            )
        for position, line in enumerate(event.lines):
            if line.quantity > MOST_UNITS:
                return profile.EventResult(
                    outcome=profile.EVENT_OUTCOME_REFUSED,
                    reason="TOO_LARGE",
                    field=f"lines[{position}].quantity",
                    message="must be at most 100",
                )
        key = (event.source, event.event_id)
        known = key in self.stored
        self.stored[key] = event
        outcome = profile.EVENT_OUTCOME_DUPLICATE if known else profile.EVENT_OUTCOME_STORED
        return profile.EventResult(outcome=outcome, customer=event.customer or "customers/anna")


class FakeEmbedding(EmbeddingServiceServicer):
    """A catalogue whose prices must not be negative."""

    def __init__(self) -> None:
        self.items: dict[str, Item] = {}
        self.model = embedding.Model(
            version="20260331-1", item_count=3, factor_count=64, index_kind="exact", index_recall=1
        )
        self.calls: list[Any] = []
        self.next_page_token = "next"

    def BatchGetItems(self, request: Any, context: Any) -> embedding.BatchGetItemsResponse:
        items = [self._get(name) for name in request.names]
        return embedding.BatchGetItemsResponse(items=items)

    def GetItem(self, request: Any, context: Any) -> embedding.GetItemResponse:
        return embedding.GetItemResponse(item=self._get(request.name))

    def ListItems(self, request: Any, context: Any) -> embedding.ListItemsResponse:
        self.calls.append(request)
        found = [each for each in self.items.values() if request.category in ("", each.category)]
        more = self.next_page_token if len(found) > request.page_size else ""
        return embedding.ListItemsResponse(items=found[: request.page_size], next_page_token=more)

    def ListSimilarItems(self, request: Any, context: Any) -> embedding.ListSimilarItemsResponse:
        self._get(request.item)
        others = [each for each in self.items.values() if each.name != request.item]
        scored = [embedding.ScoredItem(item=each, score=0.5) for each in others]
        return embedding.ListSimilarItemsResponse(items=scored[: request.page_size])

    def UpsertItems(self, request: Any, context: Any) -> embedding.UpsertItemsResponse:
        self.calls.append(request)
        broken = [
            FieldViolation(f"items[{position}].price", "NEGATIVE", "must be at least 0")
            for position, item in enumerate(request.items)
            if item.price < 0
        ]
        if broken:
            raise invalid(broken)
        if not request.validate_only:
            self.items |= {item.name: item for item in request.items}
        return embedding.UpsertItemsResponse(items=request.items)

    def GetModel(self, request: Any, context: Any) -> embedding.GetModelResponse:
        return embedding.GetModelResponse(model=self.model)

    def _get(self, name: str) -> Item:
        if name not in self.items:
            raise not_found("item", name)
        return self.items[name]


class FakeOffers(OfferServiceServicer):
    """Keeps offers; an audience with ``>>`` is a mistake of syntax."""

    def __init__(self) -> None:
        self.offers: dict[str, Offer] = {}
        self.calls: list[Any] = []
        self.away = False
        """Whether it cannot be asked for an offer."""

    def GetOffer(self, request: Any, context: Any) -> offers.GetOfferResponse:
        if self.away:
            raise Failure(Kind.UNAVAILABLE, "AWAY", "not at home")
        if request.name not in self.offers:
            raise not_found("offer", request.name)
        return offers.GetOfferResponse(offer=self.offers[request.name])

    def ListOffers(self, request: Any, context: Any) -> offers.ListOffersResponse:
        """Answer one offer a page."""
        shown = [
            offer
            for _, offer in sorted(self.offers.items())
            if request.show_archived or offer.state == OFFER_STATE_ACTIVE
        ]
        position = int(request.page_token or 0)
        token = str(position + 1) if position + 1 < len(shown) else ""
        page = shown[position : position + 1]
        return offers.ListOffersResponse(offers=page, next_page_token=token)

    def CreateOffer(self, request: Any, context: Any) -> offers.CreateOfferResponse:
        self.calls.append(request)
        name = f"offers/{request.offer_id}"
        stored = self._write(name, request.offer, request.validate_only)
        return offers.CreateOfferResponse(offer=stored)

    def UpdateOffer(self, request: Any, context: Any) -> offers.UpdateOfferResponse:
        self.calls.append(request)
        if self.offers[request.offer.name].state == OFFER_STATE_ARCHIVED:
            raise Failure(Kind.PRECONDITION, "OFFER_ARCHIVED", "it is archived, for good")
        if request.offer.etag != self.offers[request.offer.name].etag:
            raise Failure(Kind.STALE, "STALE_ETAG", "the offer was changed by somebody else")
        stored = self._write(request.offer.name, request.offer, request.validate_only)
        return offers.UpdateOfferResponse(offer=stored)

    def ArchiveOffer(self, request: Any, context: Any) -> offers.ArchiveOfferResponse:
        offer = self.GetOffer(request, context).offer
        offer.state = OFFER_STATE_ARCHIVED
        self.offers[offer.name] = offer
        return offers.ArchiveOfferResponse(offer=offer)

    def _write(self, name: str, given: Offer, validate_only: bool) -> Offer:
        offer = Offer()
        offer.CopyFrom(given)
        offer.name = name
        column = offer.audience.find(">>") + 1
        if column:
            mistake = ConditionMistake("SYNTAX", 1, column + 1, "unexpected >", offer.audience)
            violation = FieldViolation("offer.audience", "CONDITION_SYNTAX", str(mistake))
            raise invalid([violation])
        offer.state = OFFER_STATE_ACTIVE
        offer.weight = offer.weight or 1
        offer.etag = f"etag-{len(self.calls)}"
        if not validate_only:
            self.offers[offer.name] = offer
        return offer


class FakeRecommendation(RecommendationServiceServicer):
    """Answers what the test put in."""

    def __init__(self) -> None:
        self.selected = recommendation.SelectOffersResponse()
        self.recommended = recommendation.RecommendItemsResponse()
        self.explained = recommendation.ExplainDecisionResponse()
        self.asked = recommendation.SelectQuestionResponse()
        self.calls: list[Any] = []
        self.is_old = False
        """Whether it is of the time when a list did not tell what was considered."""

    def SelectOffers(self, request: Any, context: Any) -> recommendation.SelectOffersResponse:
        self.calls.append(request)
        return self.selected

    def RecommendItems(self, request: Any, context: Any) -> recommendation.RecommendItemsResponse:
        self.calls.append(request)
        return self.recommended

    def SelectQuestion(self, request: Any, context: Any) -> recommendation.SelectQuestionResponse:
        self.calls.append(request)
        return self.asked

    def ListDecisions(self, request: Any, context: Any) -> recommendation.ListDecisionsResponse:
        self.calls.append(request)
        if self.explained.decision.customer != request.parent:
            return recommendation.ListDecisionsResponse()
        response = recommendation.ListDecisionsResponse(decisions=[self.explained.decision])
        if request.with_considered and not self.is_old:
            response.considered.add(offers=self.explained.considered)
        return response

    def ExplainDecision(self, request: Any, context: Any) -> recommendation.ExplainDecisionResponse:
        self.calls.append(request)
        if request.name != self.explained.decision.name:
            raise not_found("decision", request.name)
        return self.explained
