"""Personas in a dictionary: the plainest store that keeps the promises of the port."""

import dataclasses
from collections.abc import Sequence

from ml.model.persona import Personas
from services.profile.domain.personas.persona import (
    Persona,
    PersonaCatalogue,
    PersonaId,
    StoredPersona,
)
from services.serving.failures import Failure, Kind, not_found


class MemoryPersonaStore:
    """See ``services.profile.ports.PersonaStore``."""

    def __init__(self) -> None:
        self._stored: dict[str, StoredPersona] = {}
        self._learned: Personas | None = None
        self._revision = 0

    def create(self, persona: Persona, *, now_micros: int) -> StoredPersona:
        if persona.persona_id in self._stored:
            raise Failure(Kind.ALREADY_EXISTS, "PERSONA_EXISTS", f"{persona.persona_id} exists")
        return self._keep(StoredPersona(persona, 0, now_micros, now_micros))

    def get(self, persona_id: PersonaId) -> StoredPersona:
        if persona_id not in self._stored:
            raise not_found("persona", f"personas/{persona_id}")
        return self._stored[persona_id]

    def page(self, *, after: str, count: int) -> list[StoredPersona]:
        return [self._stored[each] for each in sorted(self._stored) if each > after][:count]

    def replace(self, persona: Persona, *, revision: int, now_micros: int) -> StoredPersona:
        before = self._current(persona.persona_id, revision)
        return self._keep(StoredPersona(persona, 0, before.created_micros, now_micros))

    def delete(self, persona_id: PersonaId, *, revision: int) -> None:
        self._current(persona_id, revision)
        del self._stored[persona_id]
        self._revision += 1

    def replace_learned(
        self, found: Sequence[Persona], learned: Personas, *, now_micros: int
    ) -> list[StoredPersona]:
        self._stored = {
            name: each for name, each in self._stored.items() if not each.persona.is_learned
        }
        self._learned = learned
        ordered = sorted(found, key=lambda each: each.persona_id)
        return [self._keep(StoredPersona(each, 0, now_micros, now_micros)) for each in ordered]

    def catalogue(self, known: PersonaCatalogue | None = None) -> PersonaCatalogue:
        if known is not None and known.revision == self._revision:
            return known
        personas = tuple(self._stored[each].persona for each in sorted(self._stored))
        return PersonaCatalogue(self._revision, personas, self._learned)

    def _current(self, persona_id: PersonaId, revision: int) -> StoredPersona:
        stored = self.get(persona_id)
        if stored.revision != revision:
            raise Failure(Kind.STALE, "STALE_ETAG", f"{persona_id} was changed")
        return stored

    def _keep(self, stored: StoredPersona) -> StoredPersona:
        self._revision += 1
        numbered = dataclasses.replace(stored, revision=self._revision)
        self._stored[stored.persona.persona_id] = numbered
        return numbered
