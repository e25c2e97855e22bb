"""A file of resources: all of it is read, then each is written, and each has its line."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from services.console.reading.plain_messages import read_message
from services.console.reading.records import Record, yaml_records
from services.console.rendering.failures import failure_text, violation_text
from services.console.session import Session
from services.console.writing.stored import Outcome, Resource
from services.serving.failures import Failure, FieldViolation, Kind, invalid


@dataclass(frozen=True, slots=True)
class ResourceFile:
    """A file of resources of one kind."""

    file: Annotated[
        Path,
        typer.Argument(
            exists=True, dir_okay=False, readable=True, help="YAML: one, or a list of them."
        ),
    ]
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything, write nothing.")] = (
        False
    )


def write_resources(
    session: Session,
    options: ResourceFile,
    kind: type[Resource],
    write: Callable[[Resource], Outcome],
) -> int:
    """Write the resources of a file; return the exit code.

    Nothing is written when the file has a mistake that can be seen without asking; of what the
    service refuses, the others are written.

    Args:
        session: where it is told.
        options: the file.
        kind: the class of the messages in it.
        write: brings one to the service.

    Raises:
        Failure: when the service did not refuse one but failed.
    """
    word = _word(kind)
    records = yaml_records(options.file.read_bytes())
    resources = list(_readable(session, records, kind))
    if len(resources) < len(records):
        return 1
    if not resources:
        session.console.print(f"The file holds no {word}s.")
    refused_count = 0
    for record, resource in resources:
        try:
            outcome = write(resource)
        except Failure as failure:
            if failure.kind in (Kind.UNAVAILABLE, Kind.LATE, Kind.INTERNAL):
                raise
            refused_count += 1
            _print_refusal(session, record, failure, word=word, name=resource.name)
        else:
            tried = " (dry run)" if options.dry_run else ""
            session.console.print(f"{resource.name} {outcome}{tried}", highlight=False)
    return int(refused_count > 0)


def _readable(
    session: Session, records: list[Record], kind: type[Resource]
) -> Iterator[tuple[Record, Resource]]:
    """Yield the resources that can be read, and print why the others cannot."""
    for record in records:
        try:
            if record.mistake is not None:
                raise invalid([record.mistake])
            resource = read_message(kind, record.value)
            if not resource.name:
                raise invalid([FieldViolation("name", "REQUIRED", "must not be empty")])
        except Failure as failure:
            _print_refusal(session, record, failure, word=_word(kind))
        else:
            yield record, resource


def _print_refusal(
    session: Session, record: Record, failure: Failure, *, word: str, name: str = ""
) -> None:
    """Print why a resource was refused, with lines of the file."""
    if not failure.violations:
        session.errors.print(failure_text(failure, subject=name))
        return
    if name:
        session.errors.print(Text(f"{name} refused:", style="bold red"))
    for violation in failure.violations:
        # A service begins with the field of its request that holds the resource: offer.audience.
        path = violation.field.removeprefix(f"{word}.")
        placed = FieldViolation(path, violation.rule, violation.message)
        session.errors.print(violation_text(placed, line=record.line_of(path)))


def _word(kind: type[Resource]) -> str:
    """Return what people call one of this kind, such as ``offer``."""
    return kind.DESCRIPTOR.name.lower()
