"""Households whose lives a child can read from what they buy, and the signs to read them by."""

from ml.model.life_stages.history import Kind, MonthlyHistory
from ml.model.life_stages.signs import Sign, SignTable, Stage, Usual

MARCH = 12 * 56 + 2
"""March 2026, in months since January 1970."""

RARE = Usual(rate=0.01, shape=0.3)


def stage(*signs: Sign, name: str = "new_home", is_sensitive: bool = False) -> Stage:
    return Stage(
        name,
        name.replace("_", " ").capitalize(),
        is_sensitive=is_sensitive,
        per_year=0.06,
        lasts_months=9,
        half_life_months=float("inf"),
        trust=1.0,
        signs=signs,
    )


LAMPS = Sign(Kind.CATEGORY, "Lamps", 8.0, RARE)
NAPPIES = Sign(Kind.CATEGORY, "Nappies", 20.0, RARE)
TABLE = SignTable((stage(LAMPS), stage(NAPPIES, name="expecting", is_sensitive=True)))


def household(
    *, until: int = MARCH, months: int = 12, bread: int = 20, **rare: dict[int, int]
) -> MonthlyHistory:
    """Return one that buys so much bread each month, and besides what is told by month."""
    lines = {"Bread": dict.fromkeys(range(until - months + 1, until + 1), bread)}
    return MonthlyHistory({**lines, **{name.capitalize(): own for name, own in rare.items()}})
