"""What is typical, as the file that ``profile`` reads, and in sentences for those who fitted it."""

import json
import math
from dataclasses import asdict, astuple
from pathlib import Path
from typing import Any

from ml.training.priors.typical import Repurchase, Typical

FORMAT = 1
DIGITS = 9
"""That matter; more would make the file twice as long."""


def write_priors(found: Typical, path: Path, *, digest: str) -> None:
    """Write the file, whole or not at all.

    Args:
        found: What is typical.
        path: The file; its folder is made.
        digest: Of the data set it was learned from.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.new")
    new.write_text(json.dumps(document(found, digest=digest), indent=1) + "\n", encoding="utf-8")
    new.replace(path)


def document(found: Typical, *, digest: str) -> dict[str, Any]:
    """Return the figures as the file holds them."""
    return {
        "format": FORMAT,
        "dataset": digest,
        "visits": _part(found.visits),
        "anything": _part(found.anything),
        "items": _rows(found.items),
        "categories": _rows(found.categories),
        "prices": {name: list(map(_rounded, row)) for name, row in found.prices.items()},
        "lifetime": _part(found.lifetime),
        "spend": _part(found.spend),
    }


def sentences(found: Typical) -> list[str]:
    """Return what was found, for people."""
    told = []
    if found.visits is not None:
        told.append(
            f"A typical customer comes every {math.exp(found.visits.log_mean):.1f} days; that is"
            f" worth {found.visits.weight:.1f} gaps of their own."
        )
    if found.lifetime is not None:
        one = found.lifetime
        told.append(
            f"BG/NBD: r {one.r:.4g}, alpha {one.alpha:.4g} days, a {one.a:.4g}, b {one.b:.4g}."
        )
    if found.spend is not None:
        spend = found.spend
        mean = spend.p * spend.gamma / (spend.q - 1)
        told.append(
            f"Gamma-gamma: p {spend.p:.4g}, q {spend.q:.4g}, gamma {spend.gamma:.4g}; a typical"
            f" customer spends {mean:.2f} on a day with a purchase."
        )
    told.append(
        f"Rhythms of {len(found.items):,} items and {len(found.categories):,} categories, prices"
        f" of {len(found.prices):,} categories."
    )
    return [*told, *(f"Left out: {each}." for each in found.refused)]


def _part(values: Any) -> dict[str, float] | None:  # a dataclass of floats, or nothing
    if values is None:
        return None
    return {name: _rounded(value) for name, value in asdict(values).items()}


def _rows(found: dict[str, Repurchase]) -> dict[str, list[float]]:
    return {name: list(map(_rounded, astuple(row))) for name, row in found.items()}


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
