"""Links that a comparison of customers found probable: kept as suggestions, acted on by nobody.

What was said of two customers stays said of the traces that bore their names. Who these are now,
whether people said that they are two, and whether both still allow to be compared, is looked at
when somebody asks; so nothing has to be kept in step with merges, partings and consent.
"""

from collections.abc import Iterable
from enum import IntEnum
from typing import NamedTuple

from services.profile.domain.history.events import CustomerId
from services.profile.domain.privacy.consent import ConsentPolicy, Consents


class Likeness(IntEnum):
    """How alike two customers are in one thing; the numbers are those of the contract."""

    SAME = 1
    SIMILAR = 2
    DIFFERENT = 3


class Weight(NamedTuple):
    """What one comparison says."""

    comparison: str
    """What was compared: a key of the catalogue, or one of the names in ``_WORDS``."""
    outcome: Likeness
    bits: float
    """Base-2 logarithm of how many times likelier this is of one person than of two."""


class FoundLink(NamedTuple):
    """Two customers who may be one person, as a run found them."""

    ends: tuple[CustomerId, CustomerId]
    """The smaller name first."""
    probability: float
    weights: tuple[Weight, ...]


class LinkageRun(NamedTuple):
    """Which run found links, by what and when."""

    run_id: str
    model_version: str
    recorded_micros: int


class HeldLink(NamedTuple):
    """What is held about a customer and another."""

    ends: tuple[CustomerId, CustomerId]
    """The customer and the other, as they are called now; equal once the two are one."""
    probability: float
    weights: tuple[Weight, ...]
    run: LinkageRun
    is_apart: bool
    """Whether people said that they are two."""
    consents: tuple[Consents, Consents]
    """What holds of each of the two."""


_WORDS = {
    ("shared_device", Likeness.SAME): "seen on the same device",
    ("shared_device", Likeness.DIFFERENT): "no device in common",
    ("shared_contact", Likeness.SAME): "an address or a number in common",
    ("shared_contact", Likeness.DIFFERENT): "no address or number in common",
    ("birth_year", Likeness.SAME): "born the same year",
    ("birth_year", Likeness.SIMILAR): "almost the same year of birth",
    ("birth_year", Likeness.DIFFERENT): "born in another year",
    ("daypart", Likeness.SAME): "shopping at the same times",
    ("daypart", Likeness.DIFFERENT): "shopping at other times",
    ("items", Likeness.SAME): "buying much the same",
    ("items", Likeness.SIMILAR): "some favourites in common",
    ("items", Likeness.DIFFERENT): "buying other things",
}
_OTHERWISE = {Likeness.SAME: "same", Likeness.SIMILAR: "similar", Likeness.DIFFERENT: "another"}


def suggested(held: Iterable[HeldLink], policy: ConsentPolicy) -> list[HeldLink]:
    """Return what may be suggested, the likeliest first, and of each other customer once.

    Whoever has become the same customer, was taken apart by people, or does not allow to be
    compared any more, is left out.
    """
    likeliest: dict[CustomerId, HeldLink] = {}
    for link in sorted(held, key=lambda each: (-each.probability, each.ends)):
        one, other = link.ends
        allowed = all(map(policy.allows_conclusions, link.consents))
        if one != other and not link.is_apart and allowed:
            likeliest.setdefault(other, link)
    return list(likeliest.values())


def strongest_first(weights: Iterable[Weight]) -> list[Weight]:
    """Return what speaks for a link, the strongest first, then what speaks against it."""
    return sorted(weights, key=lambda each: (each.bits < 0, -abs(each.bits), each.comparison))


def why(weights: Iterable[Weight]) -> str:
    """Return the reasons in words, such as ``same postcode, born the same year; another store``.

    What speaks for the link stands before the semicolon, what speaks against it behind.
    """
    ordered = strongest_first(weights)
    sides = (
        [in_words(each) for each in ordered if each.bits >= 0],
        [in_words(each) for each in ordered if each.bits < 0],
    )
    return "; ".join(", ".join(side) for side in sides if side)


def in_words(weight: Weight) -> str:
    """Return how one comparison came out, such as ``same postcode``."""
    thing = weight.comparison.replace("_", " ")
    plain = f"{_OTHERWISE[weight.outcome]} {thing}"
    return _WORDS.get((weight.comparison, weight.outcome), plain)
