"""Personas: kinds of customers that people wrote, or that were learned from histories."""

from dataclasses import dataclass
from typing import NewType

from ml.model.persona import Personas

PersonaId = NewType("PersonaId", str)

LEARNED_PREFIX = "learned-"
"""Begins the ids of learned personas, and of no other."""


@dataclass(frozen=True, slots=True)
class Season:
    """When in the year a written persona counts."""

    months: tuple[int, ...]
    """1 for January to 12, ascending, at least one; where the shop is."""
    weight_outside: float = 0.0
    """The probability in the other months, 0 to 1, for those of whom the rule holds."""

    def weight(self, month: int) -> float:
        """Return what the persona counts in a month, 0 to 1."""
        return 1.0 if month in self.months else self.weight_outside


@dataclass(frozen=True, slots=True)
class Persona:
    """One persona."""

    persona_id: PersonaId
    display_name: str
    description: str = ""
    picture_uri: str = ""
    rule: str = ""
    """CEL; empty for a learned one."""
    season: Season | None = None
    """``None`` for the whole year."""
    customer_share: float = 0.0
    """Of a learned one: its share of all customers, 0 to 1."""
    lifts: tuple[tuple[str, float], ...] = ()
    """Of a learned one: what sets its members apart, strongest first, by how many times."""
    is_sensitive: bool = False
    """Whether it is told only of customers who allow sensitive inference."""

    @property
    def is_learned(self) -> bool:
        """Whether it was learned, not written."""
        return self.persona_id.startswith(LEARNED_PREFIX)


@dataclass(frozen=True, slots=True)
class StoredPersona:
    """A persona as it is kept."""

    persona: Persona
    revision: int
    """Of the change that made it so; no two changes have the same."""
    created_micros: int
    updated_micros: int

    @property
    def etag(self) -> str:
        """Changes whenever the persona does."""
        return str(self.revision)


@dataclass(frozen=True, slots=True)
class PersonaCatalogue:
    """All personas at one moment."""

    revision: int
    personas: tuple[Persona, ...] = ()
    """By id."""
    learned: Personas | None = None
    """How memberships in the learned ones are told; ``None`` before any were learned."""

    def without_sensitive(self) -> "PersonaCatalogue":
        """Return those that may be told of anybody."""
        plain = tuple(each for each in self.personas if not each.is_sensitive)
        return PersonaCatalogue(self.revision, plain, self.learned)
