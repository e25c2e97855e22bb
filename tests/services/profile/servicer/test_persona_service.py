"""Personas are written, read, changed, learned and forgotten, and customers are told by them."""

import pytest
from google.protobuf import json_format
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.timestamp_pb2 import Timestamp
from ofone.profile.v1 import customer_pb2, event_pb2, persona_pb2
from ofone.profile.v1 import persona_service_pb2 as messages
from ofone.profile.v1 import profile_service_pb2 as pb

from services.serving.failures import Failure, Kind
from tests.services.profile.desk import NOW_SECONDS, Desk, card, serving
from tests.services.profile.domain.personas.test_membership import LEARNED
from tests.services.profile.memory_store import MemoryProfileStore

CONSENTED = (
    customer_pb2.CONSENT_PURPOSE_PERSONALISATION,
    customer_pb2.CONSENT_PURPOSE_PROFILING,
)


@pytest.fixture
def desk():  # type: ignore[no-untyped-def]
    with serving(MemoryProfileStore()) as found:
        yield found


def tea_persona(**fields: object) -> persona_pb2.Persona:
    said = {"display_name": "Tea people", "rule": "category_share('Tea') > 0.5"} | fields
    return persona_pb2.Persona(**said)  # type: ignore[arg-type]


def create(
    desk: Desk, persona_id: str = "tea-people", *, validate_only: bool = False, **fields: object
) -> persona_pb2.Persona:
    request = messages.CreatePersonaRequest(
        persona_id=persona_id, persona=tea_persona(**fields), validate_only=validate_only
    )
    return desk.personas.CreatePersona(request).persona


def update(
    desk: Desk, *paths: str, name: str = "tea-people", **fields: object
) -> persona_pb2.Persona:
    persona = persona_pb2.Persona(name=f"personas/{name}", **fields)  # type: ignore[arg-type]
    request = messages.UpdatePersonaRequest(persona=persona, update_mask=FieldMask(paths=paths))
    return desk.personas.UpdatePersona(request).persona


def learned_message() -> persona_pb2.LearnedPersonas:
    return json_format.Parse(LEARNED.to_json(), persona_pb2.LearnedPersonas())


def learn(desk: Desk, *, validate_only: bool = False) -> list[persona_pb2.Persona]:
    request = messages.ReplaceLearnedPersonasRequest(
        learned=learned_message(), validate_only=validate_only
    )
    return list(desk.personas.ReplaceLearnedPersonas(request).personas)


def listed(desk: Desk, **fields: object) -> messages.ListPersonasResponse:
    return desk.personas.ListPersonas(messages.ListPersonasRequest(**fields))  # type: ignore[arg-type]


def tea_drinker(desk: Desk, *, denied: tuple[int, ...] = ()) -> str:
    """Let somebody buy tea and say what may be made of it; return their name."""
    event = event_pb2.Event(
        source="till",
        event_id="e1",
        type=event_pb2.EVENT_TYPE_PURCHASE,
        occurred_at=Timestamp(seconds=NOW_SECONDS - 86_400),
        identifiers=[card("1")],
        lines=[event_pb2.EventLine(item="items/sencha", quantity=1, unit_price=2, category="Tea")],
    )
    name = desk.ingest(event)[0].customer
    for purpose in CONSENTED:
        state = (
            customer_pb2.CONSENT_STATE_DENIED
            if purpose in denied
            else customer_pb2.CONSENT_STATE_GRANTED
        )
        consent = customer_pb2.Consent(
            purpose=purpose, state=state, source="app", stated_at=Timestamp(seconds=NOW_SECONDS)
        )
        desk.stub.SetConsent(pb.SetConsentRequest(customer=name, consent=consent))
    return name


def refusal_of(work) -> Failure:  # type: ignore[no-untyped-def]
    with pytest.raises(Failure) as refusal:
        work()
    return refusal.value


def test_a_persona_comes_back_whole(desk: Desk) -> None:
    season = persona_pb2.Season(months=[11, 12], weight_outside=0.5)
    stored = create(
        desk, description="Who drink tea.", picture_uri="https://a.example/t.png", season=season
    )
    request = messages.GetPersonaRequest(name="personas/tea-people")
    assert desk.personas.GetPersona(request).persona == stored
    assert stored.origin == persona_pb2.PERSONA_ORIGIN_WRITTEN
    assert stored.season == season
    assert stored.etag
    assert stored.create_time == stored.update_time


