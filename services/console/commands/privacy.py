"""What a customer may ask for: everything that is held, who looked, and the end of it."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from ofone.profile.v1.profile_service_pb2 import (
    EraseCustomerRequest,
    GetErasureRequest,
    ListAccessesRequest,
)
from rich.console import Group, RenderableType
from rich.text import Text

from services.console.display_names import item_display_names, offer_display_names
from services.console.export_writing import (
    DECISIONS_FILE,
    PAGE_FILE,
    RECORDS_FILE,
    FolderTakenError,
    make_folder,
    write_lines,
    write_page,
)
from services.console.held import Held, everything_held
from services.console.option_groups import Handle, Named, Output, customer_name
from services.console.paging import pages
from services.console.reading.plain_messages import resource_name
from services.console.rendering.decision_tables import (
    considered_table,
    decision_sentence,
    decision_view,
    items_in_decision,
)
from services.console.rendering.figures import count_in_words
from services.console.rendering.household_tables import homes_table
from services.console.rendering.identity_tables import changes_table, likenesses_table
from services.console.rendering.portraits import (
    customer_portrait,
    items_in_portrait,
    offers_in_portrait,
)
from services.console.rendering.privacy_tables import (
    accesses_table,
    erasure_view,
    statements_table,
)
from services.console.rendering.timelines import items_in_timeline, offers_in_timeline, timeline
from services.console.session import Session

MOST_ACCESSES = 1_000


@dataclass(frozen=True, slots=True)
class ExportFolder:
    """Where an export goes."""

    out: Annotated[
        Path,
        typer.Option("--out", metavar="FOLDER", help="A new folder, or an empty one."),
    ]


def export_customer(session: Session, named: Named, handle: Handle, folder: ExportFolder) -> None:
    """Write everything that is held about a customer into a folder.

    JSON lines for programs, and a page for people. For example: ofone export anna --out anna-export
    """
    held = everything_held(session, customer_name(session, named.name, handle))
    try:
        make_folder(folder.out)
        record_count = write_lines(folder.out / RECORDS_FILE, held.records)
        decision_count = write_lines(folder.out / DECISIONS_FILE, held.decisions)
        title = f"What is held about {held.customer.name}"
        write_page(folder.out / PAGE_FILE, title, _page(session, held))
    except (FolderTakenError, OSError) as error:
        raise typer.BadParameter(f"--out: {error}") from None
    session.console.print(
        f"{count_in_words(record_count, 'record')} and "
        f"{count_in_words(decision_count, 'decision')} are in {folder.out}; "
        f"{PAGE_FILE} is to be read, {RECORDS_FILE} and {DECISIONS_FILE} are for programs.",
        highlight=False,
        soft_wrap=True,
    )


def _page(session: Session, held: Held) -> Iterator[tuple[str, RenderableType]]:
    now, customer = session.now(), held.customer
    events = [each.event.event for each in held.records if each.HasField("event")]
    decisions = [each.decision for each in held.decisions]
    considered = [each for decision in held.decisions for each in decision.considered]
    items = item_display_names(
        session.embedding,
        items_in_portrait(customer, now)
        + items_in_timeline(events)
        + [item for decision in decisions for item in items_in_decision(decision)]
        + [each.item for each in considered],
    )
    offers = offer_display_names(
        session.offers,
        offers_in_portrait(customer)
        + offers_in_timeline(events)
        + [each.offer for each in considered],
    )
    yield "Who this is", customer_portrait(customer, items, now=now, offer_names=offers)
    said = [each.statement for each in held.records if each.HasField("statement")]
    yield "What was said about consent", statements_table(said)
    yield "What happened", timeline(events, items, offer_names=offers)
    homes = [each.household for each in held.records if each.HasField("household")]
    yield "In which households", homes_table(homes)
    changes = [each.identity_change for each in held.records if each.HasField("identity_change")]
    yield "Who became one person", changes_table(changes)
    alike = [each.probable_link for each in held.records if each.HasField("probable_link")]
    yield "Who may be the same person", likenesses_table(alike)
    looked = [each.access for each in held.records if each.HasField("access")]
    yield "Who looked", accesses_table(looked)
    if not held.decisions:
        yield "What was offered, and why", Text("Nothing.")
    for each in held.decisions:
        view = decision_view(each.decision, items, considered=each.considered, parts=True)
        why = Text(decision_sentence(each.decision))
        table = considered_table(each.considered, items, offers)
        yield f"What was offered, and why: {each.decision.name}", Group(view, why, table)


@dataclass(frozen=True, slots=True)
class Meant:
    """Whether it is meant."""

    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; it is meant.")] = False


def erase_customer(
    session: Session, named: Named, handle: Handle, meant: Meant, output: Output
) -> int:
    """Forget a customer, here and everywhere, after showing what would go.

    It cannot be undone. What happened until now is not taken in again; who comes again is a new
    customer. For example: ofone erase anna
    """
    name = customer_name(session, named.name, handle)
    request = EraseCustomerRequest(name=name, request_id=str(uuid.uuid4()), validate_only=True)
    if not meant.yes:
        rehearsed = session.profile.EraseCustomer(request).erasure
        session.errors.print(erasure_view(rehearsed, is_rehearsal=True))
        if not typer.confirm(f"Forget {name} for ever?", err=True):
            session.errors.print("Nothing was removed.")
            return 1
    request.validate_only = False
    erasure = session.profile.EraseCustomer(request).erasure
    if output.json:
        session.print_json(erasure)
    else:
        session.console.print(erasure_view(erasure))
    return 0


@dataclass(frozen=True, slots=True)
class ErasureNamed:
    """An erasure, by name."""

    name: Annotated[str, typer.Argument(help="The erasure: erasures/… or the bare id.")]


def show_erasure(session: Session, named: ErasureNamed, output: Output) -> None:
    """Tell how far an erasure is, and what was removed where."""
    request = GetErasureRequest(name=resource_name("erasures", named.name))
    erasure = session.profile.GetErasure(request).erasure
    if output.json:
        session.print_json(erasure)
    else:
        session.console.print(erasure_view(erasure))


def list_accesses(session: Session, named: Named, handle: Handle, output: Output) -> None:
    """List who looked at a customer, latest first."""
    name = customer_name(session, named.name, handle)
    request = ListAccessesRequest(parent=name, page_size=MOST_ACCESSES)
    found = pages(session.profile.ListAccesses, request)
    accesses = [each for page in found for each in page.accesses]
    if output.json:
        session.print_json_list(accesses)
    else:
        session.console.print(accesses_table(accesses))
