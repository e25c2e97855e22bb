"""The offers that people define."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from ofone.recommendation.v1.offer_pb2 import Offer
from ofone.recommendation.v1.offer_service_pb2 import (
    ArchiveOfferRequest,
    GetOfferRequest,
    ListOffersRequest,
)
from rich.text import Text

from services.console.display_names import item_display_names
from services.console.offer_writing import write_offer
from services.console.option_groups import Output
from services.console.reading.offer_fields import expression_at, field_in_offer
from services.console.reading.plain_messages import read_message, resource_name
from services.console.reading.records import Record, yaml_records
from services.console.rendering.failures import failure_text, violation_text
from services.console.rendering.offer_tables import items_in_sheet, offer_sheet, offers_table
from services.console.session import Session
from services.serving.failures import Failure, FieldViolation, Kind, invalid


@dataclass(frozen=True, slots=True)
class OfferFile:
    """A file of offers."""

    file: Annotated[
        Path,
        typer.Argument(
            exists=True, dir_okay=False, readable=True, help="YAML: an offer, or a list of them."
        ),
    ]
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything, write nothing.")] = (
        False
    )


def write_offers(session: Session, options: OfferFile) -> int:
    """Write offers from a file: new ones are created, known ones changed to what it says.

    A field that the file leaves out is cleared. Nothing is written when the file has a mistake
    that can be seen without asking; of what the service refuses, the other offers are written.
    """
    records = yaml_records(options.file.read_bytes())
    offers = list(_readable(session, records))
    if len(offers) < len(records):
        return 1
    if not offers:
        session.console.print("The file holds no offers.")
    refused_count = 0
    for record, offer in offers:
        try:
            written = write_offer(session.offers, offer, validate_only=options.dry_run)
        except Failure as failure:
            if failure.kind in (Kind.UNAVAILABLE, Kind.LATE, Kind.INTERNAL):
                raise
            refused_count += 1
            _print_refusal(session, record, offer, failure)
        else:
            tried = " (dry run)" if options.dry_run else ""
            session.console.print(f"{offer.name} {written.outcome}{tried}", highlight=False)
    return int(refused_count > 0)


@dataclass(frozen=True, slots=True)
class OfferNamed:
    """An offer, by name."""

    name: Annotated[str, typer.Argument(help="The offer: offers/… or the bare id.")]


def show_offer(session: Session, named: OfferNamed, output: Output) -> None:
    """Show an offer."""
    request = GetOfferRequest(name=resource_name("offers", named.name))
    offer = session.offers.GetOffer(request).offer
    if output.json:
        session.print_json(offer)
        return
    item_names = item_display_names(session.embedding, items_in_sheet(offer))
    session.console.print(offer_sheet(offer, item_names))


@dataclass(frozen=True, slots=True)
class Archived:
    """Whether to show what is out of use."""

    archived: Annotated[bool, typer.Option("--archived", help="Archived ones too.")] = False


def list_offers(session: Session, selection: Archived, output: Output) -> None:
    """List all offers, by name."""
    offers: list[Offer] = []
    request = ListOffersRequest(page_size=1_000, show_archived=selection.archived)
    while True:
        response = session.offers.ListOffers(request)
        offers += response.offers
        if not response.next_page_token:
            break
        request.page_token = response.next_page_token
    if output.json:
        session.print_json_list(offers)
    else:
        session.console.print(offers_table(offers))


def archive_offer(session: Session, named: OfferNamed, output: Output) -> None:
    """Take an offer out of use, for good."""
    request = ArchiveOfferRequest(name=resource_name("offers", named.name))
    offer = session.offers.ArchiveOffer(request).offer
    if output.json:
        session.print_json(offer)
    else:
        session.console.print(f"{offer.name} archived", highlight=False)


def _readable(session: Session, records: list[Record]) -> Iterator[tuple[Record, Offer]]:
    """Yield the offers that can be read, and print why the others cannot."""
    for record in records:
        try:
            if record.mistake is not None:
                raise invalid([record.mistake])
            offer = read_message(Offer, record.value)
            if not offer.name:
                raise invalid([FieldViolation("name", "REQUIRED", "must not be empty")])
        except Failure as failure:
            _print_refusal(session, record, Offer(), failure)
        else:
            yield record, offer


def _print_refusal(session: Session, record: Record, offer: Offer, failure: Failure) -> None:
    """Print why an offer was refused, with lines of the file and mistakes in expressions."""
    if not failure.violations:
        session.errors.print(failure_text(failure, subject=offer.name))
        return
    if offer.name:
        session.errors.print(Text(f"{offer.name} refused:", style="bold red"))
    for violation in failure.violations:
        path = field_in_offer(violation.field)
        line = record.line_of(path)
        placed = FieldViolation(path, violation.rule, violation.message)
        expression = expression_at(offer, path)
        session.errors.print(violation_text(placed, line=line, expression=expression))
