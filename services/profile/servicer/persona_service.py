"""The personas, on the wire."""
# ruff: noqa: N802  # gRPC's names

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import grpc
from ofone.profile.v1 import persona_service_pb2 as messages
from ofone.profile.v1.persona_service_pb2_grpc import PersonaServiceServicer

from ml.model.persona import Personas
from services.profile.domain.history.events import MICROS
from services.profile.domain.personas.persona import Persona, PersonaId, StoredPersona
from services.profile.ports.personas import PersonaRules, PersonaStore
from services.profile.servicer.messages.persona_messages import (
    changed,
    content_message,
    learned_of,
    persona_message,
    persona_of,
)
from services.serving.failures import Failure, Kind
from services.serving.paging import damaged_token, decode_token, encode_token, page_size
from services.serving.validation import Check

NAME = messages.DESCRIPTOR.services_by_name["PersonaService"].full_name
DEFAULT_PAGE_SIZE = 100
MAX_PAGE_SIZE = 1_000
MAX_PERSONAS = 200
"""Each costs every customer who is looked at an evaluation of its rule."""

_QUERY = ("personas",)


@dataclass(frozen=True, slots=True)
class PersonaServicer(PersonaServiceServicer):
    """Writes, reads and forgets personas."""

    store: PersonaStore
    rules: PersonaRules
    clock: Callable[[], datetime]

    def CreatePersona(
        self, request: messages.CreatePersonaRequest, _: grpc.ServicerContext
    ) -> messages.CreatePersonaResponse:
        """Write a new persona."""
        check = Check()
        persona_id = PersonaId(check.slug("persona_id", request.persona_id))
        persona = persona_of(persona_id, request.persona, check, rules=self.rules)
        check.done()
        if len(self.store.catalogue().personas) >= MAX_PERSONAS:
            raise Failure(
                Kind.PRECONDITION, "TOO_MANY_PERSONAS", f"there are {MAX_PERSONAS} personas already"
            )
        if request.validate_only:
            return messages.CreatePersonaResponse(persona=content_message(persona))
        stored = self.store.create(persona, now_micros=self._now_micros())
        return messages.CreatePersonaResponse(persona=persona_message(stored))

    def GetPersona(
        self, request: messages.GetPersonaRequest, _: grpc.ServicerContext
    ) -> messages.GetPersonaResponse:
        """Return one persona."""
        stored = self.store.get(_persona_id("name", request.name))
        return messages.GetPersonaResponse(persona=persona_message(stored))

    def ListPersonas(
        self, request: messages.ListPersonasRequest, _: grpc.ServicerContext
    ) -> messages.ListPersonasResponse:
        """Return a page of personas."""
        size = page_size(request.page_size, default=DEFAULT_PAGE_SIZE, most=MAX_PAGE_SIZE)
        found = self.store.page(after=_persona_behind(request.page_token), count=size + 1)
        more = len(found) > size
        token = encode_token([found[size - 1].persona.persona_id], query=_QUERY) if more else ""
        return messages.ListPersonasResponse(
            personas=[persona_message(each) for each in found[:size]], next_page_token=token
        )

    def UpdatePersona(
        self, request: messages.UpdatePersonaRequest, _: grpc.ServicerContext
    ) -> messages.UpdatePersonaResponse:
        """Change the fields that the mask names."""
        before = self._current(
            _persona_id("persona.name", request.persona.name), request.persona.etag
        )
        check = Check()
        after = changed(
            before.persona, request.persona, request.update_mask, check=check, rules=self.rules
        )
        check.done()
        if request.validate_only:
            return messages.UpdatePersonaResponse(persona=content_message(after))
        stored = self.store.replace(after, revision=before.revision, now_micros=self._now_micros())
        return messages.UpdatePersonaResponse(persona=persona_message(stored))

    def DeletePersona(
        self, request: messages.DeletePersonaRequest, _: grpc.ServicerContext
    ) -> messages.DeletePersonaResponse:
        """Forget a written persona."""
        stored = self._current(_persona_id("name", request.name), request.etag)
        if stored.persona.is_learned:
            message = "learned personas go when others are learned: see ReplaceLearnedPersonas"
            metadata = {"name": request.name}
            raise Failure(Kind.PRECONDITION, "PERSONA_LEARNED", message, metadata=metadata)
        if not request.validate_only:
            self.store.delete(stored.persona.persona_id, revision=stored.revision)
        return messages.DeletePersonaResponse()

    def ReplaceLearnedPersonas(
        self, request: messages.ReplaceLearnedPersonasRequest, _: grpc.ServicerContext
    ) -> messages.ReplaceLearnedPersonasResponse:
        """Put newly learned personas in the place of those learned before."""
        check = Check()
        learned = learned_of(request.learned, check)
        check.done()
        assert learned is not None  # or check.done had raised
        personas = self._with_what_people_changed(learned)
        if request.validate_only:
            drafts = [content_message(each) for each in personas]
            return messages.ReplaceLearnedPersonasResponse(personas=drafts)
        stored = self.store.replace_learned(personas, learned, now_micros=self._now_micros())
        return messages.ReplaceLearnedPersonasResponse(
            personas=[persona_message(each) for each in stored]
        )

    def _with_what_people_changed(self, learned: Personas) -> list[Persona]:
        known = {each.persona_id: each for each in self.store.catalogue().personas}
        found = []
        for each in learned.personas:
            persona_id = PersonaId(each.persona_id)
            kept = known.get(persona_id, Persona(persona_id, each.name))
            found.append(replace(kept, customer_share=each.share, lifts=each.lifts))
        return found

    def _current(self, persona_id: PersonaId, etag: str) -> StoredPersona:
        stored = self.store.get(persona_id)
        if etag and etag != stored.etag:
            message = f"the etag {etag[:64]} is not the current one: read the persona again"
            metadata = {"name": f"personas/{persona_id}"}
            raise Failure(Kind.STALE, "STALE_ETAG", message, metadata=metadata)
        return stored

    def _now_micros(self) -> int:
        return round(self.clock().timestamp() * MICROS)


def _persona_id(path: str, name: str) -> PersonaId:
    check = Check()
    persona_id = check.resource_id(path, name, collection="personas")
    check.done()
    return PersonaId(persona_id)


def _persona_behind(token: str) -> str:
    """Return the last persona's id of the page before, empty for the first page."""
    match decode_token(token, query=_QUERY):
        case None:
            return ""
        case [str() as persona_id]:
            return persona_id
        case _:
            raise damaged_token()
