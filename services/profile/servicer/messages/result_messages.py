"""What became of each event and each fact of a batch, as messages."""

from typing import TypedDict

from ofone.profile.v1 import profile_service_pb2 as pb

from services.profile.domain.ingestion import Outcome, Result
from services.serving.failures import Failure

_EVENT_OUTCOMES = {
    Outcome.STORED: pb.EVENT_OUTCOME_STORED,
    Outcome.DUPLICATE: pb.EVENT_OUTCOME_DUPLICATE,
    Outcome.REFUSED: pb.EVENT_OUTCOME_REFUSED,
}
_FACT_OUTCOMES = {
    Outcome.STORED: pb.FACT_OUTCOME_STORED,
    Outcome.DUPLICATE: pb.FACT_OUTCOME_DUPLICATE,
    Outcome.REFUSED: pb.FACT_OUTCOME_REFUSED,
}


class _Told(TypedDict):
    reason: str
    field: str
    message: str
    customer: str


def refusal(failure: Failure) -> Result:
    """Return that something is not kept, by the first thing that is wrong with it."""
    first = failure.violations[0]
    return Result(Outcome.REFUSED, reason=first.rule, field=first.field, message=first.message)


def event_result(result: Result) -> pb.EventResult:
    """Return what became of an event."""
    return pb.EventResult(outcome=_EVENT_OUTCOMES[result.outcome], **_told(result))


def fact_result(result: Result) -> pb.FactResult:
    """Return what became of a fact."""
    return pb.FactResult(outcome=_FACT_OUTCOMES[result.outcome], **_told(result))


def _told(result: Result) -> _Told:
    return {
        "reason": result.reason,
        "field": result.field,
        "message": result.message,
        "customer": f"customers/{result.customer_id}" if result.customer_id else "",
    }
