"""Ask what to offer: `python docs/examples/select_offers.py 127.0.0.1:7403 LOYALTY_CARD 1001`."""

import sys

import grpc
from ofone.recommendation.v1.decision_pb2 import Context
from ofone.recommendation.v1.recommendation_service_pb2 import (
    CustomerIdentifier,
    SelectOffersRequest,
)
from ofone.recommendation.v1.recommendation_service_pb2_grpc import RecommendationServiceStub


def main(target: str, kind: str, value: str) -> None:
    """Print the offers for the customer behind an identifier."""
    with grpc.insecure_channel(target) as channel:
        recommendation = RecommendationServiceStub(channel)
        request = SelectOffersRequest(
            identifier=CustomerIdentifier(kind=kind, value=value),
            context=Context(channel="web"),
            max_offers=3,
        )
        decision = recommendation.SelectOffers(request, timeout=0.25).decision
    print(f"{decision.name} for {decision.customer or 'somebody new'}")
    for offer in decision.offers:
        print(f"  {offer.display_name}: {offer.item or 'the whole shop'}, {offer.score:.3f}")


if __name__ == "__main__":
    main(*sys.argv[1:4])
