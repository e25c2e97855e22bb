"""Brings personas to what a file says: creates the new, changes the changed, leaves the others."""

from google.protobuf.field_mask_pb2 import FieldMask
from ofone.profile.v1.persona_pb2 import PERSONA_ORIGIN_LEARNED, Persona
from ofone.profile.v1.persona_service_pb2 import (
    CreatePersonaRequest,
    GetPersonaRequest,
    UpdatePersonaRequest,
)
from ofone.profile.v1.persona_service_pb2_grpc import PersonaServiceStub

from services.console.rendering.names import resource_id
from services.console.writing.stored import Outcome, guarded, unless_missing

_PLAIN = ("display_name", "description", "picture_uri", "sensitive")
_WRITTEN = (*_PLAIN, "rule", "season")
"""What a file decides of a learned persona, and of a written one."""


def write_persona(stub: PersonaServiceStub, persona: Persona, *, validate_only: bool) -> Outcome:
    """Create the persona, or change the stored one to it.

    An ``etag`` in the persona must be the current one; without it, the etag of the persona as just
    read guards against two people writing at once.

    Raises:
        Failure: when the service refuses it.
    """
    found = unless_missing(lambda: stub.GetPersona(GetPersonaRequest(name=persona.name)))
    if found is None:
        creation = CreatePersonaRequest(
            persona_id=resource_id(persona.name), persona=persona, validate_only=validate_only
        )
        stub.CreatePersona(creation)
        return Outcome.CREATED
    stored = found.persona
    fields = _PLAIN if stored.origin == PERSONA_ORIGIN_LEARNED else _WRITTEN
    is_same = all(getattr(persona, name) == getattr(stored, name) for name in fields)
    if is_same and persona.etag in ("", stored.etag):
        return Outcome.UNCHANGED
    request = UpdatePersonaRequest(
        persona=guarded(persona, stored),
        update_mask=FieldMask(paths=fields),
        validate_only=validate_only,
    )
    stub.UpdatePersona(request)
    return Outcome.CHANGED
