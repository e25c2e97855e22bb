"""Who lives together is told, and that somebody left is said with a sentence for the log."""

import uuid

from google.protobuf.timestamp_pb2 import Timestamp
from ofone.profile.v1 import household_pb2

from tests.services.console.conftest import Town, words

NOON = Timestamp(seconds=1_774_958_400)  # 31 March 2026, 12:00 UTC


def test_a_household_is_told_with_who_shares(town: Town) -> None:
    town.profile.customer.household.household = "households/elm"
    town.profile.customer.household.told_time.CopyFrom(NOON)
    town.profile.members = [
        household_pb2.HouseholdMember(customer="customers/anna", told_time=NOON, shares=True),
        household_pb2.HouseholdMember(customer="customers/bert", told_time=NOON),
    ]
    shown = words(town.ofone("household", "anna").output)
    (view,) = town.profile.shown
    assert view.read_mask.paths == ["household"]  # or all that is held would be computed for it
    assert "households/elm" in shown
    assert "customers/anna 31 March 2026 yes" in shown
    assert "customers/bert 31 March 2026 no" in shown
    assert "Lives in households/elm (told on 31 March 2026)." in words(
        town.ofone("customer", "anna").output
    )


def test_who_lives_in_no_household_is_said(town: Town) -> None:
    assert "no event told of one, or it was left" in town.ofone("household", "anna").output
    assert town.ofone("household", "anna", "--json").output == "[]\n"


def test_leaving_is_said_with_a_reason(town: Town) -> None:
    assert town.ofone("leave", "anna").exit_code == 2
    assert town.profile.decided == []
    result = town.ofone("leave", "anna", "--why", "moved out")
    assert "customers/anna left households/elm" in words(result.output)
    (request,) = town.profile.decided
    assert (request.customer, request.reason) == ("customers/anna", "moved out")
    assert uuid.UUID(request.request_id)
