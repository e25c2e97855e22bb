"""Brings offers to what a file says: creates the new, changes the changed, leaves the others."""

from google.protobuf.field_mask_pb2 import FieldMask
from ofone.recommendation.v1.offer_pb2 import OFFER_STATE_ARCHIVED, Offer
from ofone.recommendation.v1.offer_service_pb2 import (
    CreateOfferRequest,
    GetOfferRequest,
    UpdateOfferRequest,
)
from ofone.recommendation.v1.offer_service_pb2_grpc import OfferServiceStub

from services.console.rendering.names import resource_id
from services.console.writing.stored import Outcome, guarded, unless_missing

_OUTPUT_ONLY = ("state", "create_time", "update_time")
WRITTEN_FIELDS = tuple(
    name for name in Offer.DESCRIPTOR.fields_by_name if name not in (*_OUTPUT_ONLY, "name", "etag")
)
"""What a file decides: a field that it leaves out is cleared."""


def write_offer(stub: OfferServiceStub, offer: Offer, *, validate_only: bool) -> Outcome:
    """Create the offer, or change the stored one to it.

    An ``etag`` in the offer must be the current one; without it, the etag of the offer as just
    read guards against two people writing at once.

    Raises:
        Failure: when the service refuses it.
    """
    found = unless_missing(lambda: stub.GetOffer(GetOfferRequest(name=offer.name)))
    if found is None:
        creation = CreateOfferRequest(
            offer_id=resource_id(offer.name), offer=offer, validate_only=validate_only
        )
        creation.offer.ClearField("name")  # the id says it
        stub.CreateOffer(creation)
        return Outcome.CREATED
    stored = found.offer
    is_same = offer.etag in ("", stored.etag) and _written_part(offer) == _written_part(stored)
    if is_same and stored.state != OFFER_STATE_ARCHIVED:  # which the service says is for good
        return Outcome.UNCHANGED
    request = UpdateOfferRequest(
        offer=guarded(offer, stored),
        update_mask=FieldMask(paths=WRITTEN_FIELDS),
        validate_only=validate_only,
    )
    stub.UpdateOffer(request)
    return Outcome.CHANGED


def _written_part(offer: Offer) -> Offer:
    part = Offer()
    part.CopyFrom(offer)
    for name in (*_OUTPUT_ONLY, "etag"):
        part.ClearField(name)  # type: ignore[arg-type]  # the names are fields of Offer
    part.weight = part.weight or 1  # what the service takes 0 as
    return part
