"""Facts and touch-points as somebody reads them who looks after customers."""

from datetime import UTC, datetime

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from ofone.profile.v1 import event_pb2, fact_pb2
from ofone.profile.v1.event_pb2 import Event
from ofone.profile.v1.fact_pb2 import FactValue, FactWitness, HeldFact, HeldValue
from ofone.profile.v1.profile_service_pb2 import TouchPoint
from rich.console import Console

from services.console.rendering.fact_tables import fact_sentence, facts_table
from services.console.rendering.timelines import timeline
from tests.services.console.conftest import words

SECOND_OF_MAY = Timestamp(seconds=int(datetime(2026, 5, 2, 9, tzinfo=UTC).timestamp()))
BASES = {
    "the app": fact_pb2.FACT_BASIS_DECLARED,
    "the till": fact_pb2.FACT_BASIS_OBSERVED,
    "the bought-in register": fact_pb2.FACT_BASIS_BOUGHT_IN,
}


def value(said: FactValue, sentence: str, *sources: str) -> HeldValue:
    witnesses = [
        FactWitness(
            source_words=each,
            basis=BASES[each],
            last_observed_at=SECOND_OF_MAY,
            freshness=0.5,
            trust=0.9,
        )
        for each in sources
    ]
    return HeldValue(value=said, words=sentence, witnesses=witnesses)


def household(size: int, *sources: str) -> HeldValue:
    return value(FactValue(number=size), f"Household of {size}", *sources)


CONTESTED = HeldFact(
    key="household_size",
    winner=household(3, "the app"),
    others=[household(2, "the bought-in register")],
    rule=fact_pb2.FACT_RULE_BASIS,
)


@pytest.mark.parametrize(
    ("held", "sentence"),
    [
        (
            CONTESTED,
            (
                "Household of 3, said on 2 May 2026 in the app; the bought-in register says 2"
                " (what is said comes first, then what is seen, then what is bought in)"
            ),
        ),
        (
            HeldFact(
                winner=household(3, "the app", "the till"), rule=fact_pb2.FACT_RULE_UNCONTESTED
            ),
            "Household of 3, said on 2 May 2026 in the app and seen on 2 May 2026 by the till",
        ),
        (
            HeldFact(
                winner=value(FactValue(flag=True), "Has a car: yes", "the till"),
                others=[
                    value(FactValue(flag=False), "", "the till", "the bought-in register"),
                    value(FactValue(text="x"), "", "the app"),
                ],
                rule=fact_pb2.FACT_RULE_NEWER,
            ),
            (
                "Has a car: yes, seen on 2 May 2026 by the till;"
                " the till and the bought-in register say no; the app says x (the newer one)"
            ),
        ),
    ],
)
def test_a_fact_is_a_sentence_with_both_sides(held: HeldFact, sentence: str) -> None:
    assert fact_sentence(held) == sentence


def shown(table: object) -> str:
    console = Console(width=200)
    with console.capture() as capture:
        console.print(table)
    return words(capture.get())


def test_freshness_and_trust_stand_beside_each_fact() -> None:
    assert shown(facts_table([CONTESTED])).endswith("bought in) 50 % 0.9")
    assert facts_table([]) is None


def test_a_timeline_says_who_told_each_event_and_how_fresh_it_is() -> None:
    visit = event_pb2.EVENT_TYPE_VISIT
    events = [
        Event(
            type=visit, occurred_at=SECOND_OF_MAY, source="register", party=event_pb2.PARTY_THIRD
        ),
        Event(
            type=visit, occurred_at=SECOND_OF_MAY, source="weather", party=event_pb2.PARTY_REAL_TIME
        ),
        Event(type=visit, occurred_at=SECOND_OF_MAY, source="till", party=event_pb2.PARTY_FIRST),
    ]
    points = [
        TouchPoint(source_words="the bought-in register", freshness=0.25),
        TouchPoint(source_words="the weather service", freshness=1),
    ]
    text = shown(timeline(events, {}, touch_points=points))
    assert "was there the bought-in register (third party) 25 %" in text
    assert "was there the weather service (live) 100 %" in text
    assert text.endswith("was there till")  # an earlier service tells no touch-points
