"""What is inferred of a customer, in the words of the service that inferred it."""

from collections.abc import Mapping, Sequence

from ofone.profile.v1.customer_pb2 import Trait
from rich.table import Table
from rich.text import Text

from services.console.rendering.figures import share_in_percent
from services.console.rendering.names import called

THING_COUNT = 8
"""Items and categories that are spoken of one by one."""

_UNSURE = 5
"""Observations; a trait that rests on fewer is shown faintly."""

_HEADINGS = {
    "next_visit": "next visit",
    "overdue_share": "next visit",
    "active_probability": "still here",
    "expected_value": "worth",
    "promotion_sensitivity": "discounts",
    "price_sensitivity": "prices",
    "price_level": "price level",
    "brand_loyalty": "brands",
    "variety_seeking": "variety",
    "exploration": "curiosity",
    "channel_mix": "channels",
    "store_mix": "stores",
    "daypart_mix": "times",
}
"""Traits of the whole customer that a portrait tells, in this order."""


def traits_table(traits: Sequence[Trait]) -> Table | None:
    """Return what is inferred of the whole customer, ``None`` for nothing.

    What rests on few observations is shown faintly.
    """
    table = Table(title="Inferred", title_justify="left", title_style="bold", box=None)
    table.add_column("", style="cyan")
    table.add_column("")
    table.add_column("from", justify="right", style="dim")
    found = {trait.name: trait for trait in traits if not trait.subject}
    for name, heading in _HEADINGS.items():
        if (trait := found.get(name)) is not None:
            style = "dim" if trait.evidence_count < _UNSURE else ""
            table.add_row(heading, Text(trait.explanation, style), f"{trait.evidence_count:,}")
    return table if table.rows else None


def habits_table(traits: Sequence[Trait], names: Mapping[str, str]) -> Table | None:
    """Return how categories come back and what brand is taken there, ``None`` for nothing.

    Those with a favourite brand or a rhythm of their own come in the order of the service.
    """
    by_subject: dict[str, dict[str, Trait]] = {}
    for trait in traits:
        if trait.subject.startswith("categories/"):
            by_subject.setdefault(trait.subject, {})[trait.name] = trait
    table = Table(title="Habits", title_justify="left", title_style="bold", box=None)
    table.add_column("category", style="cyan")
    table.add_column("")
    table.add_column("wants it again", justify="right")
    table.add_column("brand")
    ordered = sorted(by_subject.items(), key=lambda each: -_baskets(each[1]))
    for subject, found in ordered[:THING_COUNT]:
        rhythm = found.get("repurchase_gap_days") or found.get("return_chance")
        chance, brand = found.get("return_chance"), found.get("favourite_brand")
        table.add_row(
            Text(called(subject, names).removeprefix("categories/")),
            Text(rhythm.explanation if rhythm else ""),
            share_in_percent(chance.number) if chance else "-",
            Text(brand.explanation if brand else ""),
        )
    return table if table.rows else None


def _baskets(found: Mapping[str, Trait]) -> int:
    chance = found.get("return_chance")
    return chance.evidence_count if chance else 0
