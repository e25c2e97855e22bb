"""What is typical of a shop's customers, as a file: JSON that ``python -m ml priors`` writes.

A part that a file leaves out keeps its default; a part that cannot be right is refused with its
name, because a wrong prior would be told of every customer.
"""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from services.profile.domain.traits.priors import (
    GapPrior,
    LifetimePrior,
    PricePrior,
    Priors,
    PromotionPrior,
    RepurchasePrior,
    SpendPrior,
    VarietyPrior,
)

FORMAT = 1

_SHARE = (0.0, 1.0)
_LOG = (-100.0, 100.0)
_SPREAD = (0.0, 100.0)
_POSITIVE = (1e-9, 1e12)

_BOUNDS = {
    "visits": {"log_mean": _LOG, "log_std": _SPREAD, "weight": _POSITIVE},
    "promotion": {"share": _SHARE, "weight": _POSITIVE},
    "variety": {"share": _SHARE, "weight": _POSITIVE},
    "anything": {"repeat_rate": _SHARE, "gap_log_mean": _LOG, "gap_log_std": _SPREAD},
    "lifetime": {"r": _POSITIVE, "alpha": _POSITIVE, "a": _POSITIVE, "b": _POSITIVE},
    "spend": {"p": _POSITIVE, "q": (1.0 + 1e-9, 1e12), "gamma": _POSITIVE},
}
"""Least and most of every number of a part, by the names in the file."""


class PriorsError(ValueError):
    """A file of priors cannot be used; the message says where it is wrong."""


def read_priors(path: Path) -> Priors:
    """Return what a file says is typical.

    Raises:
        PriorsError: when it cannot be read, is of another format, or a number is out of bounds.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PriorsError(f"{path} cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise PriorsError(f"{path} is not JSON: {error}") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise PriorsError(f"{path} is not a file of priors of format {FORMAT}")
    try:
        return _priors(document)
    except (TypeError, ValueError) as error:
        raise PriorsError(f"{path}: {error}") from None


def _priors(document: Mapping[str, Any]) -> Priors:
    parts = {name: _part(document, name) for name in _BOUNDS if document.get(name) is not None}
    plain = Priors()
    return Priors(
        visits=GapPrior(**parts["visits"]) if "visits" in parts else plain.visits,
        promotion=PromotionPrior(**parts.get("promotion", {})),
        variety=VarietyPrior(**parts.get("variety", {})),
        anything=_repurchase(**parts["anything"]) if "anything" in parts else plain.anything,
        items=_repurchases(document, "items"),
        categories=_repurchases(document, "categories"),
        prices={
            name: PricePrior(
                _number(f"prices of {name}", mean, _LOG), _number(f"prices of {name}", std, _SPREAD)
            )
            for name, (mean, std) in document.get("prices", {}).items()
        },
        lifetime=LifetimePrior(**parts["lifetime"]) if "lifetime" in parts else None,
        spend=SpendPrior(**parts["spend"]) if "spend" in parts else None,
    )


def _part(document: Mapping[str, Any], name: str) -> dict[str, float]:
    part, bounds = document[name], _BOUNDS[name]
    if not isinstance(part, dict) or part.keys() != bounds.keys():
        raise ValueError(f"{name} must have {', '.join(bounds)}")
    return {each: _number(f"{name}.{each}", part[each], bounds[each]) for each in bounds}


def _repurchases(document: Mapping[str, Any], name: str) -> dict[str, RepurchasePrior]:
    bounds = _BOUNDS["anything"]
    return {
        subject: _repurchase(
            *(
                _number(f"{name} {subject!r}", value, bounds[field])
                for field, value in zip(bounds, row, strict=True)
            )
        )
        for subject, row in document.get(name, {}).items()
    }


def _repurchase(repeat_rate: float, gap_log_mean: float, gap_log_std: float) -> RepurchasePrior:
    return RepurchasePrior(repeat_rate, GapPrior(gap_log_mean, gap_log_std))


def _number(name: str, value: object, bounds: tuple[float, float]) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{name} must be a finite number")
    least, most = bounds
    if not least <= value <= most:
        raise ValueError(f"{name} must be between {least:g} and {most:g}, is {value:g}")
    return float(value)
