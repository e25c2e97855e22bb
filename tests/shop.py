"""A small shop whose three services run as real processes, for tests that need the whole."""

import contextlib
import secrets
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from google.protobuf.timestamp_pb2 import Timestamp
from ofone.embedding.v1.embedding_service_pb2 import UpsertItemsRequest
from ofone.embedding.v1.item_pb2 import Item
from ofone.profile.v1.event_pb2 import (
    EVENT_TYPE_PURCHASE,
    IDENTIFIER_KIND_LOYALTY_CARD,
    Event,
    EventLine,
    Identifier,
)
from ofone.profile.v1.profile_service_pb2 import EVENT_OUTCOME_STORED, IngestEventsRequest
from ofone.recommendation.v1.offer_pb2 import Benefit, Offer, Variant
from ofone.recommendation.v1.offer_service_pb2 import CreateOfferRequest

from demo.layout import SERVICES, Layout, python
from demo.processes import Processes
from demo.services import Neighbourhood
from tests.models import CATEGORIES, item_attributes, item_ids, publish, small_bundle

CUSTOMERS = 20
BASKETS = 6
START_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Shop:
    """The running shop: twenty customers, each with a category of their own, and an offer each."""

    layout: Layout
    processes: Processes
    services: Neighbourhood
    customers: tuple[str, ...]
    more: Mapping[str, str] = field(default_factory=dict)
    """Variables that every service is given beside its own."""

    def start(self, service: str) -> None:
        """Start a service and wait until it can answer."""
        environment = self.layout.service_environment(service) | dict(self.more)
        environment.pop("OFONE_PROFILE_PRIORS_FILE", None)  # too few customers to fit them
        self.processes.start(service, python("-m", f"services.{service}"), environment)
        self.processes.wait(service, self.services.serving, seconds=START_SECONDS)

    def kill(self, service: str) -> None:
        """End a service without a warning."""
        process = self.processes.running.pop(service)
        process.kill()
        process.wait()


@contextlib.contextmanager
def open_shop(folder: Path, more: Mapping[str, str] | None = None) -> Iterator[Shop]:
    """Start the services on free ports, fill them, and stop them in the end."""
    layout = Layout(folder, port_offset=free_offset())
    layout.identifier_key.write_text(secrets.token_hex(32))
    publish(layout.model, small_bundle())
    services = Neighbourhood.of(layout)
    with Processes(layout.logs) as processes:
        shop = Shop(layout, processes, services, (), more or {})
        for service in SERVICES:
            shop.start(service)
        customers = _fill(services)
        yield replace(shop, customers=customers)


def _fill(services: Neighbourhood) -> tuple[str, ...]:
    doors = services.doors()
    items = []
    for item_id in item_ids():
        known = item_attributes(item_id)
        items.append(
            Item(
                name=f"items/{item_id}",
                display_name=known.name,
                category=known.category,
                brand=known.brand,
            )
        )
    doors.embedding.UpsertItems(UpsertItemsRequest(items=items))
    events = [_basket(card, number) for card in range(CUSTOMERS) for number in range(BASKETS)]
    results = doors.profile.IngestEvents(IngestEventsRequest(events=events)).results
    assert {result.outcome for result in results} == {EVENT_OUTCOME_STORED}
    for category in CATEGORIES:
        offer = Offer(
            display_name=f"More {category}",
            categories=[category],
            variants=[Variant(variant_id="standard", benefit=Benefit(percent_off=10))],
        )
        request = CreateOfferRequest(offer_id=f"more-{category}", offer=offer)
        services.offers().CreateOffer(request)
    for_all = Offer(
        display_name="Thank you",
        variants=[Variant(variant_id="standard", benefit=Benefit(points=10))],
    )
    services.offers().CreateOffer(CreateOfferRequest(offer_id="thank-you", offer=for_all))
    return tuple(dict.fromkeys(result.customer for result in results))


def _basket(card: int, number: int) -> Event:
    """Return a basket of three items of the card's own category, one a fortnight."""
    category = card % len(CATEGORIES)
    items = item_ids()[category :: len(CATEGORIES)]
    time = Timestamp()
    time.FromDatetime(datetime.now(UTC) - timedelta(days=14 * (BASKETS - number) - 1))
    return Event(
        source="till",
        event_id=f"{card}-{number}",
        type=EVENT_TYPE_PURCHASE,
        occurred_at=time,
        identifiers=[Identifier(kind=IDENTIFIER_KIND_LOYALTY_CARD, value=f"card-{card}")],
        channel="store",
        store="north",
        lines=[EventLine(item=f"items/{items[(number + n) % len(items)]}") for n in range(3)],
    )


def free_offset() -> int:
    """Return an offset whose ports nobody listens on."""
    for offset in range(200, 20_000, 100):
        layout = Layout(Path(), offset)
        ports = [
            port(each) for port in (layout.grpc_port, layout.metrics_port) for each in SERVICES
        ]
        with contextlib.suppress(OSError):
            for port in ports:
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
            return offset
    raise AssertionError("no free ports")
