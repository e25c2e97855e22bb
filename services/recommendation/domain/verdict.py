"""What became of an offer that was looked at."""

from dataclasses import dataclass
from enum import Enum

from services.recommendation.domain.offer import OfferId


class Verdict(Enum):
    """The verdicts, in the order in which the rules are asked."""

    OUTSIDE_WINDOW = "outside_window"
    OTHER_STORE = "other_store"
    OTHER_CHANNEL = "other_channel"
    NO_CONSENT = "no_consent"
    EXPOSURE_CAP = "exposure_cap"
    COOL_DOWN = "cool_down"
    OUTSIDE_AUDIENCE = "outside_audience"
    NO_VARIANT = "no_variant"
    NO_FITTING_ITEM = "no_fitting_item"
    JUST_BOUGHT = "just_bought"
    BELOW_THRESHOLD = "below_threshold"
    TOO_SIMILAR = "too_similar"
    OUTRANKED = "outranked"
    CHOSEN = "chosen"


@dataclass(frozen=True, slots=True)
class Considered:
    """An offer that was looked at."""

    offer_id: OfferId
    verdict: Verdict
    detail: str = ""
    """A sentence with the figures."""
    score: float = 0.0
    """0 where it was not scored."""
    item_id: str = ""
    """The item that would have carried it; may be empty."""
