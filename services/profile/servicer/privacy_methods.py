"""The methods by which a customer stays in charge: what is held, who looked, and the end of it."""

import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import islice

from ofone.profile.v1 import customer_pb2, privacy_pb2
from ofone.profile.v1 import profile_service_pb2 as pb

from services.profile.domain.history.events import MICROS, CustomerId
from services.profile.domain.people.households import HeldMembership
from services.profile.domain.privacy.erasure import TRAINING, Access, Erasure, Removal
from services.profile.ports.customers import CustomerView, ProfileStore
from services.profile.ports.identities import IdentityStore, LinkageStore
from services.profile.ports.privacy import PrivacyStore
from services.profile.servicer.identity_methods import change_message
from services.profile.servicer.messages.customer_messages import statement_message
from services.profile.servicer.messages.event_messages import event_message, timestamp
from services.profile.servicer.messages.fact_messages import fact_message
from services.profile.servicer.messages.linkage_messages import held_link_message
from services.serving import caller
from services.serving.failures import not_found
from services.serving.paging import decode_token, encode_token, page_size
from services.serving.validation import Check

DEFAULT_LISTING, MAX_LISTING = 100, 1_000
MAX_REMOVALS = 100
MAX_METHOD, MAX_CALLER = 64, 128
"""Characters."""
RECORDS_A_MESSAGE = 200
MOST_LOGGED = 1_000_000
"""Lines of a log in an export: more than anybody has."""


class PrivacyMethods:
    """What is held about a customer, who looked, and the end of it."""

    def __init__(
        self,
        store: ProfileStore,
        identities: IdentityStore,
        privacy: PrivacyStore,
        linkage: LinkageStore,
        *,
        shown: Callable[[CustomerView], customer_pb2.Customer],
        clock: Callable[[], datetime],
    ) -> None:
        """Read from all stores, ``shown`` as a view is; write to ``privacy``."""
        self._store = store
        self._identities = identities
        self._privacy = privacy
        self._linkage = linkage
        self._shown = shown
        self._clock = clock

    def looked_at(self, customer_id: CustomerId, method: str) -> None:
        """Keep that the caller at hand looks at a customer."""
        self._note(customer_id, method, caller.current())

    def looked_at_each(self, customer_ids: Sequence[CustomerId], method: str) -> list[CustomerId]:
        """Keep that the caller at hand looks at customers; return those who still are there."""
        access = Access(method, caller.current(), self._now_micros())
        return self._privacy.note_accesses(customer_ids, access, uuid.uuid4().hex)

    def export(self, request: pb.ExportCustomerRequest) -> Iterator[pb.ExportCustomerResponse]:
        """Yield everything that is held about one customer."""
        customer_id = _customer_id("name", request.name)
        self.looked_at(customer_id, "ExportCustomer")
        records = self._records(customer_id)
        first = next(records, None)
        if first is None:
            raise not_found("customer", request.name)
        yield pb.ExportCustomerResponse(records=[first])
        while part := list(islice(records, RECORDS_A_MESSAGE)):
            yield pb.ExportCustomerResponse(records=part)

    def erase(self, request: pb.EraseCustomerRequest) -> pb.EraseCustomerResponse:
        """Remove everything about one customer."""
        check = Check()
        name = check.resource_id("name", request.name, collection="customers")
        request_id = _uuid(check, request.request_id)
        check.done()
        found = self._privacy.erase(
            CustomerId(name),
            request_id,
            is_rehearsal=request.validate_only,
            now_micros=self._now_micros(),
        )
        if found is None:
            raise not_found("customer", request.name)
        erasure = erasure_message(found)
        if request.validate_only:
            erasure.ClearField("name")
        return pb.EraseCustomerResponse(erasure=erasure)

    def erasure(self, request: pb.GetErasureRequest) -> pb.GetErasureResponse:
        """Return how far an erasure is."""
        check = Check()
        erasure_id = check.resource_id("name", request.name, collection="erasures")
        check.done()
        found = self._privacy.erasure(erasure_id)
        if found is None:
            raise not_found("erasure", request.name)
        return pb.GetErasureResponse(erasure=erasure_message(found))

    def erasures(self, request: pb.ListErasuresRequest) -> pb.ListErasuresResponse:
        """Return a page of erasures, oldest first."""
        check = Check()
        if request.pending_holder:
            check.slug("pending_holder", request.pending_holder)
        check.done()
        size = page_size(request.page_size, default=DEFAULT_LISTING, most=MAX_LISTING)
        query = ("ListErasures", request.pending_holder)
        position = decode_token(request.page_token, query=query)
        found = self._privacy.erasures(
            pending_holder=request.pending_holder,
            after=(int(position[0]), str(position[1])) if position else None,
            most=size + 1,
        )
        last = found[:size][-1] if len(found) > size else None
        return pb.ListErasuresResponse(
            erasures=map(erasure_message, found[:size]),
            next_page_token=encode_token([last.created_micros, last.erasure_id], query=query)
            if last
            else "",
        )

    def confirm(self, request: pb.ConfirmErasureRequest) -> pb.ConfirmErasureResponse:
        """Keep that a holder has removed what it held."""
        check = Check()
        erasure_id = check.resource_id("name", request.name, collection="erasures")
        holder = check.slug("holder", request.holder)
        check.count("removals", request.removals, most=MAX_REMOVALS)
        removals = [
            Removal(
                holder,
                check.line(f"removals[{index}].place", each.place, most=128, required=True),
                int(check.number(f"removals[{index}].count", each.count, least=0, most=2**53)),
            )
            for index, each in enumerate(request.removals[:MAX_REMOVALS])
        ]
        version = check.line("model_version", request.model_version, most=128)
        if version and holder != TRAINING:
            check.fail("model_version", "NOT_TRAINING", f"only {TRAINING} knows of models")
        check.done()
        found = self._privacy.confirm(
            erasure_id, holder, removals, model_version=version, now_micros=self._now_micros()
        )
        if found is None:
            raise not_found("erasure", request.name)
        return pb.ConfirmErasureResponse(erasure=erasure_message(found))

    def accesses(self, request: pb.ListAccessesRequest) -> pb.ListAccessesResponse:
        """Return a page of who looked at one customer, latest first."""
        customer_id = _customer_id("parent", request.parent)
        size = page_size(request.page_size, default=DEFAULT_LISTING, most=MAX_LISTING)
        query = ("ListAccesses", customer_id)
        position = decode_token(request.page_token, query=query)
        skipped = int(position[0]) if position else 0
        found = self._privacy.accesses(customer_id, skipped=skipped, most=size + 1)
        if found is None:
            raise not_found("customer", request.parent)
        more = len(found) > size
        return pb.ListAccessesResponse(
            accesses=map(_access_message, found[:size]),
            next_page_token=encode_token([skipped + size], query=query) if more else "",
        )

    def record_access(self, request: pb.RecordAccessRequest) -> pb.RecordAccessResponse:
        """Keep that somebody looked at what another service holds about one customer."""
        check = Check()
        customer_id = check.resource_id("parent", request.parent, collection="customers")
        method = check.line("method", request.method, most=MAX_METHOD, required=True)
        who = check.line("caller", request.caller, most=MAX_CALLER, required=True)
        check.done()
        self._note(CustomerId(customer_id), method, who)
        return pb.RecordAccessResponse()

    def _note(self, customer_id: CustomerId, method: str, who: str) -> None:
        access = Access(method, who, self._now_micros())
        self._privacy.note_access(customer_id, access, uuid.uuid4().hex)

    def _records(self, customer_id: CustomerId) -> Iterator[privacy_pb2.HeldRecord]:
        view, told = self._store.view(customer_id), self._privacy.held(customer_id)
        if view is None or told is None:
            return
        record = privacy_pb2.HeldRecord
        yield record(customer=self._shown(view))
        for event in told.events:
            held = privacy_pb2.HeldEvent(
                event=event_message(event.event), store_time=timestamp(event.stored_micros)
            )
            yield record(event=held)
        for said in told.statements:
            yield record(
                statement=privacy_pb2.ConsentStatement(
                    consent=statement_message(said.purpose, said.statement),
                    store_time=timestamp(said.stored_micros),
                )
            )
        for stored in view.facts:
            yield record(
                fact=privacy_pb2.HeldStatement(
                    fact=fact_message(stored.fact), store_time=timestamp(stored.stored_micros)
                )
            )
        yield from (record(household=_household_message(each)) for each in told.households)
        changes = self._identities.changes(customer_id, skipped=0, most=MOST_LOGGED)
        for change in changes or ():
            yield record(identity_change=change_message(change))
        for link in self._linkage.probable(customer_id) or ():
            yield record(probable_link=held_link_message(link))
        for access in self._privacy.accesses(customer_id, skipped=0, most=MOST_LOGGED) or ():
            yield record(access=_access_message(access))

    def _now_micros(self) -> int:
        return round(self._clock().timestamp() * MICROS)


