"""The two chains under measurement: the services as they are, and the same shape, empty."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import grpc
from ofone.embedding.v1.embedding_service_pb2 import RetrieveRequest
from ofone.profile.v1.customer_pb2 import Snapshot
from ofone.profile.v1.event_pb2 import IDENTIFIER_KIND_LOYALTY_CARD, Identifier
from ofone.profile.v1.profile_service_pb2 import GetSnapshotRequest, LookupCustomerRequest
from ofone.recommendation.v1.decision_pb2 import Context
from ofone.recommendation.v1.recommendation_service_pb2 import SelectOffersRequest
from ofone.recommendation.v1.recommendation_service_pb2_grpc import RecommendationServiceStub

from demo.layout import SERVICES, Layout, process_environment, python
from demo.processes import Processes
from demo.services import Neighbourhood
from demo.story import Doors
from ml.dataset.folder import read_dataset
from services.recommendation.settings import RecommendationSettings
from tests.benchmarks.empty_chain import CannedMessages

EMPTY = Layout(Path("build/benchmarks/empty").resolve(), port_offset=100)
QUIET = {"OFONE_SERVING_ACCESS_LOG": "false", "OFONE_SERVING_LOG_LEVEL": "warning"}
CUSTOMERS = 200
START_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Chain:
    """Something that answers ``SelectOffers``."""

    recommendation: RecommendationServiceStub
    customers: Sequence[str]

    def call(self, number: int) -> object:
        """Ask for the customer whose turn it is."""
        customer = self.customers[number % len(self.customers)]
        return self.recommendation.SelectOffers(_request(customer), timeout=10)


def record(chain: Chain, doors: Doors, folder: Path) -> None:
    """Keep one exchange of the real chain: that of the customer with the median history."""
    requests = [GetSnapshotRequest(customer=each) for each in chain.customers]
    answers = [doors.profile.GetSnapshot(each) for each in requests]
    median = sorted(answers, key=lambda each: len(each.snapshot.item_ids))[len(answers) // 2]
    customer = median.snapshot.customer
    retrieve = _retrieve_request(median.snapshot)
    CannedMessages(
        snapshot_request=GetSnapshotRequest(customer=customer),
        snapshot=median,
        retrieve_request=retrieve,
        candidates=doors.embedding.Retrieve(retrieve),
        answer=doors.recommendation.SelectOffers(_request(customer)),
    ).write(folder)


def real_chain(processes: Processes, town: Layout) -> tuple[Chain, Doors]:
    """Return the services of the demo, once they can answer, and some of their customers."""
    services = Neighbourhood.of(town)
    for service in SERVICES:
        processes.wait(service, services.serving, seconds=START_SECONDS)
    cards = read_dataset(town.dataset).interactions["customer_id"].unique()[:CUSTOMERS]
    doors = services.doors()
    names = [
        doors.profile.LookupCustomer(
            LookupCustomerRequest(
                identifier=Identifier(kind=IDENTIFIER_KIND_LOYALTY_CARD, value=str(card))
            )
        ).customer
        for card in cards
    ]
    return Chain(doors.recommendation, names), doors


def empty_chain(processes: Processes, messages: Path) -> Chain:
    """Start three processes that only answer, and return their chain."""
    for service in SERVICES:
        environment = process_environment() | QUIET
        environment |= {
            "OFONE_SERVING_GRPC_PORT": str(EMPTY.grpc_port(service)),
            "OFONE_SERVING_METRICS_PORT": str(EMPTY.metrics_port(service)),
            "PROFILE_TARGET": EMPTY.target("profile"),
            "EMBEDDING_TARGET": EMPTY.target("embedding"),
        }
        command = python("-m", "tests.benchmarks.empty_chain", service, str(messages))
        processes.start(f"empty-{service}", command, environment)
    stub = RecommendationServiceStub(Neighbourhood.of(EMPTY).channels["recommendation"])
    chain = Chain(stub, ["x"])
    attempts = count()

    def answers(_name: str) -> bool:
        try:
            chain.call(next(attempts))
        except grpc.RpcError:
            return False
        return True

    processes.wait("empty-recommendation", answers, seconds=START_SECONDS)
    return chain


def _request(customer: str) -> SelectOffersRequest:
    return SelectOffersRequest(customer=customer, context=Context(channel="store"))


def _retrieve_request(snapshot: Snapshot) -> RetrieveRequest:
    """Return what recommendation asks for this customer, so that the messages are as large."""
    return RetrieveRequest(
        item_ids=snapshot.item_ids,
        basket_counts=[float(each) for each in snapshot.basket_counts],
        recent_basket_sizes=snapshot.recent_basket_sizes,
        recent_basket_items=snapshot.recent_basket_items,
        source_size=_default("source_size"),
        own_item_count=_default("own_item_count"),
    )


def _default(name: str) -> int:
    value = RecommendationSettings.__dataclass_fields__[name].default
    assert isinstance(value, int)
    return value
