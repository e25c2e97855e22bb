"""Items between messages and domain."""

from collections.abc import Sequence
from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp
from ofone.embedding.v1 import item_pb2

from ml.model.attributes import ItemAttributes
from services.embedding.domain.item import Item, ItemDraft
from services.serving.validation import Check

COLLECTION = "items"
MAX_DISPLAY_NAME = 256
MAX_LABEL = 128
"""Characters of a category, a brand, a store or a model's version."""
MAX_ETAG = 64
MAX_PRICE = 1e9
MAX_STOCK = 1e12
"""What is higher is a mistake: prices are in a currency, stock in units."""


def drafts(messages: Sequence[item_pb2.Item], *, most: int) -> list[ItemDraft]:
    """Return what a caller wants written.

    Raises:
        Failure: of kind ``INVALID``, naming every field that breaks a rule.
    """
    check = Check()
    check.count("items", messages, least=1, most=most)
    check.done()
    found = [_draft(check, f"items[{place}]", each) for place, each in enumerate(messages)]
    first_place: dict[str, int] = {}
    for place, draft in enumerate(found):
        first = first_place.setdefault(draft.item_id, place)
        if first != place and draft.item_id:
            check.fail(f"items[{place}].name", "REPEATED", f"is the name of items[{first}] too")
    check.done()
    return found


def item_ids(path: str, names: Sequence[str], *, most: int) -> list[str]:
    """Return the ids behind 1 to ``most`` distinct names.

    Raises:
        Failure: of kind ``INVALID``, naming every name that breaks a rule.
    """
    check = Check()
    check.count(path, names, least=1, most=most)
    check.done()
    ids = [
        check.resource_id(f"{path}[{place}]", name, collection=COLLECTION)
        for place, name in enumerate(names)
    ]
    check.done()
    if len(set(ids)) < len(ids):
        check.fail(path, "REPEATED", "names an item twice")
    check.done()
    return ids


def item_id(path: str, name: str) -> str:
    """Return the id behind one name.

    Raises:
        Failure: of kind ``INVALID``, when the name is malformed.
    """
    check = Check()
    found = check.resource_id(path, name, collection=COLLECTION)
    check.done()
    return found


def label(check: Check, path: str, value: str) -> str:
    """Check a category, a brand, a store or a model's version."""
    return check.line(path, value, most=MAX_LABEL)


def item_message(item: Item) -> item_pb2.Item:
    """Return the message of an item; one that is not stored in this state has no etag."""
    attributes = item.attributes
    return item_pb2.Item(
        name=f"{COLLECTION}/{item.item_id}",
        display_name=attributes.name,
        category=attributes.category,
        brand=attributes.brand,
        price=attributes.price,
        stock_quantity=item.stock_quantity,
        create_time=timestamp(item.created),
        update_time=timestamp(item.updated),
        etag=item.etag if item.change else "",
    )


def timestamp(moment: datetime) -> Timestamp:
    """Return the message of a moment."""
    message = Timestamp()
    message.FromDatetime(moment)
    return message


def _draft(check: Check, path: str, message: item_pb2.Item) -> ItemDraft:
    name = check.line(f"{path}.display_name", message.display_name, most=MAX_DISPLAY_NAME)
    if not name.strip():
        check.fail(f"{path}.display_name", "REQUIRED", "must not be empty")
    price = stock = None
    if message.HasField("price"):
        price = check.number(f"{path}.price", message.price, least=0, most=MAX_PRICE)
    if message.HasField("stock_quantity"):
        stock = check.number(
            f"{path}.stock_quantity", message.stock_quantity, least=0, most=MAX_STOCK
        )
    category = label(check, f"{path}.category", message.category)
    brand = label(check, f"{path}.brand", message.brand)
    return ItemDraft(
        item_id=check.resource_id(f"{path}.name", message.name, collection=COLLECTION),
        attributes=ItemAttributes(name, category, brand, price),
        stock_quantity=stock,
        etag=check.text(f"{path}.etag", message.etag, most=MAX_ETAG),
    )
