"""What keeps personas, reads their rules, and goes through customers by them."""

from collections.abc import Sequence
from typing import Protocol

from ml.model.persona import Personas
from services.conditions.condition import Facts, Holds
from services.profile.domain.customer import (
    CustomerRecord,
)
from services.profile.domain.history.events import (
    CustomerId,
)
from services.profile.domain.personas.persona import (
    Persona,
    PersonaCatalogue,
    PersonaId,
    StoredPersona,
)


class PersonaStore(Protocol):
    """Keeps personas.

    What a method wrote is durable when it returns. Every method raises a ``Failure`` of kind
    ``UNAVAILABLE`` when the database is away.
    """

    def create(self, persona: Persona, *, now_micros: int) -> StoredPersona:
        """Keep a new persona.

        Raises:
            Failure: of kind ``ALREADY_EXISTS``, when the id is taken.
        """

    def get(self, persona_id: PersonaId) -> StoredPersona:
        """Return a persona.

        Raises:
            Failure: of kind ``NOT_FOUND`` for an unknown one.
        """

    def page(self, *, after: str, count: int) -> list[StoredPersona]:
        """Return at most ``count`` personas behind an id, by id."""

    def replace(self, persona: Persona, *, revision: int, now_micros: int) -> StoredPersona:
        """Keep a persona in the place of the one of this revision.

        Raises:
            Failure: of kind ``NOT_FOUND``; of kind ``STALE``, when it has another revision now.
        """

    def delete(self, persona_id: PersonaId, *, revision: int) -> None:
        """Forget the persona of this revision; raises as ``replace`` does."""

    def replace_learned(
        self, found: Sequence[Persona], learned: Personas, *, now_micros: int
    ) -> list[StoredPersona]:
        """Keep learned personas in the place of all that were learned before; return them by id."""

    def catalogue(self, known: PersonaCatalogue | None = None) -> PersonaCatalogue:
        """Return all personas; ``known`` itself while nothing has changed since."""


class PersonaRules(Protocol):
    """Understands the language of personas' rules."""

    def check(self, source: str) -> None:
        """Return when ``source`` can be used.

        Raises:
            ConditionMistake: with the position of the first mistake.
        """

    def about(self, facts: Facts) -> Holds:
        """Return what says whether a rule holds."""


class SegmentStore(Protocol):
    """Reads customers one after another.

    Every method raises a ``Failure`` of kind ``UNAVAILABLE`` when the database is away.
    """

    def records(self, *, after: CustomerId, most: int) -> list[CustomerRecord]:
        """Return the next customers behind a name, by name, who did not forbid personalisation.

        Of their items only those that lie near are among those of the state.
        """
