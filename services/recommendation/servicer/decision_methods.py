"""The methods by which people read what was said: each is a look at a customer, and is noted."""

from dataclasses import dataclass

from ofone.recommendation.v1 import recommendation_service_pb2 as messages

from services.recommendation.ports.decisions import AccessLog, DecisionLog
from services.serving import caller
from services.serving.failures import not_found
from services.serving.paging import decode_token, encode_token, page_size
from services.serving.validation import Check

DEFAULT_DECISIONS, MAX_DECISIONS = 50, 200


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
        query = ("ListDecisions", customer_id)
        position = decode_token(request.page_token, query=query)
        before = (int(position[0]), str(position[1])) if position else None
        self.accesses.note(customer_id, "ListDecisions", caller.current())
        found = self.log.of_customer(customer_id, before=before, count=size + 1)
        page = found[:size]
        parse = messages.ExplainDecisionResponse.FromString
        token = ""
        if len(found) > size:
            token = encode_token([page[-1].create_seconds, page[-1].decision_id], query=query)
        return messages.ListDecisionsResponse(
            decisions=[parse(each.content).decision for each in page], next_page_token=token
        )
