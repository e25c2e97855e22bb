"""Personas: who they are, and who a customer is by them."""

import calendar
from collections.abc import Iterable, Sequence

from ofone.profile.v1.persona_pb2 import (
    PERSONA_ORIGIN_LEARNED,
    Lift,
    Membership,
    Persona,
    Season,
)
from rich.table import Table
from rich.text import Text

from services.console.rendering.figures import plain_number, share_in_percent
from services.console.rendering.names import resource_id
from services.console.rendering.sheets import sheet

LEAST_PROBABILITY = 0.01
"""What is less likely is not said of a customer: it would read as 0 %."""
MOST_SAID = 6


def personas_table(personas: Iterable[Persona]) -> Table:
    """Return personas, one a row."""
    table = Table()
    table.add_column("persona", no_wrap=True)  # an id that is cut cannot be pasted
    for heading in ("what people call it", "who", "season"):
        table.add_column(heading)
    for persona in personas:
        table.add_row(
            Text(resource_id(persona.name), style="cyan"),
            Text(persona.display_name),
            Text(_who(persona)),
            Text(season_in_words(persona.season) if persona.HasField("season") else ""),
        )
    return table


def persona_sheet(persona: Persona) -> Table:
    """Return one persona, a field a row."""
    is_learned = persona.origin == PERSONA_ORIGIN_LEARNED
    return sheet(
        {
            "persona": persona.name,
            "what people call it": persona.display_name,
            "description": persona.description,
            "picture": persona.picture_uri,
            "origin": "learned from histories" if is_learned else "written",
            "sensitive": "told only with consent to it" if persona.sensitive else "",
            "rule": persona.rule,
            "season": season_in_words(persona.season) if persona.HasField("season") else "",
            "share of customers": share_in_percent(persona.customer_share) if is_learned else "",
            "what sets them apart": lifts_in_words(persona.lifts),
            "etag": persona.etag,
        }
    )


def memberships_sentence(memberships: Sequence[Membership]) -> str:
    """Return who a customer is by personas, such as ``Tea people 100 %, Cat 62 %``."""
    likely = [each for each in memberships if each.probability >= LEAST_PROBABILITY]
    said = [f"{each.display_name} {share_in_percent(each.probability)}" for each in likely]
    return ", ".join(said[:MOST_SAID]) or "none of the personas"


def lifts_in_words(lifts: Iterable[Lift]) -> str:
    """Return what sets members apart, such as ``Cat 6.5 times as often``."""
    return ", ".join(f"{each.word} {plain_number(each.lift)} times as often" for each in lifts)


def season_in_words(season: Season) -> str:
    """Return when a persona counts, such as ``November, December; else 50 %``."""
    months = ", ".join(calendar.month_name[month] for month in season.months)
    outside = share_in_percent(season.weight_outside)
    return f"{months}; else {outside}" if season.weight_outside else months


def _who(persona: Persona) -> str:
    if persona.origin != PERSONA_ORIGIN_LEARNED:
        return persona.rule
    share = share_in_percent(persona.customer_share)
    return f"learned: {share} of all customers"
