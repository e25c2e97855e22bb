"""A customer with decisions is erased: no file, no log and no method of two services knows them."""

import time
import uuid
from collections.abc import Callable
from pathlib import Path

import grpc
from google.protobuf.message import Message
from ofone.profile.v1 import event_pb2, privacy_pb2
from ofone.profile.v1 import profile_service_pb2 as profile
from ofone.recommendation.v1 import recommendation_service_pb2 as recommendation

from tests.shop import Shop, open_shop

CARD = "card-3"
HERS = event_pb2.Identifier(kind=event_pb2.IDENTIFIER_KIND_LOYALTY_CARD, value=CARD)
EMAIL = event_pb2.Identifier(
    kind=event_pb2.IDENTIFIER_KIND_EMAIL, value="ada.lovelace@home.example"
)
SECONDS = 60.0


def join(shop: Shop) -> None:
    """Let the customer have had two names: one of the card, one of the e-mail."""
    doors = shop.services.doors()
    for number, identifiers in enumerate(([EMAIL], [EMAIL, HERS])):
        event = event_pb2.Event(
            source="web",
            event_id=f"hers-{number}",
            type=event_pb2.EVENT_TYPE_VISIT,
            identifiers=identifiers,
            channel="web",
        )
        event.occurred_at.GetCurrentTime()
        doors.profile.IngestEvents(profile.IngestEventsRequest(events=[event]))
        for identifier in identifiers:
            subject = recommendation.CustomerIdentifier(
                kind=event_pb2.IdentifierKind.Name(identifier.kind).removeprefix(
                    "IDENTIFIER_KIND_"
                ),
                value=identifier.value,
            )
            request = recommendation.SelectOffersRequest(identifier=subject)
            doors.recommendation.SelectOffers(request)


def holding(folder: Path, secrets: list[str]) -> dict[str, list[str]]:
    """Return by file what of this it holds, in clear or as hexadecimal digits."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            text = path.read_bytes()
            there = [each for each in secrets if each.encode() in text]
            if there:
                found[str(path.relative_to(folder))] = there
    return found


def answers(shop: Shop, names: list[str], decisions: list[str]) -> dict[str, str]:
    """Return what every method that can be asked about somebody says, ``NOT_FOUND`` or its text."""
    doors = shop.services.doors()
    asked: dict[str, tuple[Callable[..., object], list[Message]]] = {
        "ExplainDecision": (
            doors.recommendation.ExplainDecision,
            [recommendation.ExplainDecisionRequest(name=each) for each in decisions],
        ),
        "ListDecisions": (
            doors.recommendation.ListDecisions,
            [recommendation.ListDecisionsRequest(parent=each) for each in names],
        ),
        "SelectOffers": (
            doors.recommendation.SelectOffers,
            [recommendation.SelectOffersRequest(customer=each) for each in names],
        ),
        "GetCustomer": (
            doors.profile.GetCustomer,
            [profile.GetCustomerRequest(name=each) for each in names],
        ),
        "GetSnapshot": (
            doors.profile.GetSnapshot,
            [profile.GetSnapshotRequest(customer=each) for each in names],
        ),
        "ListEvents": (
            doors.profile.ListEvents,
            [profile.ListEventsRequest(parent=each) for each in names],
        ),
        "ListAccesses": (
            doors.profile.ListAccesses,
            [profile.ListAccessesRequest(parent=each) for each in names],
        ),
        "ListErasures": (doors.profile.ListErasures, [profile.ListErasuresRequest()]),
        "LookupCustomer": (
            doors.profile.LookupCustomer,
            [profile.LookupCustomerRequest(identifier=each) for each in (HERS, EMAIL)],
        ),
    }
    said = {}
    for method, (call, requests) in asked.items():
        for number, request in enumerate(requests):
            try:
                said[f"{method} {number}"] = str(call(request))
            except grpc.RpcError as error:
                said[f"{method} {number}"] = error.code().name
    return said


def decisions_of(shop: Shop, names: list[str]) -> list[str]:
    stub = shop.services.doors().recommendation
    return [
        decision.name
        for name in names
        for decision in stub.ListDecisions(
            recommendation.ListDecisionsRequest(parent=name)
        ).decisions
    ]


def erased(shop: Shop, name: str) -> privacy_pb2.Erasure:
    """Erase a customer, and wait until recommendation has confirmed; training is confirmed here."""
    stub = shop.services.doors().profile
    request = profile.EraseCustomerRequest(name=name, request_id=str(uuid.uuid4()))
    erasure = stub.EraseCustomer(request).erasure
    done_by = time.monotonic() + SECONDS
    while "recommendation" in erasure.pending_holders:
        assert time.monotonic() < done_by
        time.sleep(0.1)
        erasure = stub.GetErasure(profile.GetErasureRequest(name=erasure.name)).erasure
    confirmation = profile.ConfirmErasureRequest(name=erasure.name, holder="training")
    return stub.ConfirmErasure(confirmation).erasure


def test_a_customer_with_decisions_is_found_nowhere_after_erasure(tmp_path: Path) -> None:
    with open_shop(tmp_path, {"OFONE_RECOMMENDATION_ERASURE_POLL_SECONDS": "0.2"}) as shop:
        join(shop)
        stub = shop.services.doors().profile
        name = stub.LookupCustomer(profile.LookupCustomerRequest(identifier=HERS)).customer
        former = list(stub.GetCustomer(profile.GetCustomerRequest(name=name)).customer.former_names)
        names = [name, *former]
        assert len(names) == 2
        done_by = time.monotonic() + SECONDS
        while len(decisions := decisions_of(shop, names)) < 3:
            assert time.monotonic() < done_by
            time.sleep(0.1)
        secrets = [each.partition("/")[2] for each in (*names, *decisions)]
        secrets += [CARD, EMAIL.value, "hers-0", "hers-1"]
        known = holding(tmp_path, secrets)
        assert {path.rpartition("/")[2].partition(".")[0] for path in known} >= {
            "profile",
            "recommendation",
        }

        erasure = erased(shop, name)

        removed = {each.place: each.count for each in erasure.removals}
        assert removed["recommendation_decisions"] == 3
        assert removed["events"] >= 2
        assert list(erasure.customer_ids) == []
        assert holding(tmp_path, secrets) == {}
        said = answers(shop, names, decisions)
        assert len(said) == 18
        assert [each for each in said if any(secret in said[each] for secret in secrets)] == []
        gone = [each for each in said if each.split()[0] in ("ExplainDecision", "GetCustomer")]
        assert {said[each] for each in gone} == {grpc.StatusCode.NOT_FOUND.name}
        assert holding(tmp_path, secrets) == {}  # asking has told nobody either
