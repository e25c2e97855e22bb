"""Fills the running services through their doors: catalogue, history, offers."""

import math
from collections.abc import Iterator, Sequence
from datetime import datetime
from hashlib import sha256

from google.protobuf.timestamp_pb2 import Timestamp
from ofone.embedding.v1.embedding_service_pb2 import UpsertItemsRequest
from ofone.embedding.v1.embedding_service_pb2_grpc import EmbeddingServiceStub
from ofone.embedding.v1.item_pb2 import Item
from ofone.profile.v1.event_pb2 import (
    EVENT_TYPE_PURCHASE,
    IDENTIFIER_KIND_LOYALTY_CARD,
    Event,
    EventLine,
    Identifier,
)
from ofone.profile.v1.profile_service_pb2 import (
    EVENT_OUTCOME_REFUSED,
    IngestEventsRequest,
)
from ofone.profile.v1.profile_service_pb2_grpc import ProfileServiceStub
from ofone.recommendation.v1.offer_pb2 import Offer
from ofone.recommendation.v1.offer_service_pb2 import CreateOfferRequest, ListOffersRequest
from ofone.recommendation.v1.offer_service_pb2_grpc import OfferServiceStub
from ofone.recommendation.v1.question_pb2 import Question
from ofone.recommendation.v1.question_service_pb2 import CreateQuestionRequest, ListQuestionsRequest
from ofone.recommendation.v1.question_service_pb2_grpc import QuestionServiceStub
from tqdm import tqdm

from demo.processes import DemoError
from ml.dataset.dataset import Dataset
from ml.dataset.purchases import PurchaseRecord, purchase_records

BATCH_SIZE = 1_000
BATCH_LINES = 50_000
"""A wholesaler's thousand baskets would not fit into one message."""

MAX_GROUP = 64
"""Characters that the category or the brand of a line may have."""
MAX_EVENT_ID = 128
"""Characters that the id of an event may have."""


def fill_catalogue(embedding: EmbeddingServiceStub, dataset: Dataset) -> int:
    """Write every item of the data set; return how many there are."""
    names = dict(zip(dataset.items["item_id"], dataset.items.to_dict("records"), strict=True))
    bought = dataset.interactions["item_id"].unique()
    item_ids = sorted({*names, *bought})
    items = [_item(item_id, names.get(item_id, {})) for item_id in item_ids]
    for start in range(0, len(items), BATCH_SIZE):
        embedding.UpsertItems(UpsertItemsRequest(items=items[start : start + BATCH_SIZE]))
    return len(items)


def _item(item_id: str, record: dict[str, object]) -> Item:
    item = Item(name=f"items/{item_id}", display_name=_text(record, "name") or item_id)
    item.category = _text(record, "category")
    item.brand = _text(record, "brand")
    price = record.get("price")
    if isinstance(price, float) and not math.isnan(price):
        item.price = price
    return item


def _text(record: dict[str, object], name: str) -> str:
    value = record.get(name)
    return value.strip() if isinstance(value, str) else ""


def fill_history(profile: ProfileServiceStub, dataset: Dataset) -> int:
    """Send every basket of the data set as a purchase event; return how many there are.

    Raises:
        DemoError: when an event is refused.
    """
    # Customer after customer: a batch then touches few customers, which costs least.
    records = sorted(purchase_records(dataset), key=lambda record: record.customer_id)
    with tqdm(
        total=len(records), desc="history", unit=" events", unit_scale=True, disable=None
    ) as bar:
        for batch in batches(records):
            events = [_purchase(record) for record in batch]
            answer = profile.IngestEvents(IngestEventsRequest(events=events))
            for result in answer.results:
                if result.outcome == EVENT_OUTCOME_REFUSED:
                    raise DemoError(f"an event was refused: {result.field}: {result.message}")
            bar.update(len(events))
    return len(records)


def batches(records: Sequence[PurchaseRecord]) -> Iterator[list[PurchaseRecord]]:
    """Yield the records in order, as many at a time as one call takes."""
    batch: list[PurchaseRecord] = []
    line_count = 0
    for record in records:
        if batch and (len(batch) == BATCH_SIZE or line_count + len(record.lines) > BATCH_LINES):
            yield batch
            batch, line_count = [], 0
        batch.append(record)
        line_count += len(record.lines)
    if batch:
        yield batch


def event_id(record: PurchaseRecord) -> str:
    """Return the id of a basket's event; invoices are often numbered 2026/0017, events never."""
    told = f"{record.customer_id}:{record.basket_id}"
    if "/" in told or len(told) > MAX_EVENT_ID:
        return sha256(told.encode()).hexdigest()
    return told


def _purchase(record: PurchaseRecord) -> Event:
    card = Identifier(kind=IDENTIFIER_KIND_LOYALTY_CARD, value=record.customer_id)
    event = Event(
        source="till",
        event_id=event_id(record),
        type=EVENT_TYPE_PURCHASE,
        occurred_at=_timestamp(record.occurred_at),
        identifiers=[card],
        channel=record.channel,
        store=record.store or "",
    )
    for line in record.lines:
        event.lines.add(
            item=f"items/{line.item_id}",
            quantity=line.quantity,
            unit_price=line.unit_price,
            category=line.category.strip()[:MAX_GROUP],
            brand=line.brand.strip()[:MAX_GROUP],
        )
    return event


def _timestamp(moment: datetime) -> Timestamp:
    time = Timestamp()
    time.FromDatetime(moment)
    return time


def buy(
    profile: ProfileServiceStub, customer: str, item: str, *, at: datetime, event_id: str
) -> None:
    """Send one purchase of one item.

    Raises:
        DemoError: when it is refused.
    """
    event = Event(
        source="till",
        event_id=event_id,
        type=EVENT_TYPE_PURCHASE,
        occurred_at=_timestamp(at),
        customer=customer,
        channel="store",
        lines=[EventLine(item=item, quantity=1)],
    )
    result = profile.IngestEvents(IngestEventsRequest(events=[event])).results[0]
    if result.outcome == EVENT_OUTCOME_REFUSED:
        raise DemoError(f"the purchase was refused: {result.field}: {result.message}")


def fill_questions(service: QuestionServiceStub, questions: dict[str, Question]) -> None:
    """Write the questions that are not there yet."""
    request = ListQuestionsRequest(page_size=1_000)
    there = {question.name for question in service.ListQuestions(request).questions}
    for question_id, question in questions.items():
        if f"questions/{question_id}" not in there:
            service.CreateQuestion(
                CreateQuestionRequest(question_id=question_id, question=question)
            )


def fill_offers(service: OfferServiceStub, offers: dict[str, Offer]) -> None:
    """Write the offers that are not there yet."""
    there = {offer.name for offer in service.ListOffers(ListOffersRequest(page_size=1_000)).offers}
    for offer_id, offer in offers.items():
        if f"offers/{offer_id}" not in there:
            service.CreateOffer(CreateOfferRequest(offer_id=offer_id, offer=offer))
