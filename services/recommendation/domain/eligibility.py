"""Whether an offer may be made at all: rules in a fixed order, the cheap ones first.

Each rule answers with the sentence why not, or with ``None``. The first one that refuses gives the
verdict.
"""

from collections.abc import Callable

from services.conditions.condition import Holds
from services.recommendation.domain.condition import SECONDS_PER_DAY
from services.recommendation.domain.occasion import (
    Occasion,
    no_consent,
    other_channel,
    other_store,
    outside_audience,
    outside_window,
)
from services.recommendation.domain.offer import Offer, Variant
from services.recommendation.domain.verdict import Verdict

Rule = Callable[[Offer, Occasion], str | None]


def refusal(offer: Offer, occasion: Occasion) -> tuple[Verdict, str] | None:
    """Return why ``offer`` may not be made, ``None`` when it may."""
    for verdict, rule in RULES:
        why = rule(offer, occasion)
        if why is not None:
            return verdict, why
    return None


def variant_for(offer: Offer, holds: Holds) -> Variant | None:
    """Return the first variant whose condition holds, ``None`` for none."""
    return next(
        (each for each in offer.variants if not each.condition or holds(each.condition)), None
    )


def _exposure_cap(offer: Offer, occasion: Occasion) -> str | None:
    cap, exposures = offer.exposure_cap, occasion.customer.exposures
    if cap is None or not exposures or offer.offer_id not in exposures:
        return None
    since = occasion.moment.seconds - cap.window_days * SECONDS_PER_DAY
    seen = sum(seconds > since for seconds in exposures[offer.offer_id].impression_seconds)
    if seen < cap.max_impressions:
        return None
    return f"shown {_times(seen)} in {_days(cap.window_days)}, cap {cap.max_impressions}"


def _cool_down(offer: Offer, occasion: Occasion) -> str | None:
    exposures = occasion.customer.exposures
    if not offer.cool_down_days or not exposures or offer.offer_id not in exposures:
        return None
    exposure = exposures[offer.offer_id]
    used, waved_away = exposure.last_redemption_seconds, exposure.last_dismissal_seconds
    last = max(used, waved_away)
    days = (occasion.moment.seconds - last) / SECONDS_PER_DAY
    if not last or days >= offer.cool_down_days:
        return None
    what = "used" if used >= waved_away else "waved away"
    return f"{what} {max(days, 0):.1f} days ago, silent for {_days(offer.cool_down_days)}"


def _no_variant(offer: Offer, occasion: Occasion) -> str | None:
    if variant_for(offer, occasion.holds) is not None:
        return None
    return f"the condition of none of its {len(offer.variants)} variants holds"


RULES: tuple[tuple[Verdict, Rule], ...] = (
    (Verdict.OUTSIDE_WINDOW, outside_window),
    (Verdict.OTHER_STORE, other_store),
    (Verdict.OTHER_CHANNEL, other_channel),
    (Verdict.NO_CONSENT, no_consent),
    (Verdict.EXPOSURE_CAP, _exposure_cap),
    (Verdict.COOL_DOWN, _cool_down),
    (Verdict.OUTSIDE_AUDIENCE, outside_audience),
    (Verdict.NO_VARIANT, _no_variant),
)
"""The rules in the order in which they are asked."""


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"
