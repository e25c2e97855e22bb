"""Fills the running services through their doors: catalogue, history, offers."""

import math
from collections.abc import Iterator
from datetime import datetime
from itertools import islice

import pandas as pd
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
from tqdm import tqdm

from demo.processes import DemoError
from ml.dataset.dataset import Dataset

BATCH_SIZE = 1_000


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
    total = dataset.counts["baskets"]
    events = purchase_events(dataset)
    with tqdm(total=total, desc="history", unit=" events", unit_scale=True) as bar:
        while batch := list(islice(events, BATCH_SIZE)):
            answer = profile.IngestEvents(IngestEventsRequest(events=batch))
            for result in answer.results:
                if result.outcome == EVENT_OUTCOME_REFUSED:
                    raise DemoError(f"an event was refused: {result.field}: {result.message}")
            bar.update(len(batch))
    return total


def purchase_events(dataset: Dataset) -> Iterator[Event]:
    """Yield a purchase event for every basket, customer after customer."""
    rows = dataset.interactions
    stores = rows["store"] if "store" in rows else pd.Series(None, index=rows.index, dtype=object)
    columns = zip(
        rows["customer_id"],
        rows["basket_id"],
        rows["occurred_at"],
        rows["item_id"],
        rows["quantity"].tolist(),
        rows["unit_price"].tolist(),
        stores,
        strict=True,
    )
    event, basket = Event(), ("", "")
    for customer_id, basket_id, occurred_at, item_id, quantity, price, store in columns:
        if (customer_id, basket_id) != basket:
            if basket != ("", ""):
                yield event
            basket = (customer_id, basket_id)
            event = _purchase(customer_id, basket_id, occurred_at)
            event.store = store if isinstance(store, str) else ""
        line = event.lines.add(item=f"items/{item_id}", quantity=quantity)
        if not math.isnan(price):
            line.unit_price = price
    if basket != ("", ""):
        yield event


def _purchase(customer_id: str, basket_id: str, occurred_at: pd.Timestamp) -> Event:
    time = Timestamp()
    time.FromMicroseconds(occurred_at.value // 1_000)
    return Event(
        source="till",
        event_id=f"{customer_id}:{basket_id}",
        type=EVENT_TYPE_PURCHASE,
        occurred_at=time,
        identifiers=[Identifier(kind=IDENTIFIER_KIND_LOYALTY_CARD, value=customer_id)],
        channel="store",
    )


def buy(
    profile: ProfileServiceStub, customer: str, item: str, *, at: datetime, event_id: str
) -> None:
    """Send one purchase of one item.

    Raises:
        DemoError: when it is refused.
    """
    time = Timestamp()
    time.FromDatetime(at)
    event = Event(
        source="till",
        event_id=event_id,
        type=EVENT_TYPE_PURCHASE,
        occurred_at=time,
        customer=customer,
        channel="store",
        lines=[EventLine(item=item, quantity=1)],
    )
    result = profile.IngestEvents(IngestEventsRequest(events=[event])).results[0]
    if result.outcome == EVENT_OUTCOME_REFUSED:
        raise DemoError(f"the purchase was refused: {result.field}: {result.message}")


def fill_offers(service: OfferServiceStub, offers: dict[str, Offer]) -> None:
    """Write the offers that are not there yet."""
    there = {offer.name for offer in service.ListOffers(ListOffersRequest(page_size=1_000)).offers}
    for offer_id, offer in offers.items():
        if f"offers/{offer_id}" not in there:
            service.CreateOffer(CreateOfferRequest(offer_id=offer_id, offer=offer))
