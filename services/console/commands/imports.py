"""Files of other systems: read as a mapping says, and told to the profile service."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import dropwhile
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from services.console.importing.drafts import Draft, Refused
from services.console.importing.event_drafts import event_drafts
from services.console.importing.fact_drafts import fact_drafts
from services.console.importing.mapping import ImportMapping, MappingError, load_mapping
from services.console.importing.rows import Row, open_rows
from services.console.importing.sending import ImportTally, RefusedFile, send_drafts, sender
from services.console.option_groups import Output
from services.console.progress_bar import progress_bar
from services.console.session import Session
from services.serving.failures import Failure


@dataclass(frozen=True, slots=True)
class ImportFile:
    """A file of another system."""

    file: Annotated[
        Path,
        typer.Argument(
            exists=True, dir_okay=False, readable=True, help="CSV, JSON lines or Parquet."
        ),
    ]
    mapping: Annotated[
        Path,
        typer.Option(
            exists=True, dir_okay=False, readable=True, help="Which column is which, TOML."
        ),
    ]
    from_line: Annotated[
        int, typer.Option(min=1, metavar="N", help="Leave out what stands before line N.")
    ] = 1
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Read the whole file and send nothing.")
    ] = False


def import_file(session: Session, options: ImportFile, output: Output) -> int:
    """Import events or facts from a file; importing it again is harmless.

    A mapping says which column is which (docs/importing.md). Every line is answered for by itself;
    refused ones are counted by reason and written, with the reason, beside the file.

    For example: ofone import receipts.csv --mapping till.toml
    """
    tally = ImportTally()
    refused = RefusedFile(
        options.file.with_name(f"{options.file.name}.refused.jsonl"), goes_on=options.from_line > 1
    )
    try:
        mapping = load_mapping(options.mapping)
        with refused:
            _send(session, options, mapping, tally=tally, refused=refused)
    except MappingError as error:
        session.errors.print(Text(str(error)), soft_wrap=True)
        return 1
    except Failure:
        next_line = tally.last_line + 1
        session.errors.print(
            f"Stopped behind line {tally.last_line:,}; go on with --from-line {next_line}.",
            soft_wrap=True,
        )
        raise
    _print_tally(session, options, tally, output=output, refused=refused.path)
    return int(bool(tally.reasons))


def _send(
    session: Session,
    options: ImportFile,
    mapping: ImportMapping,
    *,
    tally: ImportTally,
    refused: RefusedFile,
) -> None:
    with progress_bar(session) as progress:
        task = progress.add_task("importing", total=options.file.stat().st_size)
        with open_rows(
            options.file, mapping, on_read=lambda size: progress.advance(task, size)
        ) as rows:
            wanted = dropwhile(lambda row: row.line < options.from_line, rows)
            drafts = _drafts(wanted, mapping)
            if options.dry_run:
                for each in drafts:
                    if isinstance(each, Refused):
                        tally.refuse(each)
                        refused.write(each)
                    else:
                        tally.stored_count += 1
            else:
                send = sender(session.profile, mapping)
                send_drafts(drafts, mapping, send=send, tally=tally, refused=refused)


def _drafts(rows: Iterator[Row], mapping: ImportMapping) -> Iterator[Draft | Refused]:
    return (event_drafts if mapping.kind == "events" else fact_drafts)(rows, mapping)


def _print_tally(
    session: Session, options: ImportFile, tally: ImportTally, *, output: Output, refused: Path
) -> None:
    count = tally.reasons.total()
    if output.json:
        answer = {
            "stored": tally.stored_count,
            "duplicate": tally.duplicate_count,
            "refused": dict(tally.reasons.most_common()),
            "refused_file": str(refused) if count else "",
        }
        session.console.print_json(json.dumps(answer))
        return
    if options.dry_run:
        session.console.print(f"{tally.stored_count:,} can be sent, {count:,} lines refused.")
    else:
        session.console.print(
            f"{tally.stored_count:,} stored, {tally.duplicate_count:,} known before, "
            f"{count:,} lines refused."
        )
    for each in tally.shown:
        session.errors.print(Text(_sentence(options.file, each)), soft_wrap=True)
    if count > len(tally.shown):
        session.errors.print(f"… and {count - len(tally.shown):,} more")
    for reason, lines in tally.reasons.most_common():
        session.errors.print(f"{reason}: {lines:,}")
    if count:
        session.errors.print(f"All of them, each with its reason: {refused}", soft_wrap=True)


def _sentence(file: Path, refused: Refused) -> str:
    place = f"{file.name}, line {refused.row.line}"
    if refused.column:
        place += f", column {refused.column}"
    return f"{place}: {refused.violation.rule}: {refused.violation.message}"
