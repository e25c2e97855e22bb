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
CALLERS = 8
START_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Chain:
    """Something that answers ``SelectOffers``."""

    callers: Sequence[RecommendationServiceStub]
    """Each over a connection of its own, as the callers of a service are processes of their own."""
    customers: Sequence[str]

    @classmethod
    def at(cls, layout: Layout, customers: Sequence[str]) -> "Chain":
        """Return the chain whose ``recommendation`` answers where ``layout`` says."""
        target, options = layout.target("recommendation"), [("grpc.use_local_subchannel_pool", 1)]
        channels = [grpc.insecure_channel(target, options) for _ in range(CALLERS)]
        return cls([RecommendationServiceStub(each) for each in channels], customers)

    def call(self, caller: int, number: int) -> object:
        """Let a caller ask for the customer whose turn it is."""
        customer = self.customers[number % len(self.customers)]
        return self.callers[caller].SelectOffers(_request(customer), timeout=10)


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


def real_chain(processes: Processes, town: Layout, *, workers: int) -> tuple[Chain, Doors]:
    """Start the services of the demo; return their chain and their doors, once they can answer."""
    services = Neighbourhood.of(town)
    for service in SERVICES:
        environment = town.service_environment(service) | QUIET | _workers(service, workers)
        processes.start(service, python("-m", f"services.{service}"), environment)
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
    return Chain.at(town, names), doors


def empty_chain(processes: Processes, messages: Path, *, workers: int) -> Chain:
    """Start the same processes with handlers that only answer, and return their chain."""
    for service in SERVICES:
        environment = process_environment() | QUIET | _workers(service, workers)
        environment |= {
            "OFONE_SERVING_GRPC_PORT": str(EMPTY.grpc_port(service)),
            "OFONE_SERVING_METRICS_PORT": str(EMPTY.metrics_port(service)),
            "PROFILE_TARGET": EMPTY.target("profile"),
            "EMBEDDING_TARGET": EMPTY.target("embedding"),
        }
        command = python("-m", "tests.benchmarks.empty_chain", service, str(messages))
        processes.start(f"empty-{service}", command, environment)
    chain = Chain.at(EMPTY, ["x"])
    attempts = count()

    def answers(_name: str) -> bool:
        try:
            chain.call(0, next(attempts))
        except grpc.RpcError:
            return False
        return True

    processes.wait("empty-recommendation", answers, seconds=START_SECONDS)
    return chain


def _workers(service: str, count: int) -> dict[str, str]:
    """Return how a service is told its number of processes; only ``recommendation`` needs many."""
    return {"OFONE_SERVING_WORKER_COUNT": str(count if service == "recommendation" else 1)}


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
