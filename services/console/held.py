"""Everything that profile and recommendation hold about one customer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ofone.profile.v1.customer_pb2 import Customer
from ofone.profile.v1.privacy_pb2 import HeldRecord
from ofone.profile.v1.profile_service_pb2 import ExportCustomerRequest
from ofone.recommendation.v1.recommendation_service_pb2 import (
    ExplainDecisionResponse,
    ListDecisionsRequest,
)

from services.console.paging import pages
from services.console.session import Session
from services.serving.failures import Failure, Kind

EXPORT_SECONDS = 600.0
"""How long the stream of everything may take: more than the longest history."""
PAGE_SIZE = 200
"""Decisions asked for at once: each page is one look that the customer reads of."""


@dataclass(frozen=True, slots=True)
class Held:
    """What is held."""

    records: Sequence[HeldRecord]
    """What profile holds; the view of the customer first."""
    decisions: Sequence[ExplainDecisionResponse]
    """What was said to the customer under any of their names, latest first for each."""

    @property
    def customer(self) -> Customer:
        """The view of the customer."""
        return self.records[0].customer


def everything_held(session: Session, name: str) -> Held:
    """Return all that is held about a customer.

    Raises:
        Failure: when there is no such customer, or a service does not answer, or not in full.
    """
    request = ExportCustomerRequest(name=name)
    stream = session.profile.ExportCustomer(request, timeout=EXPORT_SECONDS)
    records = [record for part in stream for record in part.records]
    customer = records[0].customer
    names = (customer.name, *customer.former_names)
    return Held(records, [each for name in names for each in _decisions(session, name)])


def _decisions(session: Session, name: str) -> Iterator[ExplainDecisionResponse]:
    request = ListDecisionsRequest(parent=name, page_size=PAGE_SIZE, with_considered=True)
    for page in pages(session.recommendation.ListDecisions, request):
        if len(page.considered) != len(page.decisions):
            sentence = "recommendation is older than this console: it does not tell why"
            raise Failure(Kind.PRECONDITION, "SERVICE_TOO_OLD", sentence)
        for decision, considered in zip(page.decisions, page.considered, strict=True):
            yield ExplainDecisionResponse(decision=decision, considered=considered.offers)
