"""From the embedding service's catalogue to ``items.parquet``: what is known of each item.

Purchases alone say nothing of an item's name or category; from these a model learns where an item
lies that nobody has bought yet.
"""

import grpc
import pandas as pd
from ofone.embedding.v1 import embedding_service_pb2 as messages
from ofone.embedding.v1.embedding_service_pb2_grpc import EmbeddingServiceStub
from ofone.embedding.v1.item_pb2 import Item

from ml.dataset import columns
from ml.dataset.rpc_reason import rpc_reason

PAGE_ITEMS = 1_000
"""As many as the service gives at a time."""

PAGE_SECONDS = 30.0


class CatalogueError(Exception):
    """The catalogue cannot be read; the message says why."""


def read_catalogue(channel: grpc.Channel) -> pd.DataFrame:
    """Return every item of the catalogue, with the columns of ``items.parquet``.

    Args:
        channel: To the embedding service.

    Raises:
        CatalogueError: when the service is away or refuses.
    """
    embedding = EmbeddingServiceStub(channel)
    rows: list[tuple[str | float | None, ...]] = []
    token = ""
    while True:
        request = messages.ListItemsRequest(page_size=PAGE_ITEMS, page_token=token)
        try:
            page = embedding.ListItems(request, timeout=PAGE_SECONDS)
        except grpc.RpcError as error:
            raise CatalogueError(
                f"the catalogue cannot be read after {len(rows):,} items: {rpc_reason(error)}"
            ) from error
        rows += map(_row, page.items)
        token = page.next_page_token
        if not token:
            names = [each.name for each in columns.ITEMS.columns]
            return columns.conform(columns.ITEMS, pd.DataFrame(rows, columns=names))


def _row(item: Item) -> tuple[str | float | None, ...]:
    return (
        item.name.removeprefix("items/"),
        item.display_name or None,
        item.category or None,
        item.brand or None,
        item.price if item.HasField("price") else None,
    )