def test_a_persona_that_is_only_tried_is_not_written(desk: Desk) -> None:
    draft = create(desk, validate_only=True)
    assert (draft.name, draft.etag) == ("personas/tea-people", "")
    assert not listed(desk).personas


@pytest.mark.parametrize(
    ("fields", "path", "rule"),
    [
        ({"display_name": ""}, "persona.display_name", "REQUIRED"),
        ({"rule": ""}, "persona.rule", "REQUIRED"),
        ({"rule": "traits.basket_cont > 3"}, "persona.rule", "CONDITION_UNKNOWN_FIELD"),
        ({"rule": "category_share('Tea')"}, "persona.rule", "CONDITION_NOT_BOOLEAN"),
        ({"rule": "true" + " " * 2_000}, "persona.rule", "TOO_LONG"),
        ({"picture_uri": "http://a.example"}, "persona.picture_uri", "MALFORMED"),
        ({"season": persona_pb2.Season()}, "persona.season.months", "REQUIRED"),
        ({"season": persona_pb2.Season(months=[1, 1])}, "persona.season.months", "DUPLICATE"),
        ({"season": persona_pb2.Season(months=[13])}, "persona.season.months[0]", "TOO_LARGE"),
        (
            {"season": persona_pb2.Season(months=[1], weight_outside=2)},
            "persona.season.weight_outside",
            "TOO_LARGE",
        ),
    ],
)
def test_what_is_wrong_is_refused_with_its_place(
    desk: Desk, fields: dict[str, object], path: str, rule: str
) -> None:
    failure = refusal_of(lambda: create(desk, **fields))  # type: ignore[arg-type]
    assert failure.kind is Kind.INVALID
    assert [(each.field, each.rule) for each in failure.violations] == [(path, rule)]


def test_a_mistake_in_a_rule_is_pointed_at(desk: Desk) -> None:
    failure = refusal_of(lambda: create(desk, rule="traits.basket_count > 3 &&\n  traits.nope > 1"))
    assert "line 2, column 10" in failure.violations[0].message


def test_ids_of_learned_personas_are_not_for_people(desk: Desk) -> None:
    failure = refusal_of(lambda: create(desk, "learned-by-heart"))
    assert failure.violations[0].rule == "RESERVED"


def test_an_update_changes_what_its_mask_names_and_nothing_else(desk: Desk) -> None:
    before = create(desk, description="Old.")
    after = update(desk, "display_name", "description", display_name="Tea", rule="true")
    assert (after.display_name, after.description, after.rule) == ("Tea", "", before.rule)
    assert after.etag != before.etag
    stale = refusal_of(lambda: update(desk, "rule", rule="true", etag=before.etag))
    assert (stale.kind, stale.reason) == (Kind.STALE, "STALE_ETAG")
    unknown = refusal_of(lambda: update(desk, "origin", "etag"))
    assert [each.rule for each in unknown.violations] == ["IMMUTABLE", "IMMUTABLE"]


def test_a_persona_can_be_forgotten(desk: Desk) -> None:
    create(desk)
    request = messages.DeletePersonaRequest(name="personas/tea-people", validate_only=True)
    desk.personas.DeletePersona(request)
    assert listed(desk).personas
    request.validate_only = False
    desk.personas.DeletePersona(request)
    assert not listed(desk).personas
    assert refusal_of(lambda: desk.personas.DeletePersona(request)).kind is Kind.NOT_FOUND


def test_pages_of_personas_follow_each_other(desk: Desk) -> None:
    for letter in "cab":
        create(desk, letter)
    first = listed(desk, page_size=2)
    second = listed(desk, page_size=2, page_token=first.next_page_token)
    names = [each.name for page in (first, second) for each in page.personas]
    assert names == ["personas/a", "personas/b", "personas/c"]
    assert not second.next_page_token


