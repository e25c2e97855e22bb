"""A customer as a decision sees them: history, exposures, consents and traits of one moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ml.model.history import History, empty_history
from services.conditions.condition import Value

CONSENT_CHANNELS = ("email", "sms", "push", "phone", "post")
"""Channels on which nobody is spoken to who did not allow it."""


@dataclass(frozen=True, slots=True)
class Identifier:
    """A handle on a customer, as a caller knows them."""

    kind: str
    """Such as ``LOYALTY_CARD``."""
    value: str


Subject = str | Identifier
"""Whom a caller asks about: a customer's id, or a handle on them."""


@dataclass(frozen=True, slots=True)
class Exposure:
    """What a customer has seen and done of one offer, across all channels; times since 1970."""

    impression_seconds: tuple[int, ...] = ()
    """The latest 20, latest first."""
    last_redemption_seconds: int = 0
    """0 for never."""
    last_dismissal_seconds: int = 0
    """0 for never."""


@dataclass(frozen=True, slots=True)
class Traits:
    """Numbers about the whole of a customer; all zero for one who never bought."""

    basket_count: int = 0
    item_count: int = 0
    total_spend: float = 0.0
    """In the deployment's currency."""
    mean_gap_days: float = 0.0
    """Between baskets; 0 for fewer than two."""
    mean_basket_size: float = 0.0
    """Different items in a basket."""
    discounted_basket_share: float = 0.0
    """Share of baskets with a discounted line, 0 to 1."""
    home_store: str = ""
    main_channel: str = ""
    first_purchase_seconds: int | None = None
    """Since 1970; ``None`` for one who never bought."""
    last_purchase_seconds: int | None = None
    tendencies: Mapping[str, float] = field(default_factory=dict)
    """What ``profile`` infers, by name; what is not known is absent. ``next_visit_seconds`` is a
    moment since 1970."""


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """What came of asking a customer one question; times since 1970, 0 for never."""

    answer_id: str = ""
    """The latest answer; empty for none, and where it may not be used."""
    answered_seconds: int = 0
    unanswered_count: int = 0
    """How often it was asked since then without an answer."""
    last_asked_seconds: int = 0


@dataclass(frozen=True, slots=True)
class Customer:
    """The state that a decision needs; ``None`` says: could not be read."""

    customer_id: str = ""
    """Empty for one never seen before, or whose state could not be read."""
    version: int = 0
    update_time: datetime | None = None
    """When the latest fact was stored."""
    personalisation_allowed: bool = True
    marketing_allowed: frozenset[str] | None = frozenset()
    """Of ``CONSENT_CHANNELS``, those the customer allows."""
    history: History = field(default_factory=empty_history)
    exposures: Mapping[str, Exposure] | None = None
    """By offer id."""
    traits: Traits | None = None
    asked: Mapping[str, AskedQuestion] | None = None
    """By question id."""
    personas: Mapping[str, float] | None = None
    """Probability by persona id; ``None`` where nobody asked for them either."""
    life_stages: Mapping[str, float] | None = None
    """Probability by stage of life, those alone that the customer lets be known; ``None`` where
    nobody asked for them either."""
    facts: Mapping[str, Value] | None = None
    """What sources say besides events, by key, as far as the customer lets it be used; texts
    without regard to case. ``None`` where nobody asked for it either."""

    @property
    def answers(self) -> dict[str, AskedQuestion]:
        """What the customer said, where it may be used, by question id."""
        if not (self.asked and self.personalisation_allowed):
            return {}
        return {name: each for name, each in self.asked.items() if each.answer_id}

    @property
    def personalised(self) -> bool:
        """Whether there is a history, or an answer, that may be used."""
        return self.personalisation_allowed and bool(self.history.item_ids or self.answers)


def newcomer() -> Customer:
    """Return somebody who was never seen before."""
    return Customer(exposures={}, traits=Traits(), asked={}, personas={}, life_stages={}, facts={})


def unreadable(customer_id: str) -> Customer:
    """Return a customer whose state could not be read."""
    return Customer(customer_id, marketing_allowed=None)
