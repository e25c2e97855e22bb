"""Offers as messages: checked on the way in, complete on the way out."""

from collections.abc import Sequence
from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp
from ofone.recommendation.v1 import offer_pb2 as messages

from services.conditions.condition import ConditionMistake
from services.recommendation.domain.offer import (
    Benefit,
    BenefitKind,
    ExposureCap,
    Offer,
    OfferId,
    OfferState,
    StoredOffer,
    Targets,
    Variant,
)
from services.recommendation.ports import Conditions
from services.serving.validation import Check

MAX_ITEMS = 500
MAX_NAMES = 50
MAX_STORES = 1_000
MAX_CHANNELS = 20
MAX_VARIANTS = 10
MAX_CONDITION_CHARACTERS = 2_000
MAX_WORDS_CHARACTERS = 500
MAX_AMOUNT = 1e9
MAX_DAYS = 365
MAX_CAP = 20
MAX_WEIGHT = 100.0
MIN_POSITIVE = 1e-6
"""What is above 0 is at least this."""

_BOUNDS = {
    BenefitKind.PERCENT_OFF: (MIN_POSITIVE, 100.0),
    BenefitKind.AMOUNT_OFF: (MIN_POSITIVE, MAX_AMOUNT),
    BenefitKind.POINTS: (1.0, MAX_AMOUNT),
}
_STATES = {
    OfferState.ACTIVE: messages.OFFER_STATE_ACTIVE,
    OfferState.ARCHIVED: messages.OFFER_STATE_ARCHIVED,
}


def offer_of(
    offer_id: OfferId, message: messages.Offer, check: Check, *, conditions: Conditions
) -> Offer:
    """Return the offer that ``message`` describes; what is wrong is noted in ``check``."""
    for name, most in (("items", MAX_ITEMS), ("categories", MAX_NAMES), ("brands", MAX_NAMES)):
        check.count(f"offer.{name}", getattr(message, name), most=most)
    check.count("offer.variants", message.variants, most=MAX_VARIANTS, least=1)
    start, end = (_moment(message, name, check) for name in ("start_time", "end_time"))
    if start is not None and end is not None and end <= start:
        check.fail("offer.end_time", "ENDS_BEFORE_START", "must be after start_time")
    return Offer(
        offer_id=offer_id,
        display_name=check.text(
            "offer.display_name", message.display_name, most=128, required=True
        ),
        description=check.text("offer.description", message.description, most=1_000),
        targets=Targets(
            item_ids=_item_ids(message.items[:MAX_ITEMS], check),
            categories=_names("offer.categories", message.categories[:MAX_NAMES], check, most=128),
            brands=_names("offer.brands", message.brands[:MAX_NAMES], check, most=128),
        ),
        variants=_variants(message.variants[:MAX_VARIANTS], check, conditions),
        audience=_condition("offer.audience", message.audience, check, conditions),
        start_time=start,
        end_time=end,
        stores=_limited("offer.stores", message.stores, check, most=MAX_STORES),
        channels=_limited("offer.channels", message.channels, check, most=MAX_CHANNELS),
        exposure_cap=_exposure_cap(message, check),
        cool_down_days=int(
            check.number("offer.cool_down_days", message.cool_down_days, least=0, most=MAX_DAYS)
        ),
        weight=check.number(
            "offer.weight", message.weight or 1.0, least=MIN_POSITIVE, most=MAX_WEIGHT
        ),
    )


def message_of(stored: StoredOffer) -> messages.Offer:
    """Return ``stored`` as a message."""
    offer = stored.offer
    message = content_message(offer)
    message.state = _STATES[offer.state]
    message.etag = stored.etag
    message.create_time.FromDatetime(stored.create_time)
    message.update_time.FromDatetime(stored.update_time)
    return message


def content_message(offer: Offer) -> messages.Offer:
    """Return what people wrote of ``offer``, as a message."""
    message = messages.Offer(
        name=f"offers/{offer.offer_id}",
        display_name=offer.display_name,
        description=offer.description,
        items=[f"items/{item_id}" for item_id in offer.targets.item_ids],
        categories=offer.targets.categories,
        brands=offer.targets.brands,
        audience=offer.audience,
        stores=offer.stores,
        channels=offer.channels,
        cool_down_days=offer.cool_down_days,
        weight=offer.weight,
    )
    for variant in offer.variants:
        message.variants.add(
            variant_id=variant.variant_id,
            condition=variant.condition,
            benefit=benefit_message(variant.benefit),
        )
    for name in ("start_time", "end_time"):
        moment: datetime | None = getattr(offer, name)
        if moment is not None:
            getattr(message, name).FromDatetime(moment)
    if offer.exposure_cap is not None:
        message.exposure_cap.max_impressions = offer.exposure_cap.max_impressions
        message.exposure_cap.window_days = offer.exposure_cap.window_days
    return message


