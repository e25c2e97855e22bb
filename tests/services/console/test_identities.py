"""People decide who is one person, with a sentence for the log, and read what was decided."""

import uuid

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from ofone.profile.v1 import event_pb2, identity_pb2

from tests.services.console.conftest import Town, words

NOON = Timestamp(seconds=1_774_958_400)  # 31 March 2026, 12:00 UTC


@pytest.mark.parametrize("command", ["merge", "unmerge"])
def test_who_is_one_person_is_decided_with_a_reason(town: Town, command: str) -> None:
    result = town.ofone(command, "anna", "customers/bert", "--why", "showed both cards")
    assert result.exit_code == 0
    (request,) = town.profile.decided
    other = request.other if command == "merge" else request.former
    assert (request.customer, other) == ("customers/anna", "customers/bert")
    assert request.reason == "showed both cards"
    assert uuid.UUID(request.request_id)
    assert not request.validate_only


def test_a_dry_run_only_says_what_would_become_of_them(town: Town) -> None:
    result = town.ofone("merge", "anna", "bert", "--why", "who knows", "--dry-run")
    assert "Both would be customers/anna" in result.output
    assert [request.validate_only for request in town.profile.decided] == [True]


def test_without_a_reason_nothing_is_decided(town: Town) -> None:
    assert town.ofone("merge", "anna", "bert").exit_code == 2
    assert town.profile.decided == []


def test_a_blocked_identifier_says_whom_it_had_linked(town: Town) -> None:
    result = town.ofone("block", "--card", "0000", "--why", "the card of the till")
    assert "it had linked customers/anna, customers/bert" in result.output
    (request,) = town.profile.decided
    assert request.identifier.value == "0000"
    assert request.identifier.kind == event_pb2.IDENTIFIER_KIND_LOYALTY_CARD
    assert "again" in town.ofone("unblock", "--card", "0000", "--why", "a mistake").output


def test_blocking_needs_an_identifier(town: Town) -> None:
    assert town.ofone("block", "--why", "no idea").exit_code == 2


def test_changes_and_suggestions_are_told_with_their_why(town: Town) -> None:
    town.profile.changes = [
        identity_pb2.IdentityChange(
            kind=identity_pb2.IDENTITY_CHANGE_KIND_PARTED,
            former="customers/anna",
            customer="customers/bert",
            change_time=NOON,
            actor="console",
            reason="father and son",
        ),
        identity_pb2.IdentityChange(
            kind=identity_pb2.IDENTITY_CHANGE_KIND_JOINED,
            former="customers/bert",
            customer="customers/anna",
            change_time=NOON,
            because_of_event="till/e-1",
        ),
    ]
    town.profile.suggestions = [
        identity_pb2.IdentitySuggestion(
            other="customers/bert",
            kind=event_pb2.IDENTIFIER_KIND_LOYALTY_CARD,
            other_kind=event_pb2.IDENTIFIER_KIND_EMAIL,
            first_event="till/e-1",
            first_seen_time=NOON,
            standing=identity_pb2.SUGGESTION_STANDING_TAKEN_APART,
        )
    ]
    shown = words(town.ofone("identity", "anna").output)
    assert "some of customers/anna became customers/bert console: father and son" in shown
    assert "customers/bert became part of customers/anna told together by till/e-1" in shown
    assert "people said that they are two" in shown
    town.profile.suggestions = [
        identity_pb2.IdentitySuggestion(
            other="customers/carl",
            standing=identity_pb2.SUGGESTION_STANDING_PROBABLE,
            match_probability=0.97,
            why="same postcode; another store",
        )
    ]
    shown = words(town.ofone("identity", "anna").output)
    assert "customers/carl same postcode; another store 97 % likely" in shown
    town.profile.changes, town.profile.suggestions = [], []
    shown = words(town.ofone("identity", "anna").output)
    assert "Never joined and never parted." in shown
    assert "Nobody else may be this person." in shown
