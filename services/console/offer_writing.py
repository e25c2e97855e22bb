"""Brings offers to what a file says: creates the new, changes the changed, leaves the others."""

from dataclasses import dataclass
from enum import StrEnum

from google.protobuf.field_mask_pb2 import FieldMask
from ofone.recommendation.v1.offer_pb2 import OFFER_STATE_ARCHIVED, Offer
from ofone.recommendation.v1.offer_service_pb2 import (
    CreateOfferRequest,
    GetOfferRequest,
    UpdateOfferRequest,
)
from ofone.recommendation.v1.offer_service_pb2_grpc import OfferServiceStub

from services.console.rendering.names import resource_id
from services.serving.failures import Failure, Kind

_OUTPUT_ONLY = ("state", "create_time", "update_time")
WRITTEN_FIELDS = tuple(
    name for name in Offer.DESCRIPTOR.fields_by_name if name not in (*_OUTPUT_ONLY, "name", "etag")
)
"""What a file decides: a field that it leaves out is cleared."""


class Outcome(StrEnum):
    """What became of an offer."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class WrittenOffer:
    """An offer as it is now stored, and what was done to it."""

    offer: Offer
    outcome: Outcome


def write_offer(stub: OfferServiceStub, offer: Offer, *, validate_only: bool) -> WrittenOffer:
    """Create the offer, or change the stored one to it.

    An ``etag`` in the offer must be the current one; without it, the etag of the offer as just
    read guards against two people writing at once.

    Raises:
        Failure: when the service refuses it.
    """
    stored = _stored(stub, offer.name)
    if stored is None:
        creation = CreateOfferRequest(
            offer_id=resource_id(offer.name), offer=offer, validate_only=validate_only
        )
        creation.offer.ClearField("name")  # the id says it
        return WrittenOffer(stub.CreateOffer(creation).offer, Outcome.CREATED)
    is_same = offer.etag in ("", stored.etag) and _written_part(offer) == _written_part(stored)
    if is_same and stored.state != OFFER_STATE_ARCHIVED:  # which the service says is for good
        return WrittenOffer(stored, Outcome.UNCHANGED)
    changed = Offer()
    changed.CopyFrom(offer)
    changed.etag = offer.etag or stored.etag
    mask = FieldMask(paths=WRITTEN_FIELDS)
    request = UpdateOfferRequest(offer=changed, update_mask=mask, validate_only=validate_only)
    return WrittenOffer(stub.UpdateOffer(request).offer, Outcome.CHANGED)


def _stored(stub: OfferServiceStub, name: str) -> Offer | None:
    try:
        return stub.GetOffer(GetOfferRequest(name=name)).offer
    except Failure as failure:
        if failure.kind is Kind.NOT_FOUND:
            return None
        raise


def _written_part(offer: Offer) -> Offer:
    part = Offer()
    part.CopyFrom(offer)
    for name in (*_OUTPUT_ONLY, "etag"):
        part.ClearField(name)  # type: ignore[arg-type]  # the names are fields of Offer
    part.weight = part.weight or 1  # what the service takes 0 as
    return part
