"""Timelines and the export: periods, positions and pages."""

from collections.abc import Iterator, Sequence

from google.protobuf.timestamp_pb2 import Timestamp
from ofone.profile.v1 import event_pb2
from ofone.profile.v1 import profile_service_pb2 as pb

from services.profile.domain.history.events import MICROS, CustomerId, Event, EventType, Party
from services.profile.ports.customers import Period, Purchase, PurchasePosition, TimelinePosition
from services.profile.servicer.messages.event_messages import event_message, timestamp
from services.serving.paging import Query, damaged_token, decode_token, encode_token
from services.serving.validation import Check

MAX_CHUNK_LINES = 5_000
MAX_PAGE_BYTES = 2 * 1024 * 1024
"""Half of what a gRPC client takes in one message unless it is told otherwise."""


def period_of(check: Check, message: pb.ListEventsRequest | pb.ExportInteractionsRequest) -> Period:
    """Check the period that a request asks for; without bounds it is all time."""
    whole = Period()
    start, end = whole.start_micros, whole.end_micros
    if message.HasField("start_time"):
        start = _bound(check, "start_time", message.start_time)
    if message.HasField("end_time"):
        end = _bound(check, "end_time", message.end_time)
    if start > end:
        check.fail("end_time", "BEFORE_START", "must not lie before start_time")
    return Period(start, end)


def types_of(check: Check, message: pb.ListEventsRequest) -> list[EventType]:
    """Check the types that a request asks for."""
    known = {int(each) for each in EventType}
    check.count("types", message.types, most=len(known))
    for index, each in enumerate(message.types):
        if each not in known:
            check.fail(f"types[{index}]", "UNKNOWN_TYPE", "must be one of the known types")
    return [EventType(each) for each in message.types if each in known]


def page_of(events: Sequence[Event], *, most: int) -> list[event_pb2.Event]:
    """Return the first of these events, as many as fit into one message, but at least one."""
    page: list[event_pb2.Event] = []
    room = MAX_PAGE_BYTES
    for event in events[:most]:
        message = event_message(event)
        room -= message.ByteSize()
        if page and room < 0:
            break
        page.append(message)
    return page


def timeline_position(token: str, query: Query) -> TimelinePosition | None:
    """Return where a timeline goes on, ``None`` for its beginning.

    Raises:
        Failure: of kind ``INVALID``, when the token is damaged or of another query.
    """
    match decode_token(token, query=query):
        case None:
            return None
        case [int() as micros, str() as source, str() as event_id]:
            return TimelinePosition(micros, source, event_id)
        case _:
            raise damaged_token()


def timeline_token(event: Event, query: Query) -> str:
    """Return the token of what comes behind ``event``."""
    return encode_token([event.occurred_micros, event.source, event.event_id], query=query)


def export_position(token: str, query: Query) -> PurchasePosition | None:
    """Return where an export goes on, ``None`` for its beginning.

    Raises:
        Failure: of kind ``INVALID``, when the token is damaged or of another query.
    """
    match decode_token(token, query=query, field="resume_token"):
        case None:
            return None
        case [str() as customer_id, int() as micros, str() as source, str() as event_id]:
            return PurchasePosition(CustomerId(customer_id), micros, source, event_id)
        case _:
            raise damaged_token("resume_token")


def position_of(purchase: Purchase) -> PurchasePosition:
    """Return where a basket stands in the export."""
    event = purchase.event
    return PurchasePosition(
        purchase.customer_id, event.occurred_micros, event.source, event.event_id
    )


def chunks(purchases: list[Purchase], query: Query) -> Iterator[pb.ExportInteractionsResponse]:
    """Yield whole baskets, at most ``MAX_CHUNK_LINES`` lines at a time."""
    chunk: list[pb.Interaction] = []
    previous = None
    for purchase in purchases:
        lines = _interactions(purchase)
        if previous is not None and len(chunk) + len(lines) > MAX_CHUNK_LINES:
            yield _response(chunk, previous, query)
            chunk = []
        chunk += lines
        previous = purchase
    if previous is not None:
        yield _response(chunk, previous, query)


def _response(
    interactions: list[pb.Interaction], last: Purchase, query: Query
) -> pb.ExportInteractionsResponse:
    token = encode_token(list(position_of(last)), query=query)
    return pb.ExportInteractionsResponse(interactions=interactions, resume_token=token)


def _interactions(purchase: Purchase) -> list[pb.Interaction]:
    event = purchase.event
    if event.party is Party.THIRD:  # nothing is learned from what other companies tell
        return []
    occurred_at = timestamp(event.occurred_micros)
    return [
        pb.Interaction(
            customer_id=purchase.customer_id,
            basket_id=f"{event.source}/{event.event_id}",
            occurred_at=occurred_at,
            item_id=line.item_id,
            quantity=line.quantity,
            unit_price=line.unit_price,
            store=event.store,
        )
        for line in event.lines
    ]


def _bound(check: Check, path: str, message: Timestamp) -> int:
    whole = Period()
    micros = message.seconds * MICROS + message.nanos // 1_000
    if not 0 <= message.nanos < 1_000_000_000:
        check.fail(path, "MALFORMED", "nanos must be between 0 and 999,999,999")
    return min(max(micros, whole.start_micros), whole.end_micros)
