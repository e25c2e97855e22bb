"""Every method, every field and every column is in the consent matrix, and holds what it says."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import descriptor_pool
from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from ofone.embedding.v1 import embedding_service_pb2
from ofone.profile.v1 import (
    customer_pb2,
    event_pb2,
    fact_pb2,
    linkage_service_pb2,
    persona_pb2,
    persona_service_pb2,
    profile_service_pb2,
    segment_service_pb2,
)
from ofone.recommendation.v1 import (
    decision_pb2,
    offer_service_pb2,
    question_service_pb2,
    recommendation_service_pb2,
)
from sqlalchemy import MetaData

from services.profile.adapters import tables as profile_tables
from services.profile.adapters.sql_households import SqlHouseholdStore
from services.profile.adapters.sql_store import SqlProfileStore
from services.profile.domain.privacy.consent import Purpose
from services.recommendation.adapters import tables as recommendation_tables
from services.storage.startup import open_database
from tests.consent.matrix import (
    COLUMNS,
    CONSENT,
    CUSTOMER,
    PARTS,
    PERSONALISATION,
    SENSITIVE,
    SERVICES,
    SNAPSHOT,
    THIRD_PARTY,
    Cell,
)
from tests.services.profile.desk import NOW_SECONDS, Desk, card, serving
from tests.services.profile.domain.test_life import SIGNS
from tests.services.recommendation.builders import seconds_ago
from tests.services.recommendation.conftest import building_in

CONTRACTS = (
    *(profile_service_pb2, persona_service_pb2, segment_service_pb2, linkage_service_pb2),
    embedding_service_pb2,
    *(offer_service_pb2, question_service_pb2, recommendation_service_pb2),
)
GRANTED, DENIED = customer_pb2.CONSENT_STATE_GRANTED, customer_pb2.CONSENT_STATE_DENIED
BOUGHT_IN, DELICATE = "a bought-in word", "a delicate word"


def services() -> dict[str, dict[str, Descriptor]]:
    """Return what each method of each service answers."""
    return {
        service.full_name: {method.name: method.output_type for method in service.methods}
        for contract in CONTRACTS
        for service in contract.DESCRIPTOR.services_by_name.values()
    }


def test_every_method_of_every_service_is_in_the_matrix() -> None:
    found = services()
    assert set(found) == set(SERVICES)
    for name, told in SERVICES.items():
        if not isinstance(told, str):
            assert set(told) == set(found[name]), name


def test_every_field_of_every_answer_is_in_the_matrix() -> None:
    found, cells = services(), 0
    for name, told in SERVICES.items():
        for method, fields in {} if isinstance(told, str) else told.items():
            answered = {field.name for field in found[name][method].fields}
            assert set(fields) == answered, f"{name}.{method}"
            cells += len(fields)
    for part, fields in PARTS.items():
        message = descriptor_pool.Default().FindMessageTypeByName(part)
        assert set(fields) == {field.name for field in message.fields}, part
        cells += len(fields)
    print(f"{cells} fields in the matrix")


def test_every_column_of_every_table_is_in_the_matrix() -> None:
    metadata: list[MetaData] = [profile_tables._METADATA, recommendation_tables._METADATA]
    found = {
        table.name: {column.name for column in table.columns}
        for each in metadata
        for table in each.tables.values()
    }
    assert {name: set(columns) for name, columns in COLUMNS.items()} == found
    print(f"{sum(map(len, COLUMNS.values()))} columns of {len(COLUMNS)} tables in the matrix")


@pytest.fixture
def desk(sqlite_url: str) -> Iterator[Desk]:
    """A service that knows everything there is to know of one customer, who allows everything."""
    engine = open_database(sqlite_url, profile_tables.MIGRATIONS, migrate_first=True)
    homes = SqlHouseholdStore(engine)
    with serving(SqlProfileStore(engine), households=homes, signs=SIGNS) as desk:
        desk.ingest(*purchases(), *others(), *flatmates())
        (flatmate,) = desk.ingest(event("theirs", event_pb2.EVENT_TYPE_VISIT, who="2"))
        for purpose in (Purpose.PERSONALISATION, Purpose.HOUSEHOLD_SHARING):
            say(desk, purpose, GRANTED, who=flatmate.customer)
        for number, (source, key, value) in enumerate(
            (("register", "occupation", BOUGHT_IN), ("app", "diet", DELICATE))
        ):
            told = fact_pb2.Fact(
                source=source,
                fact_id=str(number),
                identifier=card("1"),
                key=key,
                value=fact_pb2.FactValue(text=value),
                observed_at=Timestamp(seconds=NOW_SECONDS - 60),
            )
            (result,) = desk.stub.RecordFacts(
                profile_service_pb2.RecordFactsRequest(facts=[told])
            ).results
            assert not result.reason, result
        persona = persona_pb2.Persona(
            display_name="Lamp people", description="They buy lamps", rule="traits.basket_count > 1"
        )
        desk.personas.CreatePersona(
            persona_service_pb2.CreatePersonaRequest(persona_id="lamp-people", persona=persona)
        )
        for purpose in Purpose:
            say(desk, purpose, GRANTED)
        yield desk
    engine.dispose()


def purchases() -> Iterator[event_pb2.Event]:
    days = [(day, ("Bread", "Milk")) for day in range(0, 360, 7)]
    days += [(day, ("Lamps", "Nappies")) for day in range(1, 60, 7)]
    for day, categories in days:
        yield event(f"b{day}", event_pb2.EVENT_TYPE_PURCHASE, day=day, categories=categories)


def flatmates() -> Iterator[event_pb2.Event]:
    home = event_pb2.Identifier(kind=event_pb2.IDENTIFIER_KIND_HOUSEHOLD, value="12 Elm Road")
    for who in ("1", "2"):
        shared = event(
            f"shared-{who}", event_pb2.EVENT_TYPE_PURCHASE, day=3, categories=("Milk",), who=who
        )
        shared.identifiers.append(home)
        yield shared


def others() -> Iterator[event_pb2.Event]:
    shown = event("shown", event_pb2.EVENT_TYPE_OFFER_IMPRESSION)
    shown.offer = "offers/lamps"
    yield shown
    bought_in = event("bought-in", event_pb2.EVENT_TYPE_MENTION)
    bought_in.party, bought_in.text = event_pb2.PARTY_THIRD, BOUGHT_IN
    yield bought_in
    asked = event("asked", event_pb2.EVENT_TYPE_ANSWER)
    asked.question, asked.answer = "questions/tea", "yes"
    yield asked


def event(
    event_id: str,
    kind: event_pb2.EventType.ValueType,
    *,
    day: int = 0,
    categories: tuple[str, ...] = (),
    who: str = "1",
) -> event_pb2.Event:
    return event_pb2.Event(
        source="till",
        event_id=event_id,
        type=kind,
        occurred_at=Timestamp(seconds=NOW_SECONDS - day * 86_400),
        identifiers=[card(who)],
        lines=[
            event_pb2.EventLine(item=f"items/{each.lower()}", category=each, unit_price=2)
            for each in categories
        ],
    )


def name_of(desk: Desk) -> str:
    request = profile_service_pb2.LookupCustomerRequest(identifier=card("1"))
    return desk.stub.LookupCustomer(request).customer


def say(
    desk: Desk, purpose: Purpose, state: customer_pb2.ConsentState.ValueType, *, who: str = ""
) -> None:
    said = customer_pb2.Consent(
        purpose=customer_pb2.ConsentPurpose.ValueType(purpose),
        state=state,
        source="app",
        stated_at=Timestamp(seconds=NOW_SECONDS + (state == DENIED)),
    )
    request = profile_service_pb2.SetConsentRequest(customer=who or name_of(desk), consent=said)
    desk.stub.SetConsent(request)


def snapshot(desk: Desk) -> customer_pb2.Snapshot:
    request = profile_service_pb2.GetSnapshotRequest(
        customer=name_of(desk),
        with_personas=True,
        with_life_stages=True,
        with_household=True,
        with_facts=True,
    )
    return desk.stub.GetSnapshot(request).snapshot


def customer(desk: Desk) -> customer_pb2.Customer:
    request = profile_service_pb2.GetCustomerRequest(name=name_of(desk))
    return desk.stub.GetCustomer(request).customer


def exported(desk: Desk) -> profile_service_pb2.ExportInteractionsResponse:
    whole = profile_service_pb2.ExportInteractionsResponse()
    own = name_of(desk).removeprefix("customers/")
    for part in desk.stub.ExportInteractions(profile_service_pb2.ExportInteractionsRequest()):
        whole.interactions.extend(each for each in part.interactions if each.customer_id == own)
    return whole


ANSWERS: tuple[tuple[Callable[[Desk], Message], dict[str, Cell]], ...] = (
    (snapshot, dict(SNAPSHOT)),
    (customer, dict(CUSTOMER)),
    (exported, {"interactions": (PERSONALISATION,)}),
)


def told_in(answer: Message) -> set[str]:
    """Return the fields that say something; an empty message says nothing."""
    return {
        field.name
        for field, value in answer.ListFields()
        if not isinstance(value, Message) or value.ByteSize()
    }


def needing(cells: dict[str, Cell], purpose: Purpose) -> set[str]:
    return {
        field
        for field, needed in cells.items()
        if not isinstance(needed, str) and purpose.name in needed
    }


@pytest.mark.parametrize(
    "purpose", [Purpose.PERSONALISATION, Purpose.PROFILING, Purpose.HOUSEHOLD_SHARING]
)
def test_a_field_is_told_until_its_consent_is_withdrawn(desk: Desk, purpose: Purpose) -> None:
    before = [told_in(ask(desk)) for ask, _ in ANSWERS]
    for told, (_, cells) in zip(before, ANSWERS, strict=True):
        assert needing(cells, purpose) <= told  # or the test below could not fail
    say(desk, purpose, DENIED)
    cells_checked = 0
    for told, (ask, cells) in zip(before, ANSWERS, strict=True):
        withdrawn = needing(cells, purpose)
        said = {field for field, reason in cells.items() if reason == CONSENT}
        assert told_in(ask(desk)) - said == told - withdrawn - said
        cells_checked += len(withdrawn)
    print(f"{cells_checked} fields are empty in the next request without {purpose.name}")


@pytest.mark.parametrize(
    ("purpose", "word"),
    [(THIRD_PARTY, BOUGHT_IN), (SENSITIVE, DELICATE), (SENSITIVE, "expecting")],
)
def test_a_word_is_in_no_answer_once_its_consent_is_withdrawn(
    desk: Desk, purpose: str, word: str
) -> None:
    name = name_of(desk)
    asked: list[Callable[[], Any]] = [
        lambda: snapshot(desk),
        lambda: customer(desk),
        lambda: exported(desk),
        lambda: desk.stub.ListEvents(profile_service_pb2.ListEventsRequest(parent=name)),
        lambda: desk.stub.ListFacts(profile_service_pb2.ListFactsRequest(parent=name)),
    ]
    assert any(word.encode() in ask().SerializeToString() for ask in asked)
    say(desk, Purpose[purpose], DENIED)
    assert not any(word.encode() in ask().SerializeToString() for ask in asked)


def test_a_channel_is_allowed_until_its_consent_is_withdrawn(desk: Desk) -> None:
    channels = [purpose for purpose in Purpose if purpose.name.startswith("MARKETING_")]
    assert list(map(int, snapshot(desk).marketing_allowed)) == channels
    for purpose in channels:
        say(desk, purpose, DENIED)
        assert int(purpose) not in set(map(int, snapshot(desk).marketing_allowed))
    assert not snapshot(desk).marketing_allowed


def test_without_personalisation_a_decision_knows_no_more_than_of_a_stranger(
    tmp_path: Path,
) -> None:
    with building_in(tmp_path) as build:
        house = build()
        weekly_tea = [(seconds_ago(days=days), ["tea-0", "tea-4"]) for days in (15, 29, 43)]
        house.create("tea-week", categories=["tea"])
        house.profile.put("customers/ada", weekly_tea)
        ada = house.profile.snapshots["customers/ada"]
        known = house.decide()
        ada.personalisation_allowed = False  # though what it tells is there all the same
        unknown = house.decide()
        request = recommendation_service_pb2.ExplainDecisionRequest(name=unknown.name)
        kept = house.recommending.ExplainDecision(request)
        recommended = house.recommending.RecommendItems(
            recommendation_service_pb2.RecommendItemsRequest(customer="customers/ada")
        )
    assert known.personalised
    assert PERSONAL & reasons(known.offers)
    assert not unknown.personalised
    assert not PERSONAL & (reasons(unknown.offers) | reasons(kept.decision.offers))
    assert not recommended.personalised
    assert not PERSONAL & reasons(recommended.items)


PERSONAL = {
    *(decision_pb2.REASON_KIND_DUE, decision_pb2.REASON_KIND_OFTEN_BOUGHT),
    *(decision_pb2.REASON_KIND_FOLLOWS_LAST_BASKET, decision_pb2.REASON_KIND_LIKE_WHAT_YOU_BUY),
    decision_pb2.REASON_KIND_YOU_SAID,
}
"""Reasons that only the customer's own history can give."""


def reasons(
    answered: Iterable[decision_pb2.OfferedOffer | recommendation_service_pb2.RankedItem],
) -> set[int]:
    return {int(reason.kind) for each in answered for reason in each.reasons}
