"""What a small profile service answers where customers are in charge, and about who is who."""
# ruff: noqa: N802  # the contracts name the methods

from collections.abc import Iterator
from typing import Any

from ofone.profile.v1 import household_pb2, identity_pb2, privacy_pb2
from ofone.profile.v1 import profile_service_pb2 as profile
from ofone.profile.v1.profile_service_pb2_grpc import ProfileServiceServicer

from services.serving.failures import not_found


class FakeCharge(ProfileServiceServicer):
    """Holds what a test puts in, and remembers what it was asked to decide."""

    def __init__(self) -> None:
        self.held: list[privacy_pb2.HeldRecord] = []
        self.erasure = privacy_pb2.Erasure(
            name="erasures/e1",
            state=privacy_pb2.ERASURE_STATE_RUNNING,
            removals=[privacy_pb2.Removal(holder="profile", place="events", count=1_204)],
            pending_holders=["recommendation", "training"],
        )
        self.looked: list[privacy_pb2.Access] = []
        self.changes: list[identity_pb2.IdentityChange] = []
        self.suggestions: list[identity_pb2.IdentitySuggestion] = []
        self.decided: list[Any] = []
        self.members: list[household_pb2.HouseholdMember] = []

    def ExportCustomer(
        self, request: Any, context: Any
    ) -> Iterator[profile.ExportCustomerResponse]:
        if not self.held or self.held[0].customer.name != request.name:
            raise not_found("customer", request.name)
        for record in self.held:
            yield profile.ExportCustomerResponse(records=[record])

    def EraseCustomer(self, request: Any, context: Any) -> profile.EraseCustomerResponse:
        self.decided.append(request)
        return profile.EraseCustomerResponse(erasure=self.erasure)

    def GetErasure(self, request: Any, context: Any) -> profile.GetErasureResponse:
        if request.name != self.erasure.name:
            raise not_found("erasure", request.name)
        return profile.GetErasureResponse(erasure=self.erasure)

    def ListAccesses(self, request: Any, context: Any) -> profile.ListAccessesResponse:
        """Answer one access a page."""
        position = int(request.page_token or 0)
        token = str(position + 1) if position + 1 < len(self.looked) else ""
        page = self.looked[position : position + 1]
        return profile.ListAccessesResponse(accesses=page, next_page_token=token)

    def ListIdentityChanges(
        self, request: Any, context: Any
    ) -> profile.ListIdentityChangesResponse:
        return profile.ListIdentityChangesResponse(changes=self.changes)

    def ListIdentitySuggestions(
        self, request: Any, context: Any
    ) -> profile.ListIdentitySuggestionsResponse:
        return profile.ListIdentitySuggestionsResponse(suggestions=self.suggestions)

    def MergeCustomers(self, request: Any, context: Any) -> profile.MergeCustomersResponse:
        self.decided.append(request)
        return profile.MergeCustomersResponse(customer=request.customer)

    def UnmergeCustomers(self, request: Any, context: Any) -> profile.UnmergeCustomersResponse:
        self.decided.append(request)
        return profile.UnmergeCustomersResponse(customers=[request.customer, request.former])

    def BlockIdentifier(self, request: Any, context: Any) -> profile.BlockIdentifierResponse:
        self.decided.append(request)
        return profile.BlockIdentifierResponse(customers=["customers/anna", "customers/bert"])

    def ListHouseholdMembers(
        self, request: Any, context: Any
    ) -> profile.ListHouseholdMembersResponse:
        return profile.ListHouseholdMembersResponse(members=self.members)

    def LeaveHousehold(self, request: Any, context: Any) -> profile.LeaveHouseholdResponse:
        self.decided.append(request)
        return profile.LeaveHouseholdResponse(household="households/elm")

    def UnblockIdentifier(self, request: Any, context: Any) -> profile.UnblockIdentifierResponse:
        self.decided.append(request)
        return profile.UnblockIdentifierResponse()
