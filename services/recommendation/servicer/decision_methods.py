"""The methods by which people read what was said: each is a look at a customer, and is noted."""

from collections.abc import Sequence
from dataclasses import dataclass

from ofone.recommendation.v1 import recommendation_service_pb2 as messages

from services.recommendation.ports.decisions import AccessLog, DecisionLog, LoggedDecision
from services.serving import caller
from services.serving.failures import not_found
from services.serving.paging import decode_token, encode_token, page_size
from services.serving.validation import Check

DEFAULT_DECISIONS, MAX_DECISIONS = 50, 200
MAX_PAGE_BYTES = 2 * 1024 * 1024
"""Half of what a gRPC client takes in one message unless it is told otherwise."""


@dataclass(frozen=True, slots=True)
class DecisionMethods:
    """Tells what was said, once it is noted who asks."""

    log: DecisionLog
    accesses: AccessLog

    def explain(self, request: messages.ExplainDecisionRequest) -> messages.ExplainDecisionResponse:
        """Return a decision with what became of every offer."""
        check = Check()
        decision_id = check.resource_id("name", request.name, collection="decisions")
        check.done()
        content = self.log.find(decision_id)
        if content is None:
            raise not_found("decision", request.name)
        explained = messages.ExplainDecisionResponse.FromString(content)
        if explained.decision.customer:  # somebody nobody knows has none
            customer_id = explained.decision.customer.removeprefix("customers/")
            self.accesses.note(customer_id, "ExplainDecision", caller.current())
        return explained

    def page(self, request: messages.ListDecisionsRequest) -> messages.ListDecisionsResponse:
        """Return a page of what was said to one customer, latest first."""
        check = Check()
        customer_id = check.resource_id("parent", request.parent, collection="customers")
        check.done()
        size = page_size(request.page_size, default=DEFAULT_DECISIONS, most=MAX_DECISIONS)
        query = ("ListDecisions", customer_id)  # places are the same, whatever is told of each
        position = decode_token(request.page_token, query=query)
        before = (int(position[0]), str(position[1])) if position else None
        self.accesses.note(customer_id, "ListDecisions", caller.current())
        found = self.log.of_customer(customer_id, before=before, count=size + 1)
        page = _page_of(found[:size], with_considered=request.with_considered)
        token = ""
        if len(found) > len(page):
            last = found[len(page) - 1]
            token = encode_token([last.create_seconds, last.decision_id], query=query)
        response = messages.ListDecisionsResponse(
            decisions=[each.decision for each in page], next_page_token=token
        )
        if request.with_considered:
            response.considered.extend(
                messages.ConsideredOffers(offers=each.considered) for each in page
            )
        return response


def _page_of(
    logged: Sequence[LoggedDecision], *, with_considered: bool
) -> list[messages.ExplainDecisionResponse]:
    """Return the first of these decisions, as many as fit into one message, but at least one."""
    page: list[messages.ExplainDecisionResponse] = []
    room = MAX_PAGE_BYTES
    for each in logged:
        explained = messages.ExplainDecisionResponse.FromString(each.content)
        if not with_considered:
            explained.ClearField("considered")
        room -= explained.ByteSize()
        if page and room < 0:
            break
        page.append(explained)
    return page
