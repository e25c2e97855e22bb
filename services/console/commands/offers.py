"""The offers that people define."""

from dataclasses import dataclass
from typing import Annotated

import typer
from ofone.recommendation.v1.offer_pb2 import Offer
from ofone.recommendation.v1.offer_service_pb2 import (
    ArchiveOfferRequest,
    GetOfferRequest,
    ListOffersRequest,
)

from services.console.display_names import item_display_names
from services.console.option_groups import Output
from services.console.paging import pages
from services.console.reading.plain_messages import resource_name
from services.console.rendering.offer_tables import items_in_sheet, offer_sheet, offers_table
from services.console.session import Session
from services.console.writing.offers import write_offer
from services.console.writing.resource_files import ResourceFile, write_resources
from services.console.writing.stored import Outcome


def write_offers(session: Session, options: ResourceFile) -> int:
    """Write offers from a file: new ones are created, known ones changed to what it says.

    A field that the file leaves out is cleared. Nothing is written when the file has a mistake
    that can be seen without asking; of what the service refuses, the other offers are written.
    """

    def write(offer: Offer) -> Outcome:
        return write_offer(session.offers, offer, validate_only=options.dry_run)

    return write_resources(session, options, Offer, write)


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
    request = ListOffersRequest(page_size=1_000, show_archived=selection.archived)
    offers = [each for page in pages(session.offers.ListOffers, request) for each in page.offers]
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
