"""Reasons, benefits, verdicts and what an answer lacked, each as one plain sentence."""

from collections.abc import Callable, Iterable, Mapping

from ofone.recommendation.v1 import decision_pb2
from ofone.recommendation.v1.decision_pb2 import Degradation, Reason, ScorePart, Verdict
from ofone.recommendation.v1.offer_pb2 import Benefit, ExposureCap

from services.console.rendering.figures import (
    ago_in_words,
    count_in_words,
    expected_in_words,
    money,
    plain_number,
    times_in_words,
)
from services.console.rendering.names import called
from services.console.rendering.rhythm import LOST_FROM

_UNKNOWN = "For a reason that this version does not know"

# Each as it reads for an offer about no item in particular, whose best item is named, and else.
_REASONS = {
    decision_pb2.REASON_KIND_FOLLOWS_LAST_BASKET: (
        "{other} often follows what was in the last basket",
        "Often follows what was in the last basket",
    ),
    decision_pb2.REASON_KIND_LIKE_WHAT_YOU_BUY: (
        "{other} is liked by people who buy the same things",
        "Liked by people who buy the same things",
    ),
    decision_pb2.REASON_KIND_COMPLETES_BASKET: (
        "{other} goes with what is in the basket",
        "Goes with what is in the basket",
    ),
    decision_pb2.REASON_KIND_POPULAR_HERE: (
        "{other} is popular here and now",
        "Popular here and now",
    ),
    decision_pb2.REASON_KIND_YOU_SAID: (
        "{other} fits what the customer said",
        "Fits what the customer said",
    ),
    decision_pb2.REASON_KIND_OPEN_TO_ALL: ("Open to everyone", "Open to everyone"),
}

_BENEFITS: dict[str, Callable[[Benefit], str]] = {
    "percent_off": lambda benefit: f"{plain_number(benefit.percent_off)} % off",
    "amount_off": lambda benefit: f"{money(benefit.amount_off)} off",
    "points": lambda benefit: count_in_words(benefit.points, "point"),
    "gift": lambda benefit: f"Gift: {benefit.gift}",
    "service": lambda benefit: f"Service: {benefit.service}",
    "early_access": lambda benefit: f"Early access: {benefit.early_access}",
    "advice": lambda benefit: f"Advice: {benefit.advice}",
}

_VERDICTS = {
    decision_pb2.VERDICT_CHOSEN: "Chosen",
    decision_pb2.VERDICT_OUTSIDE_WINDOW: "Not in force at that time",
    decision_pb2.VERDICT_OTHER_STORE: "Not for that store",
    decision_pb2.VERDICT_OTHER_CHANNEL: "Not for that channel",
    decision_pb2.VERDICT_OUTSIDE_AUDIENCE: "The customer is not in its audience",
    decision_pb2.VERDICT_NO_VARIANT: "No variant's condition holds",
    decision_pb2.VERDICT_EXPOSURE_CAP: "Shown often enough",
    decision_pb2.VERDICT_COOL_DOWN: "Used or waved away a short while ago",
    decision_pb2.VERDICT_NO_FITTING_ITEM: "Nothing it is about is in stock and of interest",
    decision_pb2.VERDICT_JUST_BOUGHT: "What it is about was bought a moment ago",
    decision_pb2.VERDICT_BELOW_THRESHOLD: "Fits, but too little to be worth a word",
    decision_pb2.VERDICT_TOO_SIMILAR: "Too much like a chosen one",
    decision_pb2.VERDICT_OUTRANKED: "Others fit better",
    decision_pb2.VERDICT_NO_CONSENT: "The customer does not allow offers on this channel",
}

_DEGRADATIONS = {
    decision_pb2.DEGRADATION_PROFILE_UNAVAILABLE: (
        "the customer's history did not arrive in time: not personal, caps not checked"
    ),
    decision_pb2.DEGRADATION_EMBEDDING_UNAVAILABLE: (
        "the search for items did not answer in time: own and popular items only, stock not checked"
    ),
    decision_pb2.DEGRADATION_MODEL_UNAVAILABLE: ("no model is loaded: own items by frequency only"),
}


def reason_in_words(reason: Reason, display_names: Mapping[str, str], *, item: str = "") -> str:
    """Return why an item fits, such as ``Bought 7 times, last yesterday``.

    Args:
        reason: The reason with its figures.
        display_names: From ``items/…`` to what people call it.
        item: The item that is offered; empty for an offer about the whole shop, whose reasons name
            the item that they speak of.
    """
    other = called(reason.item, display_names) if reason.item and reason.item != item else ""
    if reason.kind in (decision_pb2.REASON_KIND_DUE, decision_pb2.REASON_KIND_OFTEN_BOUGHT):
        return _bought_in_words(reason, other)
    named, unnamed = _REASONS.get(reason.kind, (_UNKNOWN, _UNKNOWN))
    return named.format(other=other) if other else unnamed


def reasons_in_words(
    reasons: Iterable[Reason], display_names: Mapping[str, str], *, item: str = ""
) -> list[str]:
    """Return the reasons as sentences, strongest first, each sentence once."""
    return list(dict.fromkeys(reason_in_words(each, display_names, item=item) for each in reasons))


def benefit_in_words(benefit: Benefit) -> str:
    """Return what the customer gets, such as ``15 % off`` or ``Gift: a mug``."""
    kind = benefit.WhichOneof("kind")
    return _BENEFITS[kind](benefit) if kind else "Nothing"


def verdict_in_words(verdict: Verdict.ValueType) -> str:
    """Return what became of an offer that was looked at."""
    return _VERDICTS.get(verdict, _UNKNOWN)


def degradation_in_words(degradation: Degradation.ValueType) -> str:
    """Return what an answer had to do without, to stand behind ``Degraded:``."""
    return _DEGRADATIONS.get(degradation, "something was missing that this version does not know")


def exposure_cap_in_words(cap: ExposureCap) -> str:
    """Return how often one customer may see an offer, such as ``3 times in 7 days``."""
    days = count_in_words(cap.window_days, "day")
    return f"{times_in_words(cap.max_impressions)} in {days}"


def score_parts_in_words(parts: Iterable[ScorePart]) -> str:
    """Return what a score is made of, such as ``due 0.42, popularity 0.10``."""
    return ", ".join(f"{part.name.replace('_', ' ')} {part.value:.3g}" for part in parts)


def _bought_in_words(reason: Reason, other: str) -> str:
    words = [f"{other} bought" if other else "Bought", times_in_words(reason.basket_count)]
    rhythm = expected_in_words(reason.expected_gap_days)
    parts = [" ".join(words)]
    if reason.kind == decision_pb2.REASON_KIND_DUE and rhythm:
        parts.append(f"expected {rhythm}")
    elif 0 < LOST_FROM * reason.expected_gap_days <= reason.days_since_last:
        days = count_in_words(int(reason.days_since_last), "day")
        return f"{parts[0]}, but not for {days}"
    parts.append(f"last {ago_in_words(reason.days_since_last)}")
    return ", ".join(parts)
