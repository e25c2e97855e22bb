"""What holds of a person when sources agree, and when they do not.

The same value from several sources is one value with several witnesses. Of different values one
holds, by rules that are declared, in this order:

1. what the person said, before what was seen, before what was bought in;
2. the newer before the older, by day (UTC): many sources know no more of a moment than its day;
3. the source that is trusted more;
4. the fresher, to the microsecond;
5. the value that comes first in order of text, so that the order of arrival never matters.

A value stands where its strongest witness stands. What does not hold stays visible beside what
does, with the rule that decided.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from services.profile.domain.facts.catalogue import Catalogue, freshness
from services.profile.domain.facts.fact import Fact
from services.profile.domain.facts.keys import FactKey, Value, sameness
from services.profile.domain.facts.sources import Basis, Source
from services.profile.domain.history.events import MICROS, Party
from services.profile.domain.privacy.consent import ConsentPolicy, Consents, Purpose

_DAY_MICROS = 86_400 * MICROS


class Rule(IntEnum):
    """What decided which value holds; the numbers are those of the contract."""

    UNCONTESTED = 1
    """Nobody says otherwise."""
    BASIS = 2
    NEWER = 3
    TRUST = 4
    FRESHER = 5
    ORDER = 6


class FactWitness(NamedTuple):
    """One source that says so."""

    source: Source
    basis: Basis
    first_micros: int
    """When it first said so, in microseconds since 1970."""
    last_micros: int
    """When it last said so."""
    told_count: int
    """How often it said so."""
    freshness: float
    """0 to 1, of when it last said so."""

    @property
    def standing(self) -> tuple[int, int, float, int]:
        """How strong it is; of two witnesses the greater is the stronger."""
        day = self.last_micros // _DAY_MICROS
        return -self.basis, day, self.source.trust, self.last_micros


class HeldValue(NamedTuple):
    """A value and everybody who says it."""

    value: Value
    """As its strongest witness writes it."""
    witnesses: tuple[FactWitness, ...]
    """The strongest first, at least one."""


@dataclass(frozen=True, slots=True)
class HeldFact:
    """What is known of a person under one key."""

    key: FactKey
    winner: HeldValue
    others: tuple[HeldValue, ...]
    """What else is said, the strongest first."""
    rule: Rule
    """Why the winner comes before the first of the others."""


@dataclass(frozen=True, slots=True)
class Readable:
    """The facts that may be read, and how many may not."""

    facts: tuple[Fact, ...]
    withheld: Mapping[Purpose, int]
    """The number of facts that the lack of a consent withholds."""


def readable(
    facts: Iterable[Fact], catalogue: Catalogue, policy: ConsentPolicy, consents: Consents
) -> Readable:
    """Return the facts that the customer allows to be read.

    A sensitive one needs consent to sensitive inference, a third party's to third-party data; one
    that is both needs both, and counts for the first that is missing. A fact whose key the
    catalogue does not hold any more is neither: nobody could say whether it is sensitive.
    """
    allowed: list[Fact] = []
    withheld: dict[Purpose, int] = defaultdict(int)
    for fact in facts:
        key = catalogue.keys.get(fact.key)
        if key is None:
            continue
        needed = _purposes(fact, key, catalogue)
        missing = next((each for each in needed if not policy.allows(each, consents)), None)
        if missing is None:
            allowed.append(fact)
        else:
            withheld[missing] += 1
    return Readable(tuple(allowed), dict(withheld))


def resolve(facts: Iterable[Fact], catalogue: Catalogue, *, now_micros: int) -> list[HeldFact]:
    """Return what holds under each key, in the order of the keys' names.

    Args:
        facts: those that may be read, in any order; of keys that the catalogue holds.
        catalogue: who the sources are.
        now_micros: the moment, for freshness.
    """
    by_key: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        by_key[fact.key].append(fact)
    return [
        _held(catalogue.keys[name], told, catalogue, now_micros)
        for name, told in sorted(by_key.items())
    ]


def basis_of(fact: Fact, source: Source) -> Basis:
    """Return on what ground a fact stands; what another company tells is always bought in."""
    if source.party is Party.THIRD:
        return Basis.BOUGHT_IN
    return fact.basis or source.basis


def _purposes(fact: Fact, key: FactKey, catalogue: Catalogue) -> list[Purpose]:
    source = catalogue.sources.of(fact.source, fact.party)
    needed = []
    if source.party is Party.THIRD or basis_of(fact, source) is Basis.BOUGHT_IN:
        needed.append(Purpose.THIRD_PARTY_DATA)
    if key.is_sensitive:
        needed.append(Purpose.SENSITIVE_INFERENCE)
    return needed


def _held(key: FactKey, told: Sequence[Fact], catalogue: Catalogue, now_micros: int) -> HeldFact:
    by_value: dict[object, list[Fact]] = defaultdict(list)
    for fact in told:
        by_value[sameness(fact.value)].append(fact)
    values = sorted(
        (_value(key, same, catalogue, now_micros) for same in by_value.values()),
        key=lambda each: str(sameness(each.value)),
    )
    values.sort(key=lambda each: each.witnesses[0].standing, reverse=True)
    rule = Rule.UNCONTESTED
    if len(values) > 1:
        first, second = (each.witnesses[0].standing for each in values[:2])
        rule = next(
            (
                rule
                for rule, one, other in zip(_DECIDING, first, second, strict=True)
                if one != other
            ),
            Rule.ORDER,
        )
    return HeldFact(key, values[0], tuple(values[1:]), rule)


_DECIDING = (Rule.BASIS, Rule.NEWER, Rule.TRUST, Rule.FRESHER)
"""The rule behind each part of a witness's standing."""


def _value(key: FactKey, same: Sequence[Fact], catalogue: Catalogue, now_micros: int) -> HeldValue:
    by_witness: dict[tuple[Source, Basis], list[Fact]] = defaultdict(list)
    for fact in same:
        source = catalogue.sources.of(fact.source, fact.party)
        by_witness[source, basis_of(fact, source)].append(fact)
    witnesses = []
    for (source, basis), told in by_witness.items():
        last = max(each.observed_micros for each in told)
        fresh = freshness(last, now_micros, half_life_days=key.half_life_days)
        first = min(each.observed_micros for each in told)
        witnesses.append(FactWitness(source, basis, first, last, len(told), fresh))
    witnesses.sort(key=lambda each: (each.standing, each.source.name), reverse=True)
    strongest = witnesses[0]
    spellings = by_witness[strongest.source, strongest.basis]
    _, spelling = max((each.observed_micros, each.value) for each in spellings)
    return HeldValue(spelling, tuple(witnesses))
