"""How likely a customer belongs to each persona: a pure function of state, personas and moment."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from ml.model.persona import Personas, Rhythm
from services.conditions.condition import Facts, Holds, Value, Vocabulary
from services.profile.domain.history.moments import SECONDS_PER_DAY
from services.profile.domain.history.state import CustomerState
from services.profile.domain.personas.persona import Persona, PersonaCatalogue, PersonaId
from services.profile.domain.traits import traits

CATEGORY_SHARE = "category_share"

VOCABULARY = Vocabulary(
    {
        "traits": {
            "basket_count": int,
            "item_count": int,
            "days_since_last_purchase": float,
            "days_known": float,
            "total_spend": float,
            "mean_gap_days": float,
            "mean_basket_size": float,
            "discounted_basket_share": float,
            "home_store": str,
            "main_channel": str,
        }
    },
    tables={CATEGORY_SHARE: 0.0},
)
"""What rules may speak of; docs/personas.md explains each. Traits are called as in the audiences of
offers."""

Reading = Callable[[Facts], Holds]
"""Reads rules against facts."""


@dataclass(frozen=True, slots=True)
class Membership:
    """How likely a customer belongs to a persona."""

    persona_id: PersonaId
    display_name: str
    probability: float
    """From 0 to 1."""


def memberships(
    catalogue: PersonaCatalogue, state: CustomerState, *, reading: Reading, now: datetime
) -> tuple[Membership, ...]:
    """Return how likely a customer belongs to each persona, likeliest first.

    Args:
        catalogue: the personas that may be told.
        state: of the customer.
        reading: of rules.
        now: the moment, in the time zone of the shop, whose months seasons are of.
    """
    holds, month = reading(facts_of(state, int(now.timestamp()))), now.month
    told = {each.persona_id for each in catalogue.personas}
    learned = _among(_learned(catalogue.learned, state), told) if catalogue.learned else {}
    found = [
        Membership(
            each.persona_id,
            each.display_name,
            learned.get(each.persona_id, 0.0) if each.is_learned else _written(each, holds, month),
        )
        for each in catalogue.personas
    ]
    return tuple(sorted(found, key=lambda each: (-each.probability, each.persona_id)))


def facts_of(state: CustomerState, now_seconds: int) -> Facts:
    """Return what rules can be told about a customer."""
    known = traits(state)
    values: dict[str, Value] = {
        "basket_count": known.basket_count,
        "item_count": known.item_count,
        "total_spend": known.total_spend,
        "mean_gap_days": float(known.mean_gap_days),
        "mean_basket_size": float(known.mean_basket_size),
        "discounted_basket_share": float(known.discounted_basket_share),
        "home_store": known.home_store,
        "main_channel": known.main_channel,
    }
    if known.basket_count:
        since = (now_seconds - known.last_purchase_seconds) / SECONDS_PER_DAY
        age = (now_seconds - known.first_purchase_seconds) / SECONDS_PER_DAY
        values["days_since_last_purchase"] = max(since, 0.0)
        values["days_known"] = max(age, 0.0)
    lines = category_lines(state)
    whole = sum(lines.values())
    shares: Mapping[str, Value] = {name: count / whole for name, count in lines.items()}
    return {"traits": values, CATEGORY_SHARE: shares}


def category_lines(state: CustomerState) -> dict[str, int]:
    """Return how many lines of each category were bought in its latest 24 months."""
    return {name: sum(months.values()) for name, months in state.category_months.items()}


def _written(persona: Persona, holds: Holds, month: int) -> float:
    if holds(persona.rule) is not True:
        return 0.0
    return persona.season.weight(month) if persona.season else 1.0


def _among(probabilities: Mapping[str, float], told: Collection[str]) -> dict[str, float]:
    """Return what is left among those that may be told: what is missing must not tell the others.

    Where nothing is left, each that may be told is as likely as the next.
    """
    kept = {name: each for name, each in probabilities.items() if name in told}
    whole = sum(kept.values())
    return {name: each / whole if whole else 1 / len(kept) for name, each in kept.items()}


def _learned(personas: Personas, state: CustomerState) -> dict[str, float]:
    """Return the probability of each learned persona by id; the shares for one who never bought."""
    known = set(personas.words)
    counts: dict[str, float] = {
        item: float(bought.basket_count)
        for item, bought in state.items.items()
        if item in known and bought.basket_count
    }
    counts |= {name: float(count) for name, count in category_lines(state).items()}
    baskets, traits_now = state.basket_count, traits(state)
    rhythm = Rhythm(
        basket_size=traits_now.mean_basket_size if baskets else None,
        gap_days=traits_now.mean_gap_days if baskets > 1 else None,
    )
    chances = personas.memberships(personas.words_of(counts, rhythm))
    ids = (each.persona_id for each in personas.personas)
    return dict(zip(ids, chances, strict=True))
