"""Who lives together, and who does not any more."""

import uuid
from collections.abc import Sequence

from ofone.profile.v1.household_pb2 import HouseholdMember
from ofone.profile.v1.profile_service_pb2 import (
    GetCustomerRequest,
    LeaveHouseholdRequest,
    ListHouseholdMembersRequest,
)

from services.console.commands.identities import MOST_SHOWN, Why
from services.console.option_groups import Handle, Named, Output, customer_name
from services.console.rendering.household_tables import members_table
from services.console.session import Session


def show_household(session: Session, named: Named, handle: Handle, output: Output) -> None:
    """Tell who lives with a customer, and who of them shares what is bought for the house."""
    name = customer_name(session, named.name, handle)
    asked = GetCustomerRequest(name=name)
    asked.read_mask.paths.append("household")
    home = session.profile.GetCustomer(asked).customer.household.household
    members: Sequence[HouseholdMember] = ()
    if home:
        request = ListHouseholdMembersRequest(parent=home, page_size=MOST_SHOWN)
        members = session.profile.ListHouseholdMembers(request).members
    if output.json:
        session.print_json_list(members)
    elif home:
        session.console.print(members_table(home, members))
    else:
        session.console.print(
            "No household: no event told of one, or it was left.", highlight=False
        )


def leave_household(session: Session, named: Named, handle: Handle, reason: Why) -> None:
    """Say that a customer does not live in their household any more.

    For example: ofone leave anna --why "moved out, told us at the desk"
    """
    request = LeaveHouseholdRequest(
        customer=customer_name(session, named.name, handle),
        reason=reason.why,
        request_id=str(uuid.uuid4()),
    )
    left = session.profile.LeaveHousehold(request).household
    session.console.print(
        f"{request.customer} left {left}; a later event may tell otherwise",
        highlight=False,
        soft_wrap=True,
    )
