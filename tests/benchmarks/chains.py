"""The two chains under measurement: the services as they are, and the same shape, empty."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import grpc
from ofone.embedding.v1.embedding_service_pb2 import RetrieveRequest
from ofone.embedding.v1.embedding_service_pb2_grpc import EmbeddingServiceStub
from ofone.profile.v1.customer_pb2 import Snapshot
from ofone.profile.v1.event_pb2 import IDENTIFIER_KIND_LOYALTY_CARD, Identifier
from ofone.profile.v1.profile_service_pb2 import GetSnapshotRequest, LookupCustomerRequest
from ofone.profile.v1.profile_service_pb2_grpc import ProfileServiceStub
from ofone.recommendation.v1.decision_pb2 import Context
from ofone.recommendation.v1.recommendation_service_pb2 import SelectOffersRequest
from ofone.recommendation.v1.recommendation_service_pb2_grpc import RecommendationServiceStub

from demo.layout import GRPC_PORTS, HOST, SERVICES, Layout, process_environment, python
from demo.processes import Processes
from demo.services import serving
from ml.dataset.folder import read_dataset
from tests.benchmarks.empty_chain import CannedMessages

EMPTY_GRPC_PORTS = {"profile": 7501, "embedding": 7502, "recommendation": 7503}
EMPTY_METRICS_PORTS = {"profile": 9510, "embedding": 9520, "recommendation": 9530}
QUIET = {"OFONE_SERVING_ACCESS_LOG": "false", "OFONE_SERVING_LOG_LEVEL": "warning"}
CUSTOMERS = 200
SOURCE_SIZE = 60
OWN_ITEMS = 300
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

    def record(self, folder: Path) -> None:
        """Keep one exchange of the real chain: that of the customer with the median history."""
        profile = ProfileServiceStub(_channel(GRPC_PORTS["profile"]))
        embedding = EmbeddingServiceStub(_channel(GRPC_PORTS["embedding"]))
        answers = [
            profile.GetSnapshot(GetSnapshotRequest(customer=each)) for each in self.customers
        ]
        median = sorted(answers, key=lambda each: len(each.snapshot.item_ids))[len(answers) // 2]
        customer = median.snapshot.customer
        retrieve = _retrieve_request(median.snapshot)
        CannedMessages(
            snapshot_request=GetSnapshotRequest(customer=customer),
            snapshot=median,
            retrieve_request=retrieve,
            candidates=embedding.Retrieve(retrieve),
            answer=self.recommendation.SelectOffers(_request(customer)),
        ).write(folder)


def real_chain(processes: Processes, town: Layout) -> Chain:
    """Return the services of the demo, once they can answer, and some of their customers."""
    for service in SERVICES:
        processes.wait(service, lambda name=service: serving(name), seconds=START_SECONDS)  # type: ignore[misc]
    cards = read_dataset(town.dataset).interactions["customer_id"].unique()[:CUSTOMERS]
    profile = ProfileServiceStub(_channel(GRPC_PORTS["profile"]))
    names = [
        profile.LookupCustomer(
            LookupCustomerRequest(
                identifier=Identifier(kind=IDENTIFIER_KIND_LOYALTY_CARD, value=str(card))
            )
        ).customer
        for card in cards
    ]
    return Chain(RecommendationServiceStub(_channel(GRPC_PORTS["recommendation"])), names)


def empty_chain(processes: Processes, messages: Path) -> Chain:
    """Start three processes that only answer, and return their chain."""
    for service in SERVICES:
        environment = process_environment() | QUIET
        environment |= {
            "OFONE_SERVING_GRPC_PORT": str(EMPTY_GRPC_PORTS[service]),
            "OFONE_SERVING_METRICS_PORT": str(EMPTY_METRICS_PORTS[service]),
            "PROFILE_TARGET": f"{HOST}:{EMPTY_GRPC_PORTS['profile']}",
            "EMBEDDING_TARGET": f"{HOST}:{EMPTY_GRPC_PORTS['embedding']}",
        }
        command = python("-m", "tests.benchmarks.empty_chain", service, str(messages))
        processes.start(f"empty-{service}", command, environment)
    chain = Chain(RecommendationServiceStub(_channel(EMPTY_GRPC_PORTS["recommendation"])), ["x"])
    attempts = count()

    def answers() -> bool:
        try:
            chain.call(next(attempts))
        except grpc.RpcError:
            return False
        return True

    processes.wait("empty-recommendation", answers, seconds=START_SECONDS)
    return chain


def _channel(port: int) -> grpc.Channel:
    return grpc.insecure_channel(f"{HOST}:{port}")


def _request(customer: str) -> SelectOffersRequest:
    return SelectOffersRequest(customer=customer, context=Context(channel="store"))


def _retrieve_request(snapshot: Snapshot) -> RetrieveRequest:
    return RetrieveRequest(
        item_ids=snapshot.item_ids,
        basket_counts=[float(each) for each in snapshot.basket_counts],
        recent_basket_sizes=snapshot.recent_basket_sizes,
        recent_basket_items=snapshot.recent_basket_items,
        source_size=SOURCE_SIZE,
        own_item_count=OWN_ITEMS,
    )
