"""Ask what to offer: `python docs/examples/select_offers.py 127.0.0.1:7403 LOYALTY_CARD 1001`."""

import sys

import grpc
from google.rpc.error_details_pb2 import BadRequest
from grpc_status import rpc_status
from ofone.recommendation.v1.decision_pb2 import Context, Degradation, ReasonKind
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
    for lack in decision.degradations:
        print(f"  degraded: {Degradation.Name(lack).removeprefix('DEGRADATION_')}")
    for offer in decision.offers:
        kinds = [ReasonKind.Name(each.kind).removeprefix("REASON_KIND_") for each in offer.reasons]
        about = f"{offer.item or 'the whole shop'}, {offer.score:.3f} ({', '.join(kinds)})"
        print(f"  {offer.display_name}: {about}")
    if not decision.offers:
        print("  nothing fits now")


def refusal(error: grpc.RpcError) -> str:
    """Return why a call was refused, and every field that broke a rule."""
    lines = [f"{error.code().name}: {error.details()}"]
    status = rpc_status.from_call(error)
    for detail in status.details if status else ():
        broken = BadRequest()
        if detail.Unpack(broken):
            lines += [f"  {each.field}: {each.description}" for each in broken.field_violations]
    return "\n".join(lines)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(f"usage: python {sys.argv[0]} HOST:PORT KIND VALUE, such as LOYALTY_CARD 1001")
    try:
        main(*sys.argv[1:])
    except grpc.RpcError as error:
        sys.exit(refusal(error))
