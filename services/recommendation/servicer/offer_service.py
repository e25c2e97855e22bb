"""The offers people define, on the wire."""
# ruff: noqa: N802  # gRPC's names

import dataclasses
from collections.abc import Callable, Collection
from datetime import datetime

import grpc
from ofone.recommendation.v1 import offer_pb2
from ofone.recommendation.v1 import offer_service_pb2 as messages
from ofone.recommendation.v1.offer_service_pb2_grpc import OfferServiceServicer

from services.recommendation.domain.offer import Offer, OfferId, OfferState, StoredOffer
from services.recommendation.ports.conditions import ChangingConditions
from services.recommendation.ports.neighbours import Catalogue
from services.recommendation.ports.offers import OfferBook, OfferStore
from services.recommendation.servicer.masked_update import MaskedUpdate
from services.recommendation.servicer.offer_messages import (
    content_message,
    message_of,
    offer_of,
)
from services.serving.failures import Failure, Kind
from services.serving.paging import Query, damaged_token, decode_token, encode_token, page_size
from services.serving.validation import Check

DEFAULT_PAGE_SIZE = 100
MAX_PAGE_SIZE = 1_000
UPDATE = MaskedUpdate(offer_pb2.Offer, ("state", "create_time", "update_time"))
TARGET_FIELDS = ("items", "categories", "brands")
"""What an offer is about, as far as the catalogue can tell whether it is there."""


@dataclasses.dataclass(frozen=True, slots=True)
class OfferServicer(OfferServiceServicer):
    """Writes, reads and archives offers."""

    store: OfferStore
    book: OfferBook
    conditions: ChangingConditions
    catalogue: Catalogue
    clock: Callable[[], datetime]

    def CreateOffer(
        self, request: messages.CreateOfferRequest, _: grpc.ServicerContext
    ) -> messages.CreateOfferResponse:
        """Write a new offer."""
        check = Check()
        offer_id = OfferId(check.slug("offer_id", request.offer_id))
        offer = self._checked(offer_id, request.offer, check)
        self._check_targets(offer, TARGET_FIELDS)
        if request.validate_only:
            return messages.CreateOfferResponse(offer=self._draft(offer))
        stored = self.store.create(offer)
        self.book.refresh()
        return messages.CreateOfferResponse(offer=message_of(stored))

    def GetOffer(
        self, request: messages.GetOfferRequest, _: grpc.ServicerContext
    ) -> messages.GetOfferResponse:
        """Return one offer."""
        stored = self.store.get(_offer_id("name", request.name))
        return messages.GetOfferResponse(offer=message_of(stored))

    def ListOffers(
        self, request: messages.ListOffersRequest, _: grpc.ServicerContext
    ) -> messages.ListOffersResponse:
        """Return a page of offers."""
        query = ("offers", request.show_archived)
        size = page_size(request.page_size, default=DEFAULT_PAGE_SIZE, most=MAX_PAGE_SIZE)
        after = _offer_behind(request.page_token, query)
        found = self.store.page(after=after, count=size + 1, archived=request.show_archived)
        more = len(found) > size
        token = encode_token([found[size - 1].offer.offer_id], query=query) if more else ""
        return messages.ListOffersResponse(
            offers=[message_of(stored) for stored in found[:size]], next_page_token=token
        )

    def UpdateOffer(
        self, request: messages.UpdateOfferRequest, _: grpc.ServicerContext
    ) -> messages.UpdateOfferResponse:
        """Change the fields that the mask names."""
        check = Check()
        offer_id = OfferId(check.resource_id("offer.name", request.offer.name, collection="offers"))
        fields = UPDATE.fields(request.update_mask, check)
        check.done()
        before = self._current(offer_id, request.offer.etag)
        if before.offer.state is OfferState.ARCHIVED:
            raise _archived(offer_id)
        after = UPDATE.merged(content_message(before.offer), request.offer, fields)
        offer = self._checked(offer_id, after, check)
        self._check_targets(offer, fields)
        if request.validate_only:
            return messages.UpdateOfferResponse(offer=self._draft(offer, before))
        stored = self.store.replace(offer, revision=before.revision)
        self.book.refresh()
        return messages.UpdateOfferResponse(offer=message_of(stored))

    def ArchiveOffer(
        self, request: messages.ArchiveOfferRequest, _: grpc.ServicerContext
    ) -> messages.ArchiveOfferResponse:
        """Take an offer out of use; doing it again changes nothing."""
        stored = self._current(_offer_id("name", request.name), request.etag)
        if stored.offer.state is OfferState.ACTIVE:
            offer = dataclasses.replace(stored.offer, state=OfferState.ARCHIVED)
            stored = self.store.replace(offer, revision=stored.revision)
            self.book.refresh()
        return messages.ArchiveOfferResponse(offer=message_of(stored))

    def _checked(self, offer_id: OfferId, message: offer_pb2.Offer, check: Check) -> Offer:
        offer = offer_of(offer_id, message, check, conditions=self.conditions.as_of_now())
        check.done()
        return offer

    def _check_targets(self, offer: Offer, fields: Collection[str]) -> None:
        """Refuse what no item is or has: an offer about nothing would never be made."""
        check, targets = Check(), offer.targets
        item_ids = targets.item_ids if "items" in fields else ()
        unknown = self.catalogue.unknown(item_ids) if item_ids else None
        if unknown is not None:
            place = item_ids.index(unknown) if unknown in item_ids else 0
            check.fail(f"offer.items[{place}]", "UNKNOWN_ITEM", f"items/{unknown} does not exist")
        for place, name in enumerate(targets.categories if "categories" in fields else ()):
            if not self.catalogue.has_items(category=name):
                message = f"no item is of the category {name}"
                check.fail(f"offer.categories[{place}]", "UNKNOWN_CATEGORY", message)
        for place, name in enumerate(targets.brands if "brands" in fields else ()):
            if not self.catalogue.has_items(brand=name):
                message = f"no item is of the brand {name}"
                check.fail(f"offer.brands[{place}]", "UNKNOWN_BRAND", message)
        check.done()

    def _current(self, offer_id: OfferId, etag: str) -> StoredOffer:
        stored = self.store.get(offer_id)
        if etag and etag != stored.etag:
            message = f"the etag {etag[:64]} is not the current one: read the offer again"
            name = f"offers/{offer_id}"
            raise Failure(Kind.STALE, "STALE_ETAG", message, metadata={"name": name})
        return stored

    def _draft(self, offer: Offer, before: StoredOffer | None = None) -> offer_pb2.Offer:
        """Return how an offer would look that is not written."""
        now = self.clock()
        message = message_of(StoredOffer(offer, 0, before.create_time if before else now, now))
        message.etag = ""
        return message


def _offer_id(path: str, name: str) -> OfferId:
    check = Check()
    offer_id = check.resource_id(path, name, collection="offers")
    check.done()
    return OfferId(offer_id)


def _offer_behind(token: str, query: Query) -> str:
    """Return the last offer's id of the page before, empty for the first page."""
    match decode_token(token, query=query):
        case None:
            return ""
        case [str() as offer_id]:
            return offer_id
        case _:
            raise damaged_token()


def _archived(offer_id: OfferId) -> Failure:
    name = f"offers/{offer_id}"
    return Failure(
        Kind.PRECONDITION,
        "OFFER_ARCHIVED",
        f"{name} is archived, for good",
        metadata={"name": name},
    )
