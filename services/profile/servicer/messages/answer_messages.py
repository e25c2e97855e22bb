"""What came of asking customers: records as the events they are kept as."""

from ofone.profile.v1 import customer_pb2, event_pb2
from ofone.profile.v1 import profile_service_pb2 as pb

from services.profile.domain.privacy.consent import ConsentPolicy, Purpose
from services.profile.ports.customers import CustomerView
from services.profile.servicer.messages.event_messages import timestamp
from services.serving.validation import Check

MAX_ANSWERS = 100

_TYPES = {
    pb.ANSWER_OUTCOME_ANSWERED: event_pb2.EVENT_TYPE_ANSWER,
    pb.ANSWER_OUTCOME_WAVED_AWAY: event_pb2.EVENT_TYPE_QUESTION_DISMISSAL,
    pb.ANSWER_OUTCOME_IGNORED: event_pb2.EVENT_TYPE_QUESTION_IMPRESSION,
}


def events_of(request: pb.RecordAnswersRequest) -> list[event_pb2.Event]:
    """Return the records of a request as events; what they are worth is checked with these.

    Raises:
        Failure: of kind ``INVALID``, when nobody is named, there are no records or too many, or
            an outcome is none.
    """
    check = Check()
    if request.WhichOneof("subject") is None:
        check.fail("customer", "REQUIRED", "a customer or an identifier must be given")
    check.count("answers", request.answers, least=1, most=MAX_ANSWERS)
    for place, each in enumerate(request.answers[:MAX_ANSWERS]):
        if each.outcome not in _TYPES:
            rule = "UNKNOWN_OUTCOME" if each.outcome else "REQUIRED"
            check.fail(f"answers[{place}].outcome", rule, "must be one of the known outcomes")
    check.done()
    return [_event(request, each) for each in request.answers]


def answer_messages(view: CustomerView, policy: ConsentPolicy) -> list[customer_pb2.GivenAnswer]:
    """Return what a customer said, latest first; nothing where it may not be used."""
    if not policy.allows(Purpose.PERSONALISATION, view.record.consents):
        return []
    found = [
        (given, question_id, given is history.answers[0])
        for question_id, history in view.record.state.questions.items()
        for given in history.answers
    ]
    found.sort(key=lambda each: (each[0], each[1]), reverse=True)
    return [
        customer_pb2.GivenAnswer(
            question=f"questions/{question_id}",
            answer=given.answer_id,
            occurred_at=timestamp(given.occurred_micros),
            source=given.source,
            channel=given.channel,
            prevails=prevails,
        )
        for given, question_id, prevails in found
    ]


def _event(request: pb.RecordAnswersRequest, record: pb.RecordedAnswer) -> event_pb2.Event:
    has_identifier = request.HasField("identifier")
    return event_pb2.Event(
        source=record.source,
        event_id=record.event_id,
        type=_TYPES[record.outcome],
        occurred_at=record.occurred_at if record.HasField("occurred_at") else None,
        identifiers=[request.identifier] if has_identifier else [],
        customer=request.customer,
        channel=record.channel,
        question=record.question,
        answer=record.answer,
    )
