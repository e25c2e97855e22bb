"""Ids that services take, made of what a shop calls its things."""

import re
from collections.abc import Iterable
from itertools import chain, count

MOST_CHARACTERS = 60
"""Of 63 that an id may have: a number of two digits still fits behind."""


def slugs(prefix: str, names: Iterable[str]) -> list[str]:
    """Return an id for each name, no two alike, such as ``more-tea``.

    What is left of a name are Latin letters and digits; where that is nothing, or what is left of
    another name, a number stands behind.
    """
    taken: list[str] = []
    for name in names:
        plain = re.sub(r"[^a-z0-9]+", "-", f"{prefix}-{name}".lower())
        plain = plain[:MOST_CHARACTERS].strip("-")
        numbered = (f"{plain}-{number}" for number in count(len(taken) + 1))
        tried = chain([plain] if plain != prefix else [], numbered)
        taken.append(next(each for each in tried if each not in taken))
    return taken