def test_learned_personas_come_whole_and_keep_what_people_called_them(desk: Desk) -> None:
    assert len(learn(desk, validate_only=True)) == 2
    assert not listed(desk).personas
    coffee, tea = learn(desk)
    assert (tea.origin, tea.customer_share) == (persona_pb2.PERSONA_ORIGIN_LEARNED, 0.75)
    update(desk, "display_name", name="learned-tea", display_name="Tea lovers")
    _, again = learn(desk)
    assert again.display_name == "Tea lovers"
    rule = refusal_of(lambda: update(desk, "rule", name="learned-tea", rule="true"))
    assert rule.violations[0].rule == "IMMUTABLE"
    request = messages.DeletePersonaRequest(name=coffee.name)
    assert refusal_of(lambda: desk.personas.DeletePersona(request)).reason == "PERSONA_LEARNED"


def test_learned_personas_that_do_not_fit_together_are_refused(desk: Desk) -> None:
    message = learned_message()
    message.personas[0].share = 0.5
    request = messages.ReplaceLearnedPersonasRequest(learned=message)
    failure = refusal_of(lambda: desk.personas.ReplaceLearnedPersonas(request))
    assert (failure.violations[0].field, failure.violations[0].rule) == ("learned", "INCONSISTENT")


def test_a_customer_has_a_probability_for_every_persona(desk: Desk) -> None:
    create(desk)
    create(desk, "coffee-people", rule="category_share('Coffee') > 0.5")
    learn(desk)
    name = tea_drinker(desk)
    customer = desk.stub.GetCustomer(pb.GetCustomerRequest(name=name)).customer
    found = {each.persona: each.probability for each in customer.personas}
    assert found["personas/tea-people"] == 1
    assert found["personas/coffee-people"] == 0
    assert found["personas/learned-tea"] > 0.75
    assert found["personas/learned-tea"] + found["personas/learned-coffee"] == pytest.approx(1)


def test_a_snapshot_tells_personas_where_it_is_asked_to(desk: Desk) -> None:
    create(desk)
    name = tea_drinker(desk)
    plain = desk.stub.GetSnapshot(pb.GetSnapshotRequest(customer=name)).snapshot
    asked = desk.stub.GetSnapshot(pb.GetSnapshotRequest(customer=name, with_personas=True)).snapshot
    assert not plain.personas
    assert [each.persona for each in asked.personas] == ["personas/tea-people"]


@pytest.mark.parametrize("purpose", CONSENTED)
def test_who_does_not_allow_it_is_of_no_persona(desk: Desk, purpose: int) -> None:
    create(desk)
    name = tea_drinker(desk, denied=(purpose,))
    request = pb.GetSnapshotRequest(customer=name, with_personas=True)
    assert not desk.stub.GetSnapshot(request).snapshot.personas
    assert not desk.stub.GetCustomer(pb.GetCustomerRequest(name=name)).customer.personas


def test_a_sensitive_persona_is_told_only_where_that_is_allowed(desk: Desk) -> None:
    create(desk, sensitive=True)
    learn(desk)
    update(desk, "sensitive", name="learned-tea", sensitive=True)
    name = tea_drinker(desk)
    asked = pb.GetCustomerRequest(name=name)
    before = desk.stub.GetCustomer(asked).customer.personas
    assert [(each.persona, each.probability) for each in before] == [("personas/learned-coffee", 1)]
    consent = customer_pb2.Consent(
        purpose=customer_pb2.CONSENT_PURPOSE_SENSITIVE_INFERENCE,
        state=customer_pb2.CONSENT_STATE_GRANTED,
        source="app",
        stated_at=Timestamp(seconds=NOW_SECONDS),
    )
    desk.stub.SetConsent(pb.SetConsentRequest(customer=name, consent=consent))
    after = desk.stub.GetCustomer(asked).customer.personas
    assert [each.persona for each in after] == [
        "personas/tea-people",
        "personas/learned-tea",
        "personas/learned-coffee",
    ]


def test_a_rule_that_was_changed_counts_in_the_next_answer(desk: Desk) -> None:
    create(desk)
    name = tea_drinker(desk)
    update(desk, "rule", rule="category_share('Coffee') > 0.5")
    customer = desk.stub.GetCustomer(pb.GetCustomerRequest(name=name)).customer
    assert customer.personas[0].probability == 0
