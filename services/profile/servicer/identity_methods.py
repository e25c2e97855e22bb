"""The methods by which people say who is one person, and see what was decided."""

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime

from ofone.profile.v1 import event_pb2, identity_pb2
from ofone.profile.v1 import profile_service_pb2 as pb

from services.profile.domain.history.events import MICROS, CustomerId
from services.profile.domain.linkage.probable_links import suggested
from services.profile.domain.people.decisions import Decision, Standing, Suggestion
from services.profile.domain.people.identity import IdentityKey
from services.profile.domain.privacy.consent import ConsentPolicy
from services.profile.ports.identities import IdentityStore, LinkageStore, LoggedChange
from services.profile.servicer.messages.event_messages import handle_of, timestamp
from services.profile.servicer.messages.linkage_messages import suggestion_message
from services.serving import caller
from services.serving.failures import not_found
from services.serving.paging import decode_token, encode_token, page_size
from services.serving.validation import Check

DEFAULT_LISTING, MAX_LISTING = 100, 1_000
MAX_REASON_CHARACTERS = 500

_STANDINGS = {
    Standing.TAKEN_APART: identity_pb2.SUGGESTION_STANDING_TAKEN_APART,
    Standing.SHARED: identity_pb2.SUGGESTION_STANDING_SHARED,
    Standing.OVER_LIMIT: identity_pb2.SUGGESTION_STANDING_OVER_LIMIT,
}

Asking = (
    pb.MergeCustomersRequest
    | pb.UnmergeCustomersRequest
    | pb.BlockIdentifierRequest
    | pb.UnblockIdentifierRequest
    | pb.LeaveHouseholdRequest
)
Listing = (
    pb.ListIdentityChangesRequest
    | pb.ListIdentitySuggestionsRequest
    | pb.ListHouseholdMembersRequest
)


class IdentityMethods:
    """Who is one person, as people say."""

    def __init__(
        self,
        store: IdentityStore,
        links: LinkageStore,
        identity: IdentityKey,
        *,
        policy: ConsentPolicy,
        clock: Callable[[], datetime],
    ) -> None:
        """Decide in ``store``; who else may be a person is also in ``links``."""
        self._store = store
        self._links = links
        self._policy = policy
        self._identity = identity
        self._clock = clock

    def merge(self, request: pb.MergeCustomersRequest) -> pb.MergeCustomersResponse:
        """Make two customers one."""
        ends, decision = self._ends(request, request.customer, "other", request.other)
        names = self._store.merge(ends, decision, now_micros=self._now_micros())
        if names is None:
            raise not_found("customer", f"{request.customer} or {request.other}")
        return pb.MergeCustomersResponse(customer=f"customers/{names[0]}")

    def unmerge(self, request: pb.UnmergeCustomersRequest) -> pb.UnmergeCustomersResponse:
        """Take a customer out of the one it became part of."""
        ends, decision = self._ends(request, request.customer, "former", request.former)
        names = self._store.unmerge(ends, decision, now_micros=self._now_micros())
        if names is None:
            raise not_found("customer", f"{request.customer} or {request.former}")
        return pb.UnmergeCustomersResponse(customers=_named(names))

    def block(
        self, request: pb.BlockIdentifierRequest | pb.UnblockIdentifierRequest, *, is_blocked: bool
    ) -> list[str]:
        """Say whether an identifier is nobody's; return the names of whom it concerned."""
        check = Check()
        handle = handle_of(check, "identifier", request.identifier, self._identity)
        decision = decision_of(check, request)
        check.done()
        assert handle is not None  # or check.done had raised
        now_micros = self._now_micros()
        return _named(
            self._store.block(handle, decision, is_blocked=is_blocked, now_micros=now_micros)
        )

    def changes(self, request: pb.ListIdentityChangesRequest) -> pb.ListIdentityChangesResponse:
        """Return a page of who became part of a customer or was taken out of it."""
        customer_id, size, skipped = _listing("ListIdentityChanges", request)
        found = self._store.changes(customer_id, skipped=skipped, most=size + 1)
        if found is None:
            raise not_found("customer", request.parent)
        return pb.ListIdentityChangesResponse(
            changes=map(change_message, found[:size]),
            next_page_token=next_token("ListIdentityChanges", request.parent, skipped + size)
            if len(found) > size
            else "",
        )

    def suggestions(
        self, request: pb.ListIdentitySuggestionsRequest
    ) -> pb.ListIdentitySuggestionsResponse:
        """Return a page of who else may be this person."""
        customer_id, size, skipped = _listing("ListIdentitySuggestions", request)
        linked, alike = self._store.suggestions(customer_id), self._links.probable(customer_id)
        if linked is None or alike is None:
            raise not_found("customer", request.parent)
        found = [_suggestion_message(each) for each in linked]
        found += map(suggestion_message, suggested(alike, self._policy))
        return pb.ListIdentitySuggestionsResponse(
            suggestions=found[skipped : skipped + size],
            next_page_token=next_token("ListIdentitySuggestions", request.parent, skipped + size)
            if len(found) > skipped + size
            else "",
        )

    def _ends(
        self, request: Asking, customer: str, path: str, second: str
    ) -> tuple[tuple[CustomerId, CustomerId], Decision]:
        check = Check()
        one = check.resource_id("customer", customer, collection="customers")
        other = check.resource_id(path, second, collection="customers")
        if one and one == other:
            check.fail(path, "SAME_CUSTOMER", "must be another customer")
        decision = decision_of(check, request)
        check.done()
        return (CustomerId(one), CustomerId(other)), decision

    def _now_micros(self) -> int:
        return round(self._clock().timestamp() * MICROS)


