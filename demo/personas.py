"""Kinds of customers that any shop has, and who of the demo's customers may be told by them."""

from collections.abc import Iterable
from datetime import datetime

from google.protobuf import json_format
from google.protobuf.timestamp_pb2 import Timestamp
from ofone.profile.v1.customer_pb2 import (
    CONSENT_PURPOSE_PROFILING,
    CONSENT_STATE_GRANTED,
    Consent,
)
from ofone.profile.v1.event_pb2 import IDENTIFIER_KIND_LOYALTY_CARD, Identifier
from ofone.profile.v1.persona_pb2 import LearnedPersonas, Persona, Season
from ofone.profile.v1.persona_service_pb2 import (
    CreatePersonaRequest,
    ListPersonasRequest,
    ReplaceLearnedPersonasRequest,
)
from ofone.profile.v1.persona_service_pb2_grpc import PersonaServiceStub
from ofone.profile.v1.profile_service_pb2 import LookupCustomerRequest, SetConsentRequest
from ofone.profile.v1.profile_service_pb2_grpc import ProfileServiceStub

WRITTEN = {
    "tea-people": Persona(
        display_name="Tea people",
        description="Who never run out of tea.",
        rule="category_share('Tea') > 0.1 && traits.basket_count >= 3",
    ),
    "around-the-corner": Persona(
        display_name="Around the corner",
        description="Who drop in every few days, for little.",
        rule="traits.mean_gap_days > 0.0 && traits.mean_gap_days < 7.0"
        " && traits.mean_basket_size < 5.0",
    ),
    "big-shoppers": Persona(
        display_name="Big shoppers",
        description="Who fill a trolley.",
        rule="traits.mean_basket_size >= 10.0",
    ),
    "feast-day-shoppers": Persona(
        display_name="Feast-day shoppers",
        description="Who decorate, bake and give when the days grow short.",
        rule="category_share('Autumn and feast days') > 0.02",
        season=Season(months=[10, 11, 12], weight_outside=0.2),
    ),
}
"""By id; a persona about something that a shop does not sell is nobody's there."""


def fill_personas(service: PersonaServiceStub, learned: str) -> int:
    """Write the personas that are not there yet; return how many there are then.

    Args:
        service: keeps them.
        learned: what ``python -m ml personas`` wrote.
    """
    message = json_format.Parse(learned, LearnedPersonas())
    service.ReplaceLearnedPersonas(ReplaceLearnedPersonasRequest(learned=message))
    there = {each.name for each in service.ListPersonas(ListPersonasRequest()).personas}
    for persona_id, persona in WRITTEN.items():
        if f"personas/{persona_id}" not in there:
            service.CreatePersona(CreatePersonaRequest(persona_id=persona_id, persona=persona))
    return len({*there, *(f"personas/{each}" for each in WRITTEN)})


def allow_profiling(profile: ProfileServiceStub, cards: Iterable[str], moment: datetime) -> None:
    """Say for these customers that conclusions may be drawn from what they buy."""
    stated_at = Timestamp()
    stated_at.FromDatetime(moment)
    consent = Consent(
        purpose=CONSENT_PURPOSE_PROFILING,
        state=CONSENT_STATE_GRANTED,
        source="demo",
        stated_at=stated_at,
    )
    for card in cards:
        identifier = Identifier(kind=IDENTIFIER_KIND_LOYALTY_CARD, value=card)
        found = profile.LookupCustomer(LookupCustomerRequest(identifier=identifier))
        profile.SetConsent(SetConsentRequest(customer=found.customer, consent=consent))
