"""What a shop sells, in words: the aisles that items are made of, read from ``aisles.toml``.

``life_aisles.toml`` adds what lives that change by degrees buy.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path

_FOLDER = Path(__file__).parent
_FILE = _FOLDER / "aisles.toml"
_LIFE_FILE = _FOLDER / "life_aisles.toml"


@dataclass(frozen=True, slots=True)
class Aisle:
    """One category of items."""

    category: str
    kinds: tuple[str, ...]
    """What there is, such as ``Ceylon tea``."""
    sizes: tuple[str, ...]
    """In which sizes, small to large; a larger one costs more."""
    price: float
    """Typical price of the smallest size."""
    gap_days: float
    """Typical days until someone who likes it buys it again; 0 for what is bought once."""
    weight: float
    """How much of the town's shopping falls into this aisle, relative to others."""
    goes_with: str = ""
    """The category that is often put into the same basket."""
    peak_month: int = 0
    """The month in which it sells most, 1 to 12; 0 for none."""


def read_aisles(*, by_degrees: bool = False) -> tuple[tuple[Aisle, ...], tuple[str, ...]]:
    """Return the aisles in the order of the shop, and the brands.

    Args:
        by_degrees: whether the shop also has what lives that change by degrees buy.
    """
    document = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    found = document["aisles"]
    if by_degrees:
        found = found + tomllib.loads(_LIFE_FILE.read_text(encoding="utf-8"))["aisles"]
    aisles = tuple(
        Aisle(**{**each, "kinds": tuple(each["kinds"]), "sizes": tuple(each["sizes"])})
        for each in found
    )
    return aisles, tuple(document["brands"])
