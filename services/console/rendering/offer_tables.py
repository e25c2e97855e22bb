"""Offers as people wrote them."""

from collections.abc import Iterable, Mapping

from ofone.recommendation.v1 import offer_pb2
from ofone.recommendation.v1.offer_pb2 import Offer
from ofone.recommendation.v1.question_pb2 import Question
from rich.table import Table
from rich.text import Text

from services.console.rendering.figures import at, count_in_words, listed, minute, plain_number
from services.console.rendering.names import called, resource_id
from services.console.rendering.sentences import benefit_in_words, exposure_cap_in_words
from services.console.rendering.sheets import sheet

TARGET_COUNT = 6
"""Items of one offer that are named; the others are counted."""


def offers_table(offers: Iterable[Offer]) -> Table:
    """Return offers, one a row."""
    table = Table()
    table.add_column("offer", no_wrap=True)  # an id that is cut cannot be pasted
    for heading in ("what people call it", "benefit", "about", "in force", "state"):
        table.add_column(heading)
    for offer in offers:
        archived = offer.state == offer_pb2.OFFER_STATE_ARCHIVED
        table.add_row(
            Text(resource_id(offer.name), style="cyan"),
            Text(offer.display_name),
            Text(" / ".join(benefit_in_words(variant.benefit) for variant in offer.variants)),
            Text(targets_in_words(offer)),
            Text(window_of(offer)),
            Text("archived", style="dim") if archived else Text("active", style="green"),
        )
    return table


def items_in_sheet(offer: Offer) -> list[str]:
    """Return the items that a sheet names, so that their display names can be fetched."""
    return list(offer.items[:TARGET_COUNT])


def offer_sheet(offer: Offer, item_names: Mapping[str, str]) -> Table:
    """Return one offer, a field a row."""
    items = [called(item, item_names) for item in items_in_sheet(offer)]
    items += [""] * (len(offer.items) - len(items))
    variants = [
        f"{variant.variant_id}: {benefit_in_words(variant.benefit)}"
        + (f", when {variant.condition}" if variant.condition else "")
        for variant in offer.variants
    ]
    silence = count_in_words(offer.cool_down_days, "day")
    capped = offer.HasField("exposure_cap")
    return sheet(
        {
            "offer": offer.name,
            "what people call it": offer.display_name,
            "description": offer.description,
            "state": offer_pb2.OfferState.Name(offer.state).removeprefix("OFFER_STATE_").lower(),
            "variants": "\n".join(variants),
            "audience": offer.audience or "everyone",
            "about": targets_in_words(offer),
            "items": listed(items, most=TARGET_COUNT),
            "in force": window_of(offer),
            "stores": ", ".join(offer.stores),
            "channels": ", ".join(offer.channels),
            "shown at most": exposure_cap_in_words(offer.exposure_cap) if capped else "",
            "silence after use": silence if offer.cool_down_days else "",
            "weight": plain_number(offer.weight) if offer.weight else "",
            "etag": offer.etag,
        }
    )


def targets_in_words(offer: Offer) -> str:
    """Return what an offer is about, such as ``12 items; Tea, Coffee``."""
    parts = [
        count_in_words(len(offer.items), "item") if offer.items else "",
        listed(offer.categories, most=3),
        listed(offer.brands, most=3),
    ]
    return "; ".join(part for part in parts if part) or "the whole shop"


def window_of(offer: Offer | Question) -> str:
    """Return when an offer, or a question, is in force."""
    start = minute(at(offer.start_time)) if offer.HasField("start_time") else ""
    end = minute(at(offer.end_time)) if offer.HasField("end_time") else ""
    if start and end:
        return f"{start} to {end}"
    return f"from {start}" if start else f"until {end}" if end else "always"
