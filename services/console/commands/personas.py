"""The personas that people write, and those that were learned."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from google.protobuf import json_format
from ofone.profile.v1.persona_pb2 import LearnedPersonas, Persona
from ofone.profile.v1.persona_service_pb2 import (
    DeletePersonaRequest,
    GetPersonaRequest,
    ListPersonasRequest,
    ReplaceLearnedPersonasRequest,
)

from services.console.option_groups import Output
from services.console.paging import pages
from services.console.reading.plain_messages import resource_name
from services.console.rendering.persona_tables import persona_sheet, personas_table
from services.console.session import Session
from services.console.writing.personas import write_persona
from services.console.writing.resource_files import ResourceFile, write_resources
from services.console.writing.stored import Outcome


def write_personas(session: Session, options: ResourceFile) -> int:
    """Write personas from a file: new ones are created, known ones changed to what it says.

    A field that the file leaves out is cleared. Nothing is written when the file has a mistake
    that can be seen without asking; of what the service refuses, the other personas are written.
    """

    def write(persona: Persona) -> Outcome:
        return write_persona(session.personas, persona, validate_only=options.dry_run)

    return write_resources(session, options, Persona, write)


@dataclass(frozen=True, slots=True)
class PersonaNamed:
    """A persona, by name."""

    name: Annotated[str, typer.Argument(help="The persona: personas/… or the bare id.")]


def show_persona(session: Session, named: PersonaNamed, output: Output) -> None:
    """Show a persona."""
    request = GetPersonaRequest(name=resource_name("personas", named.name))
    persona = session.personas.GetPersona(request).persona
    if output.json:
        session.print_json(persona)
    else:
        session.console.print(persona_sheet(persona))


def list_personas(session: Session, output: Output) -> None:
    """List all personas, by name."""
    found = pages(session.personas.ListPersonas, ListPersonasRequest(page_size=1_000))
    personas = [each for page in found for each in page.personas]
    if output.json:
        session.print_json_list(personas)
    else:
        session.console.print(personas_table(personas))


def delete_persona(session: Session, named: PersonaNamed) -> None:
    """Forget a written persona."""
    name = resource_name("personas", named.name)
    session.personas.DeletePersona(DeletePersonaRequest(name=name))
    session.console.print(f"{name} forgotten", highlight=False)


@dataclass(frozen=True, slots=True)
class LearnedFile:
    """A file of learned personas."""

    file: Annotated[
        Path,
        typer.Argument(
            exists=True, dir_okay=False, readable=True, help="As python -m ml personas writes it."
        ),
    ]
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything, write nothing.")] = (
        False
    )


def replace_learned(session: Session, options: LearnedFile, output: Output) -> None:
    """Put learned personas in the place of those learned before."""
    try:
        learned = json_format.Parse(options.file.read_bytes(), LearnedPersonas())
    except (json_format.ParseError, UnicodeDecodeError) as error:
        raise typer.BadParameter(f"{options.file} holds no learned personas: {error}") from None
    request = ReplaceLearnedPersonasRequest(learned=learned, validate_only=options.dry_run)
    personas = session.personas.ReplaceLearnedPersonas(request).personas
    if output.json:
        session.print_json_list(personas)
    else:
        session.console.print(personas_table(personas))
