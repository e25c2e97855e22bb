"""What happened, told to the profile service."""

import json
import re
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from google.protobuf.timestamp_pb2 import Timestamp
from ofone.profile.v1 import event_pb2, profile_service_pb2
from ofone.profile.v1.event_pb2 import Event, EventLine
from ofone.profile.v1.profile_service_pb2 import IngestEventsRequest
from rich.text import Text

from services.console.display_names import item_display_names
from services.console.event_sending import Tally, send_events
from services.console.option_groups import Handle, Output, one_subject
from services.console.progress_bar import progress_bar
from services.console.reading.moments import FORM, read_moment
from services.console.reading.plain_messages import resource_name
from services.console.reading.records import json_lines
from services.console.rendering.refusals import refusals_table
from services.console.rendering.timelines import event_in_words, items_in_timeline
from services.console.session import Session
from services.serving.failures import Failure, FieldViolation, invalid

_ITEM_AND_QUANTITY = re.compile(r"(.+):(-?\d+(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class EventFile:
    """A file of events."""

    file: Annotated[
        Path,
        typer.Argument(exists=True, dir_okay=False, readable=True, help="One event a line, JSON."),
    ]
    source: Annotated[
        str, typer.Option(help="For events that do not name their source.", show_default=False)
    ] = ""


def send_file(session: Session, options: EventFile, output: Output) -> int:
    """Send events from a file; sending it again is harmless.

    One JSON object a line with the fields of an event: source, event_id, type (purchase, view …),
    occurred_at, customer or identifiers, channel, store, lines, offer and so on. Every line is
    answered for by itself; refused ones are listed with line, reason and field.
    """
    tally = Tally()
    with options.file.open("rb") as stream, progress_bar(session) as progress:
        task = progress.add_task("sending", total=options.file.stat().st_size)
        try:
            send_events(
                session.profile,
                json_lines(stream),
                source=options.source,
                tally=tally,
                on_read=lambda size: progress.advance(task, size),
            )
        except Failure:
            session.errors.print(
                f"Stopped behind line {tally.last_line:,}; sending the file again is harmless."
            )
            raise
    _print_tally(session, tally, output)
    return int(bool(tally.refusals))


@dataclass(frozen=True, slots=True)
class Purchase:
    """A purchase in words."""

    words: Annotated[
        list[str],
        typer.Argument(
            metavar="[NAME] ITEM[:QTY]",
            help="The customer, unless an option says who; then what was bought.",
        ),
    ]
    store: Annotated[str, typer.Option(help="The store's id.", show_default=False)] = ""
    channel: Annotated[str, typer.Option(help="Such as store, web or app.")] = "store"
    time: Annotated[str | None, typer.Option(metavar="TIME", help=f"When, {FORM}; else now.")] = (
        None
    )
    source: Annotated[str, typer.Option(help="The system that tells.")] = "console"


def buy(session: Session, purchase: Purchase, handle: Handle, output: Output) -> None:
    """Record a purchase: what a till would send.

    For example: ofone events buy --card 4711 espresso:2 milk
    """
    event = Event(
        source=purchase.source,
        event_id=str(uuid.uuid4()),
        type=event_pb2.EVENT_TYPE_PURCHASE,
        occurred_at=_moment(session, purchase.time),
        channel=purchase.channel,
        store=purchase.store,
    )
    words = list(purchase.words)
    subject = one_subject(None if handle.identifier() else words.pop(0), handle)
    if isinstance(subject, str):
        event.customer = subject
    else:
        event.identifiers.append(subject)
    if not words:
        raise typer.BadParameter("say what was bought: ITEM or ITEM:QTY")
    event.lines.extend(_line(word) for word in words)
    result = session.profile.IngestEvents(IngestEventsRequest(events=[event])).results[0]
    if result.outcome == profile_service_pb2.EVENT_OUTCOME_REFUSED:
        raise invalid([FieldViolation(result.field, result.reason, result.message)])
    if output.json:
        session.print_json(result)
        return
    item_names = item_display_names(session.embedding, items_in_timeline([event]))
    sentence = f"{result.customer} {event_in_words(event, item_names)}"
    session.console.print(sentence, markup=False)
    nameless = sorted({line.item for line in event.lines} - item_names.keys())
    if nameless:
        warning = f"The catalogue gives no name for {', '.join(nameless)}; recorded all the same."
        session.errors.print(Text(warning, style="yellow"), soft_wrap=True)
    what_now = f"What now? ofone offers {result.customer}"
    session.console.print(what_now, style="dim", soft_wrap=True)


def _line(word: str) -> EventLine:
    """Return the line for ``ITEM`` or ``ITEM:QTY``; an id may hold a colon as well."""
    match = _ITEM_AND_QUANTITY.fullmatch(word)
    item, quantity = match.groups() if match else (word, "1")
    return EventLine(item=resource_name("items", item), quantity=float(quantity))


def _moment(session: Session, text: str | None) -> Timestamp:
    moment = Timestamp()
    if text is None:
        moment.FromDatetime(session.now())
        return moment
    try:
        return read_moment(text)
    except ValueError as error:
        raise typer.BadParameter(f"--time {error}") from None


def _print_tally(session: Session, tally: Tally, output: Output) -> None:
    if output.json:
        refused = [
            {
                "line": each.line,
                "reason": each.violation.rule,
                "field": each.violation.field,
                "message": each.violation.message,
            }
            for each in tally.refusals
        ]
        counts = {"stored": tally.stored_count, "duplicate": tally.duplicate_count}
        session.console.print_json(json.dumps(counts | {"refused": refused}))
        return
    refused_lines = len({refusal.line for refusal in tally.refusals})
    session.console.print(
        f"{tally.stored_count:,} stored, {tally.duplicate_count:,} known before, "
        f"{refused_lines:,} refused."
    )
    if tally.refusals:
        session.errors.print(refusals_table(tally.refusals))
