"""An offer as the JSON text of its row; a field that is absent has its default."""

import dataclasses
import json
from datetime import datetime
from typing import Any

from services.recommendation.domain.offer import (
    Benefit,
    BenefitKind,
    ExposureCap,
    Offer,
    OfferId,
    OfferState,
    Targets,
    Variant,
)

_COLUMNS = {"offer_id", "state"}
"""Kept beside the text."""


def to_json(offer: Offer) -> str:
    """Return everything of ``offer`` but its id and state."""
    fields = dataclasses.asdict(offer)
    kept = {name: value for name, value in fields.items() if name not in _COLUMNS}
    return json.dumps(kept, default=_plain, ensure_ascii=False)


def from_json(offer_id: str, state: str, content: str) -> Offer:
    """Return the offer that ``to_json`` wrote."""
    fields: dict[str, Any] = json.loads(content)  # JSON
    for name in ("start_time", "end_time"):
        fields[name] = datetime.fromisoformat(fields[name]) if fields.get(name) else None
    for name in ("stores", "channels"):
        fields[name] = tuple(fields.get(name, ()))
    fields["targets"] = Targets(
        **{name: tuple(values) for name, values in fields["targets"].items()}
    )
    fields["variants"] = tuple(_variant(each) for each in fields["variants"])
    if fields.get("exposure_cap") is not None:
        fields["exposure_cap"] = ExposureCap(**fields["exposure_cap"])
    return Offer(offer_id=OfferId(offer_id), state=OfferState(state), **fields)


def _variant(fields: dict[str, Any]) -> Variant:
    benefit = fields["benefit"] | {"kind": BenefitKind(fields["benefit"]["kind"])}
    return Variant(**fields | {"benefit": Benefit(**benefit)})


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, BenefitKind):
        return value.value
    raise TypeError(f"no JSON form for {type(value).__name__}")
