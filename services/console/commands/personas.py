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
from rich.text import Text

from services.console.option_groups import Output
from services.console.persona_writing import write_persona
from services.console.reading.plain_messages import read_message, resource_name
from services.console.reading.records import Record, yaml_records
from services.console.rendering.failures import failure_text, violation_text
from services.console.rendering.persona_tables import persona_sheet, personas_table
from services.console.session import Session
from services.serving.failures import Failure, FieldViolation, Kind, invalid


@dataclass(frozen=True, slots=True)
class PersonaFile:
    """A file of personas."""

    file: Annotated[
        Path,
        typer.Argument(
            exists=True, dir_okay=False, readable=True, help="YAML: a persona, or a list of them."
        ),
    ]
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything, write nothing.")] = (
        False
    )


def write_personas(session: Session, options: PersonaFile) -> int:
    """Write personas from a file: new ones are created, known ones changed to what it says.

    A field that the file leaves out is cleared. Of what is refused, the others are written.
    """
    refused_count = 0
    records = yaml_records(options.file.read_bytes())
    if not records:
        session.console.print("The file holds no personas.")
    for record in records:
        persona = Persona()
        try:
            persona = _persona(record)
            outcome = write_persona(session.personas, persona, validate_only=options.dry_run)
        except Failure as failure:
            if failure.kind in (Kind.UNAVAILABLE, Kind.LATE, Kind.INTERNAL):
                raise
            refused_count += 1
            _print_refusal(session, record, persona, failure)
        else:
            tried = " (dry run)" if options.dry_run else ""
            session.console.print(f"{persona.name} {outcome}{tried}", highlight=False)
    return int(refused_count > 0)


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
    personas: list[Persona] = []
    request = ListPersonasRequest(page_size=1_000)
    while True:
        response = session.personas.ListPersonas(request)
        personas += response.personas
        if not response.next_page_token:
            break
        request.page_token = response.next_page_token
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


def _persona(record: Record) -> Persona:
    if record.mistake is not None:
        raise invalid([record.mistake])
    persona = read_message(Persona, record.value)
    if not persona.name:
        raise invalid([FieldViolation("name", "REQUIRED", "must not be empty")])
    return persona


def _print_refusal(session: Session, record: Record, persona: Persona, failure: Failure) -> None:
    """Print why a persona was refused, with lines of the file and the mistake in its rule."""
    if not failure.violations:
        session.errors.print(failure_text(failure, subject=persona.name))
        return
    if persona.name:
        session.errors.print(Text(f"{persona.name} refused:", style="bold red"))
    for violation in failure.violations:
        path = violation.field.removeprefix("persona.")
        placed = FieldViolation(path, violation.rule, violation.message)
        expression = persona.rule if path == "rule" else ""
        line = record.line_of(path)
        session.errors.print(violation_text(placed, line=line, expression=expression))
