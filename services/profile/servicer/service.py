"""The methods of ``ofone.profile.v1.ProfileService``."""
# ruff: noqa: ARG002, N802  # gRPC's signatures and names

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

import grpc
from google.protobuf.field_mask_pb2 import FieldMask
from ofone.profile.v1 import customer_pb2, event_pb2
from ofone.profile.v1 import profile_service_pb2 as pb
from ofone.profile.v1 import profile_service_pb2_grpc as pb_grpc

from services.profile.domain.defaults import Defaults
from services.profile.domain.history.events import MICROS, CustomerId, Handle
from services.profile.domain.life import stages_of
from services.profile.domain.people.identity import IdentityKey
from services.profile.ports.customers import CustomerView, ProfileMeter, ProfileStore
from services.profile.ports.identities import HouseholdStore, IdentityStore, LinkageStore
from services.profile.ports.privacy import PrivacyStore
from services.profile.servicer.fact_methods import FactMethods
from services.profile.servicer.household_methods import HouseholdMethods
from services.profile.servicer.identity_methods import IdentityMethods
from services.profile.servicer.intake import Intake
from services.profile.servicer.listing_methods import ListingMethods
from services.profile.servicer.messages.answer_messages import events_of
from services.profile.servicer.messages.customer_messages import (
    consent_message,
    consent_messages,
    customer_message,
    personas_of,
    snapshot_message,
    statement_of,
)
from services.profile.servicer.messages.event_messages import handle_of
from services.profile.servicer.messages.life_messages import life_messages
from services.profile.servicer.persona_reader import PersonaReader
from services.profile.servicer.privacy_methods import PrivacyMethods
from services.serving.failures import not_found
from services.serving.validation import Check

NAME = pb.DESCRIPTOR.services_by_name["ProfileService"].full_name

_BEHIND_IDENTIFIER = "a customer with this identifier"


@dataclass(frozen=True, slots=True)
class Sources:
    """Where it is known who customers are."""

    customers: ProfileStore
    identities: IdentityStore
    privacy: PrivacyStore
    personas: PersonaReader
    households: HouseholdStore
    linkage: LinkageStore


