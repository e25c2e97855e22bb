"""The catalogue, what lies close to what, and the model that says so."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from ofone.embedding.v1.embedding_service_pb2 import (
    GetItemRequest,
    GetModelRequest,
    ListItemsRequest,
    ListSimilarItemsRequest,
)

from services.console.option_groups import Output
from services.console.reading.plain_messages import resource_name
from services.console.rendering.figures import count_in_words
from services.console.rendering.item_tables import (
    item_sheet,
    items_table,
    model_sheet,
    similar_table,
)
from services.console.rendering.refusals import refusals_table
from services.console.session import Session
from services.console.writing.items import write_items as write


@dataclass(frozen=True, slots=True)
class ItemNamed:
    """An item, by name."""

    name: Annotated[str, typer.Argument(help="The item: items/… or the bare id.")]


def show_item(session: Session, named: ItemNamed, output: Output) -> None:
    """Show an item of the catalogue."""
    request = GetItemRequest(name=resource_name("items", named.name))
    item = session.embedding.GetItem(request).item
    if output.json:
        session.print_json(item)
    else:
        session.console.print(item_sheet(item))


@dataclass(frozen=True, slots=True)
class Selection:
    """Which part of the catalogue."""

    category: Annotated[str, typer.Option(help="Only of this category.", show_default=False)] = ""
    brand: Annotated[str, typer.Option(help="Only of this brand.", show_default=False)] = ""
    maximum: Annotated[
        int, typer.Option("--max", metavar="N", min=1, max=1_000, help="At most so many a page.")
    ] = 50
    page: Annotated[
        str, typer.Option(metavar="TOKEN", help="Go on from here.", show_default=False)
    ] = ""


def list_items(session: Session, selection: Selection, output: Output) -> None:
    """List the catalogue, by name."""
    request = ListItemsRequest(
        page_size=selection.maximum,
        page_token=selection.page,
        category=selection.category,
        brand=selection.brand,
    )
    response = session.embedding.ListItems(request)
    if output.json:
        session.print_json(response)
        return
    session.console.print(items_table(response.items))
    if response.next_page_token:
        more = f"More: --page {response.next_page_token}"
        session.console.print(more, style="dim", soft_wrap=True)


@dataclass(frozen=True, slots=True)
class SimilarCount:
    """How many similar items."""

    maximum: Annotated[
        int, typer.Option("--max", metavar="N", min=1, max=100, help="At most so many.")
    ] = 10


def list_similar_items(
    session: Session, named: ItemNamed, count: SimilarCount, output: Output
) -> None:
    """List the items that the same people like."""
    name = resource_name("items", named.name)
    request = ListSimilarItemsRequest(item=name, page_size=count.maximum)
    response = session.embedding.ListSimilarItems(request)
    if output.json:
        session.print_json(response)
    else:
        session.console.print(similar_table(response.items))


@dataclass(frozen=True, slots=True)
class ItemFile:
    """A file of items."""

    file: Annotated[
        Path,
        typer.Argument(
            exists=True, dir_okay=False, readable=True, help="JSON lines (.jsonl), or YAML."
        ),
    ]
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything, write nothing.")] = (
        False
    )


def write_items(session: Session, options: ItemFile) -> int:
    """Write items into the catalogue: new ones are created, known ones replaced.

    One item a line (JSON) or list entry (YAML), with the fields name, display_name, category,
    brand, price and stock_quantity. A file with a mistake is not written at all.
    """
    written, refusals = write(session.embedding, options.file, validate_only=options.dry_run)
    done = "would be written" if options.dry_run else "written"
    session.console.print(f"{count_in_words(written, 'item')} {done}.")
    if refusals:
        session.errors.print(refusals_table(refusals))
    return int(bool(refusals))


def show_model(session: Session, output: Output) -> None:
    """Show the model that answers."""
    model = session.embedding.GetModel(GetModelRequest()).model
    if output.json:
        session.print_json(model)
    else:
        session.console.print(model_sheet(model))
