"""What a shop sells, in words: the aisles that items are made of, read from ``aisles.toml``."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

_FILE = Path(__file__).parent / "aisles.toml"


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


def read_aisles() -> tuple[tuple[Aisle, ...], tuple[str, ...]]:
    """Return the aisles in the order of the shop, and the brands."""
    document = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    aisles = tuple(
        Aisle(**{**each, "kinds": tuple(each["kinds"]), "sizes": tuple(each["sizes"])})
        for each in document["aisles"]
    )
    return aisles, tuple(document["brands"])
