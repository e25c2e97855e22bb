"""Items of the catalogue, and the model that knows them."""

from collections.abc import Iterable

from ofone.embedding.v1.embedding_service_pb2 import Model, ScoredItem
from ofone.embedding.v1.item_pb2 import Item
from rich.table import Table
from rich.text import Text

from services.console.rendering.figures import (
    at,
    count_in_words,
    minute,
    money,
    plain_number,
    share_in_percent,
)
from services.console.rendering.names import resource_id
from services.console.rendering.sheets import sheet


def items_table(items: Iterable[Item]) -> Table:
    """Return items, one a row."""
    table = Table()
    table.add_column("item", no_wrap=True)  # an id that is cut cannot be pasted
    for heading in ("what people call it", "category", "brand"):
        table.add_column(heading)
    for heading in ("price", "in stock"):
        table.add_column(heading, justify="right")
    for item in items:
        table.add_row(*_cells(item))
    return table


def similar_table(items: Iterable[ScoredItem]) -> Table:
    """Return items with their nearness, closest first."""
    table = Table()
    table.add_column("item", no_wrap=True)  # an id that is cut cannot be pasted
    for heading in ("what people call it", "category", "brand"):
        table.add_column(heading)
    for heading in ("price", "in stock", "nearness"):
        table.add_column(heading, justify="right")
    for scored in items:
        table.add_row(*_cells(scored.item), f"{scored.score:.3f}")
    return table


def item_sheet(item: Item) -> Table:
    """Return one item, a field a row."""
    return sheet(
        {
            "item": item.name,
            "what people call it": item.display_name,
            "category": item.category,
            "brand": item.brand,
            "price": money(item.price) if item.HasField("price") else "",
            "in stock": _stock(item) or "not kept",
            "written": minute(at(item.update_time)) if item.HasField("update_time") else "",
            "etag": item.etag,
        }
    )


def model_sheet(model: Model) -> Table:
    """Return the model that answers, a field a row."""
    return sheet(
        {
            "version": model.version,
            "made": f"{minute(at(model.create_time))} UTC",
            "in use since": f"{minute(at(model.load_time))} UTC",
            "learned from": model.dataset_digest,
            "knows": count_in_words(model.item_count, "item"),
            "dimensions": str(model.factor_count),
            "index": f"{model.index_kind}, recall {share_in_percent(model.index_recall)}",
        }
    )


def _cells(item: Item) -> list[Text]:
    price = money(item.price) if item.HasField("price") else ""
    cells = [resource_id(item.name), item.display_name, item.category, item.brand, price]
    return [Text(cell) for cell in (*cells, _stock(item))]


def _stock(item: Item) -> str:
    return plain_number(item.stock_quantity) if item.HasField("stock_quantity") else ""
