"""The compact state that a decision needs, in columns.

A snapshot is made when facts are written and read back as it is, because it is read for every
decision and written once a purchase.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from services.profile.domain.history.events import MICROS, CustomerId, ItemId, OfferId
from services.profile.domain.history.item_histories import columnar
from services.profile.domain.history.questions import AskedQuestion, asked_questions
from services.profile.domain.history.shelf import near
from services.profile.domain.history.state import CustomerState
from services.profile.domain.privacy.consent import ConsentPolicy, Consents, Purpose
from services.profile.domain.traits import Traits, traits
from services.profile.domain.traits.tendencies import Evidence, evidence_of

MAX_EXPOSURES = 200
"""Offers in a snapshot."""
MAX_ASKED = 100
"""Questions in a snapshot: more nobody answers."""


class Exposure(NamedTuple):
    """What the customer saw and did of one offer. Times are seconds since 1970; 0 for never."""

    offer_id: OfferId
    impression_seconds: Sequence[int]
    """The latest ones, latest first."""
    impression_count: int
    click_count: int
    redemption_count: int
    last_redemption_seconds: int
    last_dismissal_seconds: int


@dataclass(frozen=True, slots=True)
class Columns:
    """Items, baskets, offers and traits of a customer; the columns of one group are as long."""

    item_ids: Sequence[ItemId] = ()
    """Items that lie near, bought and not wholly returned, latest first."""
    basket_counts: Sequence[int] = ()
    quantities: Sequence[float] = ()
    """Units bought, less those returned."""
    first_bought_seconds: Sequence[int] = ()
    last_bought_seconds: Sequence[int] = ()
    recent_basket_seconds: Sequence[int] = ()
    """The latest baskets, latest first."""
    recent_basket_sizes: Sequence[int] = ()
    recent_basket_items: Sequence[int] = ()
    """Positions in ``item_ids``, basket after basket; items that are not there are left out."""
    exposures: Sequence[Exposure] = ()
    """Latest first, at most ``MAX_EXPOSURES``."""
    traits: Traits = field(default_factory=Traits)
    evidence: Evidence = field(default_factory=Evidence)
    """What tendencies follow from."""
    asked: Sequence[AskedQuestion] = ()
    """The one asked last first, at most ``MAX_ASKED``."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is known of a customer, and what of it may be used."""

    customer_id: CustomerId
    version: int
    """How many facts it holds."""
    updated_micros: int
    """When the latest of them was stored."""
    consents: Consents
    columns: Columns


def columns_of(state: CustomerState) -> Columns:
    """Return the columns of a customer in this state."""
    state, _ = near(state)
    items = columnar(state.items)
    rows = items.held_rows()
    if len(rows) < len(items):
        items = items.at(rows)
    item_ids, (counts, bought, returned, first, last) = list(items.item_ids), items.columns
    positions = dict(zip(item_ids, range(len(item_ids)), strict=True))
    baskets = [
        [positions[item] for item in basket.item_ids if item in positions]
        for basket in state.baskets
    ]
    return Columns(
        item_ids=item_ids,
        basket_counts=list(counts),
        quantities=[(came - went) / MICROS for came, went in zip(bought, returned, strict=True)],
        first_bought_seconds=list(first),
        last_bought_seconds=list(last),
        recent_basket_seconds=[basket.occurred_micros // MICROS for basket in state.baskets],
        recent_basket_sizes=[len(basket) for basket in baskets],
        recent_basket_items=[position for basket in baskets for position in basket],
        exposures=_exposures(state),
        traits=traits(state),
        evidence=evidence_of(state),
        asked=asked_questions(state.questions, most=MAX_ASKED),
    )


def permitted(snapshot: Snapshot, policy: ConsentPolicy) -> Columns:
    """Return the columns that may be used: exposures alone where personalisation is not allowed.

    Exposures stay, because they keep us from showing an offer too often; so does what was asked,
    without the answers. What tendencies follow from goes where no conclusions are allowed.
    """
    if policy.allows_conclusions(snapshot.consents):
        return snapshot.columns
    if policy.allows(Purpose.PERSONALISATION, snapshot.consents):
        return replace(snapshot.columns, evidence=Evidence())
    asked = tuple(each._replace(answer_id="") for each in snapshot.columns.asked)
    return Columns(exposures=snapshot.columns.exposures, asked=asked)


def _exposures(state: CustomerState) -> list[Exposure]:
    order = sorted(state.offers.items(), key=lambda offer: (-offer[1].last_seconds, offer[0]))
    return [
        Exposure(
            offer_id,
            [shown.occurred_micros // MICROS for shown in offer.impressions],
            offer.impression_count,
            offer.click_count,
            offer.redemption_count,
            offer.last_redemption_seconds,
            offer.last_dismissal_seconds,
        )
        for offer_id, offer in order[:MAX_EXPOSURES]
    ]
