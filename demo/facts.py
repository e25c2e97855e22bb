"""What other systems know of the demo's customers, and where they contradict each other.

The first of them allows what another company says of them to be read; of the others it is kept and
not shown.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, time

from google.protobuf.timestamp_pb2 import Timestamp
from ofone.profile.v1.customer_pb2 import (
    CONSENT_PURPOSE_THIRD_PARTY_DATA,
    CONSENT_STATE_GRANTED,
    Consent,
)
from ofone.profile.v1.event_pb2 import IDENTIFIER_KIND_LOYALTY_CARD, Identifier
from ofone.profile.v1.fact_pb2 import Fact, FactValue
from ofone.profile.v1.profile_service_pb2 import (
    FACT_OUTCOME_REFUSED,
    RecordFactsRequest,
    SetConsentRequest,
)
from ofone.profile.v1.profile_service_pb2_grpc import ProfileServiceStub

SAID = (
    ("app", "household_size", FactValue(number=3)),
    ("register", "household_size", FactValue(number=2)),
    ("crm", "postcode", FactValue(text="10115")),
    ("loyalty", "postcode", FactValue(text="10115")),
)
"""Source, key and value: the app and the bought-in register disagree, two others agree."""


def tell_facts(profile: ProfileServiceStub, cards: Sequence[str], moment: datetime) -> None:
    """Record what is said of these customers on the day of ``moment``; again is harmless."""
    day = datetime.combine(moment.astimezone(UTC), time(), UTC)
    observed_at = Timestamp()
    observed_at.FromDatetime(day)
    facts = [
        Fact(
            source=source,
            fact_id=f"demo-{card}-{key}-{day:%Y-%m-%d}",
            identifier=Identifier(kind=IDENTIFIER_KIND_LOYALTY_CARD, value=card),
            key=key,
            value=value,
            observed_at=observed_at,
        )
        for card in cards
        for source, key, value in SAID
    ]
    results = profile.RecordFacts(RecordFactsRequest(facts=facts)).results
    refused = [each for each in results if each.outcome == FACT_OUTCOME_REFUSED]
    if refused:
        raise ValueError(f"a fact of the demo was refused: {refused[0].message}")
    consent = Consent(
        purpose=CONSENT_PURPOSE_THIRD_PARTY_DATA,
        state=CONSENT_STATE_GRANTED,
        source="demo",
        stated_at=observed_at,
    )
    profile.SetConsent(SetConsentRequest(customer=results[0].customer, consent=consent))
