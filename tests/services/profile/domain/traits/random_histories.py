"""Histories of all kinds of events, drawn from a seed, told at once and bit by bit."""

import math
import random
from collections.abc import Sequence

from services.profile.adapters.rows.packing import pack_state, unpack_state
from services.profile.domain.history.events import (
    MICROS,
    Event,
    EventLine,
    EventType,
    ItemId,
    OfferId,
)
from services.profile.domain.history.state import CustomerState, fold, merge
from services.profile.domain.traits.priors import (
    LifetimePrior,
    PricePrior,
    Priors,
    RepurchasePrior,
    SpendPrior,
)
from tests.services.profile.told import DAY, NOW

SHOP = Priors(
    items={"tea0": RepurchasePrior(0.9)},
    categories={"tea": RepurchasePrior(0.8)},
    prices={name: PricePrior(math.log(4), 0.5) for name in ("tea", "milk")},
    lifetime=LifetimePrior(0.5, 20.0, 0.8, 3.0),
    spend=SpendPrior(6.0, 4.0, 15.0),
)
"""Priors under which every trait there is gets told."""

KINDS = (*[EventType.PURCHASE] * 6, EventType.RETURN, EventType.VIEW, EventType.OFFER_IMPRESSION)


def history(chance: random.Random) -> list[Event]:
    """Return 0 to 40 events of some three years, purchases most of them.

    One customer in four has been silent for more than a year.
    """
    latest = NOW - chance.choice((0, 0, 0, 400)) * DAY
    return [_event(number, chance, latest) for number in range(chance.randint(0, 40))]


def recomputed(events: Sequence[Event]) -> CustomerState:
    """Return the state that all events give at once."""
    return fold(events)


def incremental(events: Sequence[Event], chance: random.Random) -> CustomerState:
    """Return the state after the events came in random order, batch by batch.

    As a store does, each batch is added to the state that was written before.
    """
    shuffled = list(events)
    chance.shuffle(shuffled)
    state = CustomerState()
    while shuffled:
        size = chance.randint(1, len(shuffled))
        batch, shuffled = shuffled[:size], shuffled[size:]
        state = unpack_state(pack_state(merge(state, fold(batch))))
    return state


def _event(number: int, chance: random.Random, latest: int) -> Event:
    micros = latest - round(chance.choice((1, 30, 1_000)) * chance.random() * DAY)
    kind = chance.choice(KINDS)
    lines = tuple(_line(chance) for _ in range(chance.randint(1, 5)))
    return Event(
        *(chance.choice(("till", "web")), f"{number}", kind, micros // MICROS * MICROS),
        channel=chance.choice(("", "store", "web")),
        store=chance.choice(("", "mitte", "nord")),
        lines=lines,
        offer_id=OfferId("coffee"),
    )


def _line(chance: random.Random) -> EventLine:
    category = chance.choice(("", "tea", "milk", "rice"))
    return EventLine(
        ItemId(f"{category}{chance.randint(0, 5)}"),
        chance.choice((1.0, 2.0, 0.1 + chance.random())),
        chance.choice((None, 0.0, 2.0, chance.random() * 9)),
        chance.choice((None, None, 0.5, 20.0)),
        category,
        chance.choice(("", "Harbour", "Hill")),
    )
