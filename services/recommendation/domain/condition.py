"""What conditions may speak of, and what is known of it in one request."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from services.conditions.condition import Facts, Value, Vocabulary
from services.conditions.source_text import tokens
from services.recommendation.domain.customer import CONSENT_CHANNELS, Customer
from services.recommendation.domain.moment import Moment

TENDENCIES = (
    *("usual_gap_days", "active_probability", "promotion_sensitivity"),
    *("brand_loyalty", "variety_seeking"),
)
"""What is inferred of a customer, as ``profile`` names it."""

VARIABLES: Mapping[str, Mapping[str, type]] = {
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
        **dict.fromkeys(TENDENCIES, float),
        "days_until_next_visit": float,
    },
    "context": {"channel": str, "store": str, "hour": int, "weekday": int, "basket_size": int},
    "marketing": dict.fromkeys(CONSENT_CHANNELS, bool),
}
"""Variables, their fields and their types; docs/offers.md explains each."""

PERSONA = "persona"
"""The table of memberships: ``persona('tea-people') > 0.5``."""

LIFE = "life"
"""The variable of stages of life: ``life.new_home > 0.6``."""

FACTS = "facts"
"""The variable of what sources say besides events: ``facts.garden``."""

SECONDS_PER_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Needs:
    """What must be told of a customer besides what is told of everybody."""

    personas: bool = False
    life_stages: bool = False
    facts: bool = False


def vocabulary(
    life_stages: Iterable[str], fact_kinds: Mapping[str, type] = MappingProxyType({})
) -> Vocabulary:
    """Return what conditions may speak of.

    Args:
        life_stages: those that are looked for.
        fact_kinds: by key, the types of the facts that may be known.
    """
    variables = {**VARIABLES, LIFE: dict.fromkeys(life_stages, float)}
    if fact_kinds:
        variables[FACTS] = fact_kinds
    return Vocabulary(variables, tables={PERSONA: 0.0}, casefolded=frozenset({FACTS}))


def needs_of(sources: Iterable[str]) -> Needs:
    """Return what any of these conditions asks for by name."""
    texts = tuple(sources)
    personas, life_stages, facts = (
        any(_is_named(word, each) for each in texts) for word in (PERSONA, LIFE, FACTS)
    )
    return Needs(personas=personas, life_stages=life_stages, facts=facts)


def facts_of(customer: Customer, moment: Moment) -> Facts:
    """Return what conditions can be told about ``customer`` at ``moment``."""
    facts: dict[str, Mapping[str, Value]] = {
        "context": {
            "channel": moment.channel,
            "store": moment.store,
            "hour": moment.time.hour,
            "weekday": moment.time.isoweekday(),
            "basket_size": len(moment.basket),
        }
    }
    if customer.traits is not None:
        facts["traits"] = _traits(customer, moment.seconds)
    if customer.personas is not None:
        facts[PERSONA] = customer.personas
    if customer.life_stages is not None:
        facts[LIFE] = customer.life_stages
    if customer.facts is not None:
        facts[FACTS] = customer.facts
    if customer.marketing_allowed is not None:
        allowed = customer.marketing_allowed
        facts["marketing"] = {channel: channel in allowed for channel in CONSENT_CHANNELS}
    return facts


def _is_named(word: str, source: str) -> bool:
    """Return whether it stands there as a name, and not within another one, a text or a comment."""
    return word in source and any(
        token.kind == "name" and token.text == word for token in tokens(source)
    )


def _traits(customer: Customer, now_seconds: int) -> Mapping[str, Value]:
    traits = customer.traits
    assert traits is not None
    values: dict[str, Value] = {
        "basket_count": traits.basket_count,
        "item_count": traits.item_count,
        "total_spend": float(traits.total_spend),
        "mean_gap_days": float(traits.mean_gap_days),
        "mean_basket_size": float(traits.mean_basket_size),
        "discounted_basket_share": float(traits.discounted_basket_share),
        "home_store": traits.home_store,
        "main_channel": traits.main_channel,
    }
    if traits.last_purchase_seconds is not None:
        since = (now_seconds - traits.last_purchase_seconds) / SECONDS_PER_DAY
        values["days_since_last_purchase"] = max(since, 0.0)
    if traits.first_purchase_seconds is not None:
        known = (now_seconds - traits.first_purchase_seconds) / SECONDS_PER_DAY
        values["days_known"] = max(known, 0.0)
    known_tendencies = traits.tendencies
    values |= {name: known_tendencies[name] for name in TENDENCIES if name in known_tendencies}
    if (next_visit := known_tendencies.get("next_visit_seconds")) is not None:
        values["days_until_next_visit"] = max((next_visit - now_seconds) / SECONDS_PER_DAY, 0.0)
    return values