def benefit_message(benefit: Benefit) -> messages.Benefit:
    """Return ``benefit`` as a message."""
    message = messages.Benefit()
    value: float | int | str = benefit.amount if benefit.kind in _BOUNDS else benefit.words
    if benefit.kind is BenefitKind.POINTS:
        value = int(benefit.amount)
    setattr(message, benefit.kind.value, value)
    return message


def moment_of(path: str, timestamp: Timestamp, check: Check) -> datetime | None:
    """Return the time of ``timestamp``; one outside the years 1 to 9999 is noted as wrong."""
    try:
        return timestamp.ToDatetime(tzinfo=UTC)
    except (ValueError, OverflowError):
        rule = "must lie between the years 1 and 9999, its nanos between 0 and 999999999"
        check.fail(path, "MALFORMED_TIME", rule)
        return None


def _moment(message: messages.Offer, name: str, check: Check) -> datetime | None:
    if not message.HasField(name):  # type: ignore[arg-type]  # one of its field names
        return None
    return moment_of(f"offer.{name}", getattr(message, name), check)


def _item_ids(names: Sequence[str], check: Check) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for place, name in enumerate(names):
        path = f"offer.items[{place}]"
        item_id = check.resource_id(path, name, collection="items")
        if item_id and item_id in found:
            check.fail(path, "DUPLICATE", f"{name} occurs twice")
        found[item_id] = None
    return tuple(found)


def _limited(path: str, names: Sequence[str], check: Check, *, most: int) -> tuple[str, ...]:
    check.count(path, names, most=most)
    return _names(path, names[:most], check, most=64)


def _names(path: str, names: Sequence[str], check: Check, *, most: int) -> tuple[str, ...]:
    return tuple(
        check.line(f"{path}[{place}]", name, most=most, required=True)
        for place, name in enumerate(names)
    )


def _variants(
    variants: Sequence[messages.Variant], check: Check, conditions: Conditions
) -> tuple[Variant, ...]:
    seen: set[str] = set()
    found = []
    for place, each in enumerate(variants):
        path = f"offer.variants[{place}]"
        if each.variant_id in seen:
            check.fail(f"{path}.variant_id", "DUPLICATE", f"{each.variant_id} occurs twice")
        seen.add(check.slug(f"{path}.variant_id", each.variant_id))
        condition = _condition(f"{path}.condition", each.condition, check, conditions)
        benefit = _benefit(f"{path}.benefit", each.benefit, check)
        found.append(Variant(each.variant_id, benefit, condition))
    return tuple(found)


def _benefit(path: str, message: messages.Benefit, check: Check) -> Benefit:
    name = message.WhichOneof("kind")
    if name is None:
        check.fail(path, "REQUIRED", "one kind of benefit must be given")
        return Benefit(BenefitKind.ADVICE)
    kind, value = BenefitKind(name), getattr(message, name)
    if kind in _BOUNDS:
        least, most = _BOUNDS[kind]
        return Benefit(kind, amount=check.number(f"{path}.{name}", value, least=least, most=most))
    words = check.text(f"{path}.{name}", value, most=MAX_WORDS_CHARACTERS, required=True)
    return Benefit(kind, words=words)


def _condition(path: str, source: str, check: Check, conditions: Conditions) -> str:
    if len(source) > MAX_CONDITION_CHARACTERS:
        return check.text(path, source, most=MAX_CONDITION_CHARACTERS)
    if source:
        try:
            conditions.check(source)
        except ConditionMistake as mistake:
            check.fail(path, f"CONDITION_{mistake.rule}", str(mistake))
    return source


def _exposure_cap(message: messages.Offer, check: Check) -> ExposureCap | None:
    if not message.HasField("exposure_cap"):
        return None
    cap = message.exposure_cap
    for name, most in (("max_impressions", MAX_CAP), ("window_days", MAX_DAYS)):
        check.number(f"offer.exposure_cap.{name}", getattr(cap, name), least=1, most=most)
    return ExposureCap(cap.max_impressions, cap.window_days)
