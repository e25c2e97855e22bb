"""The methods about who lives together, and what of it a decision may use."""

from collections.abc import Callable, Sequence
from datetime import datetime

from ofone.profile.v1 import household_pb2
from ofone.profile.v1 import profile_service_pb2 as pb

from services.profile.domain.defaults import Defaults
from services.profile.domain.history.events import MICROS, CustomerId
from services.profile.domain.people.households import (
    MOST_BASKETS,
    NEEDED,
    HouseholdId,
    for_the_house,
    sharers,
)
from services.profile.domain.snapshot import Snapshot
from services.profile.ports.identities import HouseholdStore
from services.profile.servicer.identity_methods import decision_of, next_token, page_of
from services.profile.servicer.messages.event_messages import timestamp
from services.serving.failures import not_found
from services.serving.validation import Check

LookedAtEach = Callable[[Sequence[CustomerId], str], list[CustomerId]]
"""Keeps that the caller looks at customers, by a method; returns those who still are there."""


class HouseholdMethods:
    """Who lives together."""

    def __init__(
        self,
        store: HouseholdStore,
        defaults: Defaults,
        looked_at_each: LookedAtEach,
        clock: Callable[[], datetime],
    ) -> None:
        """Read from ``store``."""
        self._store = store
        self._policy = defaults.consent
        self._house = defaults.catalogue.house
        self._looked_at_each = looked_at_each
        self._clock = clock

    def membership(self, customer_id: CustomerId) -> household_pb2.HouseholdMembership | None:
        """Return where a customer lives, ``None`` for no household."""
        home = self._store.home(customer_id)
        if home is None:
            return None
        return household_pb2.HouseholdMembership(
            household=f"households/{home.household_id}", told_time=timestamp(home.told_micros)
        )

    def purchases(self, found: Snapshot) -> household_pb2.HouseholdPurchases:
        """Return what others bought for the house of a customer, as far as all of them share.

        Most were never asked whether they share: to find that out costs a decision no read.
        """
        if not all(self._policy.allows(purpose, found.consents) for purpose in NEEDED):
            return household_pb2.HouseholdPurchases()
        home = self._store.home(found.customer_id)
        members = self._store.members(home.household_id) if home else []
        others = sharers(found.customer_id, members, self._policy)
        if not others:
            return household_pb2.HouseholdPurchases()
        since = self._house.since_micros(self._now_micros())
        baskets = self._store.baskets(others, since_micros=since, most=MOST_BASKETS)
        bought = for_the_house(baskets, self._house.categories)
        return household_pb2.HouseholdPurchases(
            item_ids=bought.item_ids, last_bought_seconds=bought.last_seconds
        )

    def members(self, request: pb.ListHouseholdMembersRequest) -> pb.ListHouseholdMembersResponse:
        """Return a page of who lives in a household."""
        check = Check()
        household_id = check.resource_id("parent", request.parent, collection="households")
        check.done()
        size, skipped = page_of("ListHouseholdMembers", request)
        found = self._store.members(HouseholdId(household_id))
        if not found:
            raise not_found("household", request.parent)
        page = found[skipped : skipped + size]
        shown = set(
            self._looked_at_each([each.customer_id for each, _ in page], "ListHouseholdMembers")
        )
        return pb.ListHouseholdMembersResponse(
            members=[
                household_pb2.HouseholdMember(
                    customer=f"customers/{member.customer_id}",
                    told_time=timestamp(member.told_micros),
                    shares=bool(sharers(member.customer_id, found, self._policy)),
                )
                for member, _ in page
                if member.customer_id in shown
            ],
            next_page_token=next_token("ListHouseholdMembers", request.parent, skipped + size)
            if len(found) > skipped + size
            else "",
        )

    def leave(self, request: pb.LeaveHouseholdRequest) -> pb.LeaveHouseholdResponse:
        """Say that a customer does not live in their household any more."""
        check = Check()
        name = check.resource_id("customer", request.customer, collection="customers")
        decision = decision_of(check, request)
        check.done()
        left = self._store.leave(CustomerId(name), decision, now_micros=self._now_micros())
        if left is None:
            raise not_found("household", f"the household of {request.customer}")
        return pb.LeaveHouseholdResponse(household=f"households/{left}")

    def _now_micros(self) -> int:
        return round(self._clock().timestamp() * MICROS)