def erasure_message(erasure: Erasure) -> privacy_pb2.Erasure:
    """Return the message of a receipt."""
    done = not erasure.pending_holders
    return privacy_pb2.Erasure(
        name=f"erasures/{erasure.erasure_id}",
        state=privacy_pb2.ERASURE_STATE_DONE if done else privacy_pb2.ERASURE_STATE_RUNNING,
        create_time=timestamp(erasure.created_micros),
        done_time=timestamp(erasure.done_micros) if erasure.done_micros else None,
        removals=[
            privacy_pb2.Removal(holder=holder, place=place, count=count)
            for holder, place, count in erasure.removals
        ],
        pending_holders=erasure.pending_holders,
        model_version=erasure.model_version,
        customer_ids=erasure.customer_ids,
    )


def _access_message(access: Access) -> privacy_pb2.Access:
    return privacy_pb2.Access(
        method=access.method, caller=access.caller, access_time=timestamp(access.accessed_micros)
    )


def _household_message(held: HeldMembership) -> privacy_pb2.HeldHousehold:
    home = held.membership
    return privacy_pb2.HeldHousehold(
        household=f"households/{home.household_id}",
        told_time=timestamp(home.told_micros),
        left_time=timestamp(home.left_micros) if home.left_micros else None,
        actor=held.left_by,
        reason=held.left_why,
    )


def _customer_id(path: str, name: str) -> CustomerId:
    check = Check()
    customer_id = check.resource_id(path, name, collection="customers")
    check.done()
    return CustomerId(customer_id)


def _uuid(check: Check, given: str) -> str:
    try:
        return str(uuid.UUID(given))
    except ValueError:
        rule = "MALFORMED" if given else "REQUIRED"
        check.fail("request_id", rule, "must be a UUID")
        return ""
