"""Offers as messages: checked on the way in, complete on the way out."""

from collections.abc import Sequence
from datetime import datetime

from ofone.recommendation.v1 import offer_pb2 as messages

from services.recommendation.domain.offer import (
    ExposureCap,
    Offer,
    OfferId,
    OfferState,
    StoredOffer,
    Targets,
    Variant,
)
from services.recommendation.ports.conditions import Conditions
from services.recommendation.servicer.written_fields import (
    MAX_CHANNELS,
    MAX_STORES,
    MIN_POSITIVE,
    benefit_message,
    benefit_of,
    condition_of,
    limited_to,
    names_of,
    window_of,
)
from services.serving.validation import Check

MAX_ITEMS = 500
MAX_NAMES = 50
MAX_VARIANTS = 10
MAX_DAYS = 365
MAX_CAP = 20
MAX_WEIGHT = 100.0

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
    start, end = window_of("offer", message, check)
    categories, brands = message.categories[:MAX_NAMES], message.brands[:MAX_NAMES]
    return Offer(
        offer_id=offer_id,
        display_name=check.text(
            "offer.display_name", message.display_name, most=128, required=True
        ),
        description=check.text("offer.description", message.description, most=1_000),
        targets=Targets(
            item_ids=_item_ids(message.items[:MAX_ITEMS], check),
            categories=names_of("offer.categories", categories, check, most=128),
            brands=names_of("offer.brands", brands, check, most=128),
        ),
        variants=_variants(message.variants[:MAX_VARIANTS], check, conditions),
        audience=condition_of("offer.audience", message.audience, check, conditions),
        start_time=start,
        end_time=end,
        stores=limited_to("offer.stores", message.stores, check, most=MAX_STORES),
        channels=limited_to("offer.channels", message.channels, check, most=MAX_CHANNELS),
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


def _item_ids(names: Sequence[str], check: Check) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for place, name in enumerate(names):
        path = f"offer.items[{place}]"
        item_id = check.resource_id(path, name, collection="items")
        if item_id and item_id in found:
            check.fail(path, "DUPLICATE", f"{name} occurs twice")
        found[item_id] = None
    return tuple(found)


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
        condition = condition_of(f"{path}.condition", each.condition, check, conditions)
        benefit = benefit_of(f"{path}.benefit", each.benefit, check)
        found.append(Variant(each.variant_id, benefit, condition))
    return tuple(found)


def _exposure_cap(message: messages.Offer, check: Check) -> ExposureCap | None:
    if not message.HasField("exposure_cap"):
        return None
    cap = message.exposure_cap
    for name, most in (("max_impressions", MAX_CAP), ("window_days", MAX_DAYS)):
        check.number(f"offer.exposure_cap.{name}", getattr(cap, name), least=1, most=most)
    return ExposureCap(cap.max_impressions, cap.window_days)
