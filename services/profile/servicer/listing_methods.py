"""The methods that go through events: one customer's timeline, and what may be learned from."""

from collections.abc import Callable, Iterator
from datetime import datetime

from ofone.profile.v1 import profile_service_pb2 as pb

from services.profile.domain.customer import StoredEvent
from services.profile.domain.defaults import Defaults
from services.profile.domain.facts.catalogue import freshness
from services.profile.domain.history.events import MICROS, CustomerId, Party
from services.profile.domain.privacy.consent import Purpose
from services.profile.ports.customers import ProfileStore
from services.profile.servicer.messages.event_messages import timestamp
from services.profile.servicer.messages.listing_messages import (
    chunks,
    export_position,
    page_of,
    period_of,
    position_of,
    timeline_position,
    timeline_token,
    types_of,
)
from services.serving.failures import not_found
from services.serving.paging import page_size
from services.serving.validation import Check

DEFAULT_LISTING, MAX_LISTING = 100, 1_000
EXPORT_BASKETS = 500
"""Baskets read at once for the export: some thousand lines."""


class ListingMethods:
    """What happened, in pages and in a stream."""

    def __init__(
        self, store: ProfileStore, defaults: Defaults, clock: Callable[[], datetime]
    ) -> None:
        """Read from ``store``."""
        self._store = store
        self._defaults = defaults
        self._clock = clock

    def events(
        self, customer_id: CustomerId, request: pb.ListEventsRequest
    ) -> pb.ListEventsResponse:
        """Return a page of a customer's timeline, latest first."""
        check = Check()
        period, types = period_of(check, request), types_of(check, request)
        check.done()
        size = page_size(request.page_size, default=DEFAULT_LISTING, most=MAX_LISTING)
        query = ("ListEvents", customer_id, tuple(map(int, types)), period)
        found = self._store.timeline(
            customer_id,
            types=types,
            period=period,
            before=timeline_position(request.page_token, query),
            most=size + 1,
        )
        if found is None:
            raise not_found("customer", request.parent)
        page = page_of([each.event for each in found], most=size)
        more = len(found) > len(page)
        shows_third_parties = self._shows_third_parties(customer_id)
        shown = [
            (message, stored)
            for message, stored in zip(page, found, strict=False)
            if shows_third_parties or stored.event.party is not Party.THIRD
        ]
        return pb.ListEventsResponse(
            events=[message for message, _ in shown],
            touch_points=[self._touch_point(stored) for _, stored in shown],
            next_page_token=timeline_token(found[len(page) - 1].event, query) if more else "",
        )

    def interactions(
        self, request: pb.ExportInteractionsRequest
    ) -> Iterator[pb.ExportInteractionsResponse]:
        """Stream every purchase that may be learned from."""
        check = Check()
        period = period_of(check, request)
        check.done()
        query = ("ExportInteractions", period)
        position = export_position(request.resume_token, query)
        while purchases := self._store.purchases(
            period=period,
            after=position,
            unspoken_allowed=self._defaults.consent.personalisation_default,
            most=EXPORT_BASKETS,
        ):
            yield from chunks(purchases, query)
            position = position_of(purchases[-1])

    def _touch_point(self, stored: StoredEvent) -> pb.TouchPoint:
        event, catalogue = stored.event, self._defaults.catalogue
        source = catalogue.sources.of(event.source, event.party)
        now_micros = round(self._clock().timestamp() * MICROS)
        return pb.TouchPoint(
            source_words=source.words,
            trust=source.trust,
            stored_time=timestamp(stored.stored_micros),
            freshness=freshness(
                event.occurred_micros, now_micros, half_life_days=catalogue.event_half_life_days
            ),
        )

    def _shows_third_parties(self, customer_id: CustomerId) -> bool:
        found = self._store.snapshot_of(customer_id)
        return found is not None and self._defaults.consent.allows(
            Purpose.THIRD_PARTY_DATA, found.consents
        )
