"""Whether an offer may be made at all: rules in a fixed order, the cheap ones first.

Each rule answers with the sentence why not, or with ``None``. The first one that refuses gives the
verdict.
"""

from collections.abc import Callable
from dataclasses import dataclass

from services.conditions.condition import Holds
from services.recommendation.domain.condition import SECONDS_PER_DAY
from services.recommendation.domain.customer import CONSENT_CHANNELS, Customer
from services.recommendation.domain.moment import Moment
from services.recommendation.domain.offer import Offer, Variant
from services.recommendation.domain.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Question:
    """Everything the rules look at besides the offer."""

    customer: Customer
    moment: Moment
    holds: Holds
    """Says whether a condition holds now for this customer."""


Rule = Callable[[Offer, Question], str | None]


def refusal(offer: Offer, question: Question) -> tuple[Verdict, str] | None:
    """Return why ``offer`` may not be made, ``None`` when it may."""
    for verdict, rule in RULES:
        why = rule(offer, question)
        if why is not None:
            return verdict, why
    return None


def variant_for(offer: Offer, holds: Holds) -> Variant | None:
    """Return the first variant whose condition holds, ``None`` for none."""
    return next(
        (each for each in offer.variants if not each.condition or holds(each.condition)), None
    )


def _outside_window(offer: Offer, question: Question) -> str | None:
    now = question.moment.time
    if offer.start_time is not None and now < offer.start_time:
        return f"starts {offer.start_time:%Y-%m-%d %H:%M} UTC"
    if offer.end_time is not None and now >= offer.end_time:
        return f"ended {offer.end_time:%Y-%m-%d %H:%M} UTC"
    return None


def _other_store(offer: Offer, question: Question) -> str | None:
    store = question.moment.store
    if not offer.stores or store in offer.stores:
        return None
    return f"not for store {store}" if store else "only in some stores, and none was named"


def _other_channel(offer: Offer, question: Question) -> str | None:
    channel = question.moment.channel
    if not offer.channels or channel in offer.channels:
        return None
    return f"not on channel {channel}" if channel else "only on some channels, and none was named"


def _no_consent(_: Offer, question: Question) -> str | None:
    channel = question.moment.channel.strip().lower()  # "Email" is written to people as well
    allowed = question.customer.marketing_allowed
    if channel not in CONSENT_CHANNELS:
        return None
    if allowed is None:
        return f"whether offers by {channel} are allowed cannot be checked now"
    return None if channel in allowed else f"the customer does not allow offers by {channel}"


def _exposure_cap(offer: Offer, question: Question) -> str | None:
    cap, exposures = offer.exposure_cap, question.customer.exposures
    if cap is None or not exposures or offer.offer_id not in exposures:
        return None
    since = question.moment.seconds - cap.window_days * SECONDS_PER_DAY
    seen = sum(seconds > since for seconds in exposures[offer.offer_id].impression_seconds)
    if seen < cap.max_impressions:
        return None
    return f"shown {_times(seen)} in {_days(cap.window_days)}, cap {cap.max_impressions}"


def _cool_down(offer: Offer, question: Question) -> str | None:
    exposures = question.customer.exposures
    if not offer.cool_down_days or not exposures or offer.offer_id not in exposures:
        return None
    exposure = exposures[offer.offer_id]
    used, waved_away = exposure.last_redemption_seconds, exposure.last_dismissal_seconds
    last = max(used, waved_away)
    days = (question.moment.seconds - last) / SECONDS_PER_DAY
    if not last or days >= offer.cool_down_days:
        return None
    what = "used" if used >= waved_away else "waved away"
    return f"{what} {max(days, 0):.1f} days ago, silent for {_days(offer.cool_down_days)}"


def _outside_audience(offer: Offer, question: Question) -> str | None:
    holds = question.holds(offer.audience) if offer.audience else True
    if holds is None:
        return "its audience asks for something that is not known of the customer"
    return None if holds else "the customer is not in its audience"


def _no_variant(offer: Offer, question: Question) -> str | None:
    if variant_for(offer, question.holds) is not None:
        return None
    return f"the condition of none of its {len(offer.variants)} variants holds"


RULES: tuple[tuple[Verdict, Rule], ...] = (
    (Verdict.OUTSIDE_WINDOW, _outside_window),
    (Verdict.OTHER_STORE, _other_store),
    (Verdict.OTHER_CHANNEL, _other_channel),
    (Verdict.NO_CONSENT, _no_consent),
    (Verdict.EXPOSURE_CAP, _exposure_cap),
    (Verdict.COOL_DOWN, _cool_down),
    (Verdict.OUTSIDE_AUDIENCE, _outside_audience),
    (Verdict.NO_VARIANT, _no_variant),
)
"""The rules in the order in which they are asked."""


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"
