"""Two of the demo's customers live together, and share what they buy for the house."""

from collections.abc import Sequence
from datetime import UTC, datetime, time

from google.protobuf.timestamp_pb2 import Timestamp
from ofone.profile.v1.customer_pb2 import (
    CONSENT_PURPOSE_HOUSEHOLD_SHARING,
    CONSENT_STATE_GRANTED,
    Consent,
)
from ofone.profile.v1.event_pb2 import (
    EVENT_TYPE_VISIT,
    IDENTIFIER_KIND_HOUSEHOLD,
    IDENTIFIER_KIND_LOYALTY_CARD,
    Event,
    Identifier,
)
from ofone.profile.v1.profile_service_pb2 import (
    EVENT_OUTCOME_REFUSED,
    IngestEventsRequest,
    SetConsentRequest,
)
from ofone.profile.v1.profile_service_pb2_grpc import ProfileServiceStub

ADDRESS = "12 Elm Road"


def tell_household(profile: ProfileServiceStub, cards: Sequence[str], moment: datetime) -> None:
    """Tell where these customers live, and that they share; again on that day is harmless."""
    day = datetime.combine(moment.astimezone(UTC), time(), UTC)
    occurred_at = Timestamp()
    occurred_at.FromDatetime(day)
    home = Identifier(kind=IDENTIFIER_KIND_HOUSEHOLD, value=ADDRESS)
    events = [
        Event(
            source="crm",
            event_id=f"demo-home-{card}-{day:%Y-%m-%d}",
            type=EVENT_TYPE_VISIT,
            occurred_at=occurred_at,
            identifiers=[Identifier(kind=IDENTIFIER_KIND_LOYALTY_CARD, value=card), home],
        )
        for card in cards
    ]
    results = profile.IngestEvents(IngestEventsRequest(events=events)).results
    refused = [each for each in results if each.outcome == EVENT_OUTCOME_REFUSED]
    if refused:
        raise ValueError(f"a visit of the demo was refused: {refused[0].message}")
    consent = Consent(
        purpose=CONSENT_PURPOSE_HOUSEHOLD_SHARING,
        state=CONSENT_STATE_GRANTED,
        source="demo",
        stated_at=occurred_at,
    )
    for result in results:
        profile.SetConsent(SetConsentRequest(customer=result.customer, consent=consent))