class ProfileServicer(pb_grpc.ProfileServiceServicer):
    """Answers who a customer is, and keeps what happened."""

    def __init__(
        self,
        sources: Sources,
        identity: IdentityKey,
        *,
        defaults: Defaults,
        meter: ProfileMeter,
        clock: Callable[[], datetime],
    ) -> None:
        """Answer from ``sources``; everything else is how."""
        self._store = sources.customers
        self._identity = identity
        self._defaults = defaults
        self._policy = defaults.consent
        self._meter = meter
        self._clock = clock
        self._personas = sources.personas
        self._intake = Intake(
            sources.customers, identity, defaults.catalogue, meter=meter, clock=clock
        )
        self._facts = FactMethods(sources.customers, identity, defaults, meter=meter, clock=clock)
        self._listings = ListingMethods(sources.customers, defaults, clock)
        self._identities = IdentityMethods(
            sources.identities, sources.linkage, identity, policy=self._policy, clock=clock
        )
        self._privacy = PrivacyMethods(
            sources.customers,
            sources.identities,
            sources.privacy,
            sources.linkage,
            shown=lambda view: self._shown(view, FieldMask()),
            clock=clock,
        )
        self._households = HouseholdMethods(
            sources.households, defaults, self._privacy.looked_at_each, clock
        )

    def IngestEvents(
        self, request: pb.IngestEventsRequest, context: grpc.ServicerContext
    ) -> pb.IngestEventsResponse:
        """Store events; what is answered STORED is durable."""
        return pb.IngestEventsResponse(results=self._intake.take(request.events))

    def RecordAnswers(
        self, request: pb.RecordAnswersRequest, context: grpc.ServicerContext
    ) -> pb.RecordAnswersResponse:
        """Keep what came of asking; what is answered STORED is durable."""
        return pb.RecordAnswersResponse(results=self._intake.take(events_of(request)))

    def StreamEvents(
        self, request_iterator: Iterator[pb.StreamEventsRequest], context: grpc.ServicerContext
    ) -> Iterator[pb.StreamEventsResponse]:
        """Store batch after batch; each is answered once it is durable."""
        with self._intake.open_stream():
            for request in request_iterator:
                results = self._intake.take(request.events)
                yield pb.StreamEventsResponse(batch_id=request.batch_id, results=results)

    def GetSnapshot(
        self, request: pb.GetSnapshotRequest, context: grpc.ServicerContext
    ) -> pb.GetSnapshotResponse:
        """Return the compact state that a decision needs."""
        if request.HasField("identifier"):
            found = self._store.snapshot_behind(self._handle("identifier", request.identifier))
        else:
            found = self._store.snapshot_of(_customer_id("customer", request.customer))
        if found is None:
            raise not_found("customer", request.customer or _BEHIND_IDENTIFIER)
        snapshot = snapshot_message(found, self._defaults, now=self._clock())
        if request.with_personas or request.with_life_stages or request.with_facts:
            self._add_asked_for(snapshot, request, found.customer_id)
        if request.with_household:
            bought = self._households.purchases(found)
            snapshot.household_purchases.CopyFrom(bought)
        self._meter.count_snapshot(len(snapshot.item_ids))
        return pb.GetSnapshotResponse(snapshot=snapshot)

    def GetCustomer(
        self, request: pb.GetCustomerRequest, context: grpc.ServicerContext
    ) -> pb.GetCustomerResponse:
        """Return the 360-degree view of one customer."""
        customer_id = _customer_id("name", request.name)
        self._privacy.looked_at(customer_id, "GetCustomer")
        view = self._store.view(customer_id)
        if view is None:
            raise not_found("customer", request.name)
        return pb.GetCustomerResponse(customer=self._shown(view, request.read_mask))

    def LookupCustomer(
        self, request: pb.LookupCustomerRequest, context: grpc.ServicerContext
    ) -> pb.LookupCustomerResponse:
        """Return the customer behind an identifier."""
        found = self._store.customer_behind(self._handle("identifier", request.identifier))
        if found is None:
            raise not_found("customer", _BEHIND_IDENTIFIER)
        return pb.LookupCustomerResponse(customer=f"customers/{found}")

    def ListEvents(
        self, request: pb.ListEventsRequest, context: grpc.ServicerContext
    ) -> pb.ListEventsResponse:
        """Return a page of a customer's timeline, latest first."""
        customer_id = _customer_id("parent", request.parent)
        self._privacy.looked_at(customer_id, "ListEvents")
        return self._listings.events(customer_id, request)

    def ExportInteractions(
        self, request: pb.ExportInteractionsRequest, context: grpc.ServicerContext
    ) -> Iterator[pb.ExportInteractionsResponse]:
        """Stream every purchase that may be learned from."""
        yield from self._listings.interactions(request)

    def SetConsent(
        self, request: pb.SetConsentRequest, context: grpc.ServicerContext
    ) -> pb.SetConsentResponse:
        """Keep what a customer said; answer what holds."""
        check, now_micros = Check(), self._now_micros()
        name = check.resource_id("customer", request.customer, collection="customers")
        purpose, statement = statement_of(check, request.consent, now_micros=now_micros)
        check.done()
        consents = self._store.state_consent(
            CustomerId(name), purpose, statement, now_micros=now_micros
        )
        if consents is None:
            raise not_found("customer", request.customer)
        return pb.SetConsentResponse(consent=consent_message(purpose, consents, self._policy))

    def ListConsents(
        self, request: pb.ListConsentsRequest, context: grpc.ServicerContext
    ) -> pb.ListConsentsResponse:
        """Return what holds for each purpose."""
        found = self._store.snapshot_of(_customer_id("parent", request.parent))
        if found is None:
            raise not_found("customer", request.parent)
        return pb.ListConsentsResponse(consents=consent_messages(found.consents, self._policy))

    def MergeCustomers(
        self, request: pb.MergeCustomersRequest, context: grpc.ServicerContext
    ) -> pb.MergeCustomersResponse:
        """Make two customers one."""
        return self._identities.merge(request)

    def UnmergeCustomers(
        self, request: pb.UnmergeCustomersRequest, context: grpc.ServicerContext
    ) -> pb.UnmergeCustomersResponse:
        """Take a customer out of the one it became part of."""
        return self._identities.unmerge(request)

    def BlockIdentifier(
        self, request: pb.BlockIdentifierRequest, context: grpc.ServicerContext
    ) -> pb.BlockIdentifierResponse:
        """Say that an identifier is nobody's own."""
        customers = self._identities.block(request, is_blocked=True)
        return pb.BlockIdentifierResponse(customers=customers)

    def UnblockIdentifier(
        self, request: pb.UnblockIdentifierRequest, context: grpc.ServicerContext
    ) -> pb.UnblockIdentifierResponse:
        """Say that a blocked identifier is somebody's own after all."""
        customers = self._identities.block(request, is_blocked=False)
        return pb.UnblockIdentifierResponse(customers=customers)

    def ListIdentityChanges(
        self, request: pb.ListIdentityChangesRequest, context: grpc.ServicerContext
    ) -> pb.ListIdentityChangesResponse:
        """Return who became part of a customer or was taken out of it, latest first."""
        return self._identities.changes(request)

    def ListIdentitySuggestions(
        self, request: pb.ListIdentitySuggestionsRequest, context: grpc.ServicerContext
    ) -> pb.ListIdentitySuggestionsResponse:
        """Return who else may be this person."""
        return self._identities.suggestions(request)

    def ListHouseholdMembers(
        self, request: pb.ListHouseholdMembersRequest, context: grpc.ServicerContext
    ) -> pb.ListHouseholdMembersResponse:
        """Return who lives in a household."""
        return self._households.members(request)

    def LeaveHousehold(
        self, request: pb.LeaveHouseholdRequest, context: grpc.ServicerContext
    ) -> pb.LeaveHouseholdResponse:
        """Say that a customer does not live in their household any more."""
        return self._households.leave(request)

    def RecordFacts(
        self, request: pb.RecordFactsRequest, context: grpc.ServicerContext
    ) -> pb.RecordFactsResponse:
        """Store what sources say of people; what is answered STORED is durable."""
        return self._facts.record(request)

    def ListFacts(
        self, request: pb.ListFactsRequest, context: grpc.ServicerContext
    ) -> pb.ListFactsResponse:
        """Return what holds of a customer, who says so, and what is said besides."""
        customer_id = _customer_id("parent", request.parent)
        self._privacy.looked_at(customer_id, "ListFacts")
        view = self._store.view(customer_id, with_shelf=False)
        if view is None:
            raise not_found("customer", request.parent)
        return self._facts.listing(view)

    def GetFactCatalogue(
        self, request: pb.GetFactCatalogueRequest, context: grpc.ServicerContext
    ) -> pb.GetFactCatalogueResponse:
        """Return what may be known of people besides events."""
        return self._facts.catalogue()

    def ExportCustomer(
        self, request: pb.ExportCustomerRequest, context: grpc.ServicerContext
    ) -> Iterator[pb.ExportCustomerResponse]:
        """Stream everything that is held about one customer."""
        yield from self._privacy.export(request)

    def EraseCustomer(
        self, request: pb.EraseCustomerRequest, context: grpc.ServicerContext
    ) -> pb.EraseCustomerResponse:
        """Remove everything that is held about one customer."""
        return self._privacy.erase(request)

    def GetErasure(
        self, request: pb.GetErasureRequest, context: grpc.ServicerContext
    ) -> pb.GetErasureResponse:
        """Return how far an erasure is."""
        return self._privacy.erasure(request)

    def ListErasures(
        self, request: pb.ListErasuresRequest, context: grpc.ServicerContext
    ) -> pb.ListErasuresResponse:
        """Return erasures, oldest first."""
        return self._privacy.erasures(request)

    def ConfirmErasure(
        self, request: pb.ConfirmErasureRequest, context: grpc.ServicerContext
    ) -> pb.ConfirmErasureResponse:
        """Keep that a holder has removed what it held."""
        return self._privacy.confirm(request)

    def ListAccesses(
        self, request: pb.ListAccessesRequest, context: grpc.ServicerContext
    ) -> pb.ListAccessesResponse:
        """Return who looked at one customer, latest first."""
        return self._privacy.accesses(request)

    def RecordAccess(
        self, request: pb.RecordAccessRequest, context: grpc.ServicerContext
    ) -> pb.RecordAccessResponse:
        """Keep that somebody looked at what another service holds about one customer."""
        return self._privacy.record_access(request)

    def _shown(self, view: CustomerView, mask: FieldMask) -> customer_pb2.Customer:
        return customer_message(
            view,
            self._defaults,
            mask,
            personas=self._personas,
            elsewhere={
                "facts": lambda: self._facts.held(view),
                "household": lambda: self._households.membership(view.record.customer_id),
            },
            now=self._clock(),
        )

    def _add_asked_for(
        self, snapshot: customer_pb2.Snapshot, request: pb.GetSnapshotRequest, name: CustomerId
    ) -> None:
        """Add what needs more than the snapshot, as far as it was asked for.

        Of all this only learned personas look at every item.
        """
        view = self._store.view(name, with_shelf=request.with_personas)
        if request.with_personas:
            snapshot.personas.extend(personas_of(view, self._policy, self._personas))
        if request.with_life_stages and view is not None:
            stages = stages_of(view.record, self._defaults, now=self._clock())
            snapshot.life_stages.extend(life_messages(stages))
        if request.with_facts and view is not None:
            snapshot.facts.extend(self._facts.snapshot_facts(view))

    def _handle(self, path: str, message: event_pb2.Identifier) -> Handle:
        check = Check()
        handle = handle_of(check, path, message, self._identity)
        check.done()
        assert handle is not None  # or check.done had raised
        return handle

    def _now_micros(self) -> int:
        return round(self._clock().timestamp() * MICROS)


def _customer_id(path: str, name: str) -> CustomerId:
    check = Check()
    customer_id = check.resource_id(path, name, collection="customers")
    check.done()
    return CustomerId(customer_id)
