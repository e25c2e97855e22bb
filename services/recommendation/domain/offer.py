"""An offer: something that may be said to a customer, and for whom it is meant."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import NewType

OfferId = NewType("OfferId", str)


class OfferState(Enum):
    """Whether an offer is in use."""

    ACTIVE = "active"
    ARCHIVED = "archived"


class BenefitKind(Enum):
    """What the customer gets; not only money off."""

    PERCENT_OFF = "percent_off"
    AMOUNT_OFF = "amount_off"
    POINTS = "points"
    GIFT = "gift"
    SERVICE = "service"
    EARLY_ACCESS = "early_access"
    ADVICE = "advice"


MONEY_OFF = frozenset({BenefitKind.PERCENT_OFF, BenefitKind.AMOUNT_OFF})


@dataclass(frozen=True, slots=True)
class Benefit:
    """What the customer gets."""

    kind: BenefitKind
    amount: float = 0.0
    """Percent, amount of money or points; 0 for the kinds in words."""
    words: str = ""
    """Gift, service, access or advice; empty for the kinds with an amount."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One form of an offer."""

    variant_id: str
    benefit: Benefit
    condition: str = ""
    """CEL; empty holds always."""


@dataclass(frozen=True, slots=True)
class ExposureCap:
    """How often one customer may see an offer, across all channels."""

    max_impressions: int
    window_days: int


@dataclass(frozen=True, slots=True)
class Targets:
    """What an offer is about; nothing at all means the whole shop."""

    item_ids: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()

    @property
    def whole_shop(self) -> bool:
        """Whether the offer is about the whole shop."""
        return not (self.item_ids or self.categories or self.brands)


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that may be said to a customer."""

    offer_id: OfferId
    display_name: str
    variants: tuple[Variant, ...]
    """At least one; the first whose condition holds is used."""
    description: str = ""
    state: OfferState = OfferState.ACTIVE
    targets: Targets = Targets()
    audience: str = ""
    """CEL; empty for everyone."""
    start_time: datetime | None = None
    """Not before; ``None`` for at once."""
    end_time: datetime | None = None
    """Not from this moment on; ``None`` for an open end."""
    stores: tuple[str, ...] = ()
    """Empty for all."""
    channels: tuple[str, ...] = ()
    """Empty for all."""
    exposure_cap: ExposureCap | None = None
    cool_down_days: int = 0
    weight: float = 1.0
    """Business weight on the score, positive."""


@dataclass(frozen=True, slots=True)
class StoredOffer:
    """An offer as it is kept."""

    offer: Offer
    revision: int
    """Of all offers' changes, the number of the latest one to this offer."""
    create_time: datetime
    update_time: datetime

    @property
    def etag(self) -> str:
        """What an update has to name to be sure that nobody was faster."""
        return f'"{self.revision}"'
