"""Traits and tendencies as messages."""

from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp
from ofone.profile.v1 import customer_pb2

from services.profile.domain.snapshot import Columns
from services.profile.domain.traits import Priors, Trait, Unit
from services.profile.domain.traits.tendencies import tendencies

_UNITS = {
    Unit.DAYS: customer_pb2.TRAIT_UNIT_DAYS,
    Unit.COUNT: customer_pb2.TRAIT_UNIT_COUNT,
    Unit.PER_MONTH: customer_pb2.TRAIT_UNIT_PER_MONTH,
    Unit.SHARE: customer_pb2.TRAIT_UNIT_SHARE,
    Unit.CURRENCY: customer_pb2.TRAIT_UNIT_CURRENCY,
    Unit.RATIO: customer_pb2.TRAIT_UNIT_RATIO,
    Unit.COEFFICIENT: customer_pb2.TRAIT_UNIT_COEFFICIENT,
    Unit.NONE: customer_pb2.TRAIT_UNIT_UNSPECIFIED,
}


def trait_message(trait: Trait) -> customer_pb2.Trait:
    """Return the message of a trait."""
    message = customer_pb2.Trait(
        name=trait.name,
        unit=_UNITS[trait.unit],
        evidence_count=trait.evidence_count,
        subject=trait.subject,
        explanation=trait.explanation,
    )
    match trait.value:
        case str() as text:
            message.text = text
        case datetime() as moment:
            message.time.CopyFrom(Timestamp(seconds=round(moment.timestamp())))
        case tuple() as mix:
            shares = [customer_pb2.TraitShare(name=name, share=share) for name, share in mix]
            message.mix.CopyFrom(customer_pb2.TraitMix(shares=shares))
        case number:
            message.number = number
    return message


def tendencies_message(
    columns: Columns, now: datetime, priors: Priors
) -> customer_pb2.Tendencies | None:
    """Return what a decision may lean on, ``None`` for one who never bought."""
    if not columns.evidence.day_count:
        return None
    known = tendencies(columns.evidence, columns.traits, now, priors)
    return customer_pb2.Tendencies(
        usual_gap_days=known.usual_gap_days,
        next_visit_seconds=known.next_visit_seconds,
        active_probability=known.active_probability,
        promotion_sensitivity=known.promotion_sensitivity,
        brand_loyalty=known.brand_loyalty,
        variety_seeking=known.variety_seeking,
        typical_promotion_sensitivity=known.typical_promotion_sensitivity,
    )
