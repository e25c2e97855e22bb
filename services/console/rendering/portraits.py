"""One customer at a glance, as somebody who looks after customers would want to read it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from ofone.profile.v1 import customer_pb2
from ofone.profile.v1.customer_pb2 import Consent, Customer, Exposure, Traits
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from services.console.rendering.fact_tables import facts_table
from services.console.rendering.figures import (
    ago_in_words,
    at,
    count_in_words,
    day,
    days_between,
    every_in_words,
    money,
    plain_number,
    share_in_percent,
    times_in_words,
)
from services.console.rendering.life_tables import stages_table
from services.console.rendering.names import called
from services.console.rendering.persona_tables import memberships_sentence
from services.console.rendering.rhythm import days_since, due_items, favourite_items, is_due
from services.console.rendering.trait_tables import habits_table, traits_table

FAVOURITE_COUNT = 8
DUE_COUNT = 5
EXPOSURE_COUNT = 8

_PURPOSES = {
    customer_pb2.CONSENT_PURPOSE_PERSONALISATION: "personalisation",
    customer_pb2.CONSENT_PURPOSE_MARKETING_EMAIL: "e-mail",
    customer_pb2.CONSENT_PURPOSE_MARKETING_SMS: "text message",
    customer_pb2.CONSENT_PURPOSE_MARKETING_PUSH: "push message",
    customer_pb2.CONSENT_PURPOSE_MARKETING_PHONE: "telephone",
    customer_pb2.CONSENT_PURPOSE_MARKETING_POST: "letter",
    customer_pb2.CONSENT_PURPOSE_PROFILING: "profiling",
    customer_pb2.CONSENT_PURPOSE_SENSITIVE_INFERENCE: "sensitive inference",
    customer_pb2.CONSENT_PURPOSE_THIRD_PARTY_DATA: "third-party data",
    customer_pb2.CONSENT_PURPOSE_HOUSEHOLD_SHARING: "household sharing",
}


def items_in_portrait(customer: Customer, now: datetime) -> list[str]:
    """Return the items that a portrait speaks of, so that their display names can be fetched."""
    favourites = [own.item for own in favourite_items(customer, most=FAVOURITE_COUNT)]
    due = [each.item for each in due_items(customer, now, most=DUE_COUNT)]
    return list(dict.fromkeys(favourites + due))


def offers_in_portrait(customer: Customer) -> list[str]:
    """Return the offers that a portrait speaks of."""
    return [f"offers/{seen.offer_id}" for seen in customer.exposures[:EXPOSURE_COUNT]]


def customer_portrait(
    customer: Customer,
    item_names: Mapping[str, str],
    *,
    now: datetime,
    offer_names: Mapping[str, str] | None = None,
) -> RenderableType:
    """Return the whole portrait: who, favourites, what is due and inferred, consents, offers seen.

    Args:
        customer: As ``GetCustomer`` answers without a mask.
        item_names: From ``items/…`` to display name; others appear with their id.
        now: The moment that "days ago" counts from, aware.
        offer_names: From ``offers/…`` to display name.
    """
    parts: list[RenderableType] = [Text(line) for line in portrait_sentences(customer, now=now)]
    if customer.items:
        parts += ["", favourites_table(customer, item_names, now=now)]
        parts += ["", Text.assemble(("Due: ", "bold"), due_sentence(customer, item_names, now=now))]
    if customer.personas:
        said = memberships_sentence(customer.personas)
        parts += ["", Text.assemble(("Personas: ", "bold"), said)]
    for table in (
        facts_table(customer.facts),
        stages_table(customer.life_stages),
        traits_table(customer.inferred_traits),
        habits_table(customer.inferred_traits, item_names),
    ):
        parts += ["", table] if table is not None else []
    parts += ["", consents_text(customer.consents)]
    if customer.exposures:
        parts += ["", exposures_table(customer.exposures, offer_names or {}, now=now)]
    return Panel(Group(*parts), title=Text(customer.name, style="bold"), title_align="left")


def portrait_sentences(customer: Customer, *, now: datetime) -> list[str]:
    """Return who this is in a few sentences."""
    traits = customer.traits
    sentences = []
    if customer.former_names:
        former = ", ".join(customer.former_names)
        sentences.append(f"Known before a merge as {former}.")
    if customer.household.household:
        told = day(at(customer.household.told_time))
        sentences.append(f"Lives in {customer.household.household} (told on {told}).")
    if traits.basket_count == 0:
        since = day(at(customer.create_time))
        return [*sentences, f"Known since {since}; has bought nothing yet."]
    first, last = at(traits.first_purchase_time), at(traits.last_purchase_time)
    one_day = days_between(first, last) < 1  # says nothing of a rhythm
    rhythm = "" if one_day else every_in_words(traits.mean_gap_days)
    sentences.append(
        f"Customer since {day(first)}: {count_in_words(traits.basket_count, 'basket')}"
        + (f", {rhythm} on average" if rhythm else "")
        + f", last {ago_in_words(days_between(last, now))} ({day(last)})."
    )
    sentences.append(_spend_sentence(traits))
    return [*sentences, *_place_sentences(traits)]


def favourites_table(customer: Customer, item_names: Mapping[str, str], *, now: datetime) -> Table:
    """Return the items bought most often, each with its rhythm."""
    table = Table(title="Favourites", title_justify="left", title_style="bold", box=None)
    table.add_column("item", style="cyan")
    for heading in ("baskets", "units", "usual gap", "last bought"):
        table.add_column(heading, justify="right")
    table.add_column("")
    for own in favourite_items(customer, most=FAVOURITE_COUNT):
        table.add_row(
            Text(called(own.item, item_names)),
            f"{own.basket_count:,}",
            plain_number(own.quantity),
            every_in_words(own.mean_gap_days) or "-",
            ago_in_words(days_since(own, now)),
            Text("due", style="bold yellow") if is_due(own, now) else "",
        )
    return table


def due_sentence(customer: Customer, item_names: Mapping[str, str], *, now: datetime) -> str:
    """Return what it is time to buy again, such as ``Tea (every 12 days, last 11 days ago)``."""
    due = [
        f"{called(each.item, item_names)} "
        f"({every_in_words(each.gap_days)}, last {ago_in_words(each.days_since)})"
        for each in due_items(customer, now, most=DUE_COUNT)
    ]
    return "; ".join(due) or "nothing at the moment"


def consents_text(consents: Sequence[Consent]) -> Text:
    """Return what the customer allows; what is only the default is marked."""
    text = Text.assemble(("Consents: ", "bold"))
    for position, consent in enumerate(consents):
        granted = consent.state == customer_pb2.CONSENT_STATE_GRANTED
        purpose = _PURPOSES.get(consent.purpose, "an unknown purpose")
        default = " (default)" if consent.source == "default" else ""
        text.append(", " if position else "")
        text.append(f"{purpose} ")
        text.append("yes" if granted else "no", style="green" if granted else "red")
        text.append(default)
    return text if consents else text.append("nothing was said")


def exposures_table(
    exposures: Sequence[Exposure], offer_names: Mapping[str, str], *, now: datetime
) -> Table:
    """Return the offers seen, latest first, with what the customer did."""
    table = Table(title="Offers seen", title_justify="left", title_style="bold", box=None)
    table.add_column("offer", style="cyan")
    for heading in ("shown", "last shown", "opened", "used"):
        table.add_column(heading, justify="right")
    table.add_column("")
    for seen in exposures[:EXPOSURE_COUNT]:
        latest = seen.impression_seconds[0] if seen.impression_seconds else 0
        table.add_row(
            Text(called(f"offers/{seen.offer_id}", offer_names)),
            times_in_words(seen.impression_count),
            _ago(latest, now),
            times_in_words(seen.click_count),
            times_in_words(seen.redemption_count),
            f"waved away {_ago(seen.last_dismissal_seconds, now)}"
            if seen.last_dismissal_seconds
            else "",
        )
    return table


def _spend_sentence(traits: Traits) -> str:
    mean = traits.total_spend / traits.basket_count
    size = count_in_words(round(traits.mean_basket_size), "different item")
    said = [
        f"Spent {money(traits.total_spend)} in all, {money(mean)} a basket of about {size}",
        f"knows {count_in_words(traits.item_count, 'item')}",
    ]
    if traits.discounted_basket_share > 0:  # a till that tells of no discount says nothing by it
        said.append(
            f"{share_in_percent(traits.discounted_basket_share)} of the baskets with a discount"
        )
    return "; ".join(said) + "."


def _place_sentences(traits: Traits) -> list[str]:
    places = []
    if traits.home_store:
        places.append(f"home store {traits.home_store}")
    if traits.main_channel:
        places.append(f"mostly through the channel {traits.main_channel}")
    sentence = ", ".join(places)
    return [f"{sentence[0].upper()}{sentence[1:]}."] if places else []


def _ago(seconds: int, now: datetime) -> str:
    return ago_in_words((now.timestamp() - seconds) / 86_400) if seconds else "never"