def decision_of(check: Check, request: Asking) -> Decision:
    """Check who decides, and why; worth nothing when a rule is broken."""
    reason = check.line("reason", request.reason, most=MAX_REASON_CHARACTERS, required=True)
    request_id = ""
    try:
        request_id = str(uuid.UUID(request.request_id))
    except ValueError:
        rule = "MALFORMED" if request.request_id else "REQUIRED"
        check.fail("request_id", rule, "must be a UUID")
    only_asked = (
        isinstance(request, pb.MergeCustomersRequest | pb.UnmergeCustomersRequest)
        and request.validate_only
    )
    return Decision(caller.current(), reason, request_id, is_rehearsal=only_asked)


def page_of(method: str, request: Listing) -> tuple[int, int]:
    """Return how many of a listing are asked for, and behind how many."""
    size = page_size(request.page_size, default=DEFAULT_LISTING, most=MAX_LISTING)
    position = decode_token(request.page_token, query=(method, request.parent))
    return size, int(position[0]) if position else 0


def next_token(method: str, parent: str, skipped: int) -> str:
    """Return where the next page of a listing begins."""
    return encode_token([skipped], query=(method, parent))


def _listing(method: str, request: Listing) -> tuple[CustomerId, int, int]:
    check = Check()
    customer_id = check.resource_id("parent", request.parent, collection="customers")
    check.done()
    return CustomerId(customer_id), *page_of(method, request)


def _named(names: Sequence[CustomerId]) -> list[str]:
    return [f"customers/{name}" for name in names]


def change_message(logged: LoggedChange) -> identity_pb2.IdentityChange:
    """Return the message of a line of the log."""
    change, cause = logged.change, logged.cause
    return identity_pb2.IdentityChange(
        kind=identity_pb2.IdentityChangeKind.ValueType(change.kind),
        former=f"customers/{change.former_id}",
        customer=f"customers/{change.customer_id}",
        change_time=timestamp(logged.changed_micros),
        because_of_event="/".join(cause.event) if cause.event else "",
        actor=cause.actor,
        reason=cause.reason,
    )


def _suggestion_message(found: Suggestion) -> identity_pb2.IdentitySuggestion:
    return identity_pb2.IdentitySuggestion(
        other=f"customers/{found.other_id}",
        kind=event_pb2.IdentifierKind.ValueType(found.kind),
        other_kind=event_pb2.IdentifierKind.ValueType(found.other_kind),
        first_event=f"{found.witness.source}/{found.witness.event_id}",
        first_seen_time=timestamp(found.witness.occurred_micros),
        standing=_STANDINGS[found.standing],
    )
