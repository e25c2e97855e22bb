"""What may be compared of customers, as a table: a row each, as the profile service tells it.

Columns: ``customer_id``; ``shared_devices`` and ``shared_contacts``, lists of codes of identifiers
that several people use; ``store`` and ``daypart`` of most purchases, null for none; ``items``, a
list of codes, the most frequent first; ``basket_count``; and one for each fact that may be
compared: ``equal_{key}`` holds codes, ``near_{key}`` numbers.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pandas as pd

EQUAL, NEAR = "equal_", "near_"
SHARED = ("shared_devices", "shared_contacts")
_TEXTS, _LISTS = ("store", "daypart"), (*SHARED, "items")


@dataclass(frozen=True, slots=True)
class LinkageRecord:
    """What may be compared of one customer; codes stand for what nobody is to know."""

    customer_id: str
    shared_devices: tuple[str, ...] = ()
    """Tablets, browsers and apps that several people use."""
    shared_contacts: tuple[str, ...] = ()
    """Cards, addresses, numbers and logins that several people use."""
    codes: Mapping[str, str] = field(default_factory=dict)
    """Facts that are equal or not, by key."""
    numbers: Mapping[str, float] = field(default_factory=dict)
    """Facts that may be near, by key."""
    store: str = ""
    """Of most purchases; empty for none."""
    daypart: str = ""
    """Of most purchases; empty for none."""
    items: tuple[str, ...] = ()
    """The most frequent first."""
    basket_count: int = 0


def record_table(records: Iterable[LinkageRecord]) -> pd.DataFrame:
    """Return records as a table, by customer; what nobody has is no column."""
    rows = [_row(each) for each in records]
    fixed = ["customer_id", *_TEXTS, *_LISTS, "basket_count"]
    facts = sorted({name for row in rows for name in row} - set(fixed))
    table = pd.DataFrame(rows, columns=[*fixed, *facts])
    texts = ["customer_id", *_TEXTS, *(name for name in facts if name.startswith(EQUAL))]
    numbers = {name: "float64" for name in facts if name.startswith(NEAR)}
    table = table.astype({**dict.fromkeys(texts, "str"), **numbers, "basket_count": "int64"})
    return table.sort_values("customer_id", ignore_index=True)


def _row(record: LinkageRecord) -> dict[str, object]:
    return {
        "customer_id": record.customer_id,
        "store": record.store or None,
        "daypart": record.daypart or None,
        "shared_devices": list(record.shared_devices),
        "shared_contacts": list(record.shared_contacts),
        "items": list(record.items),
        "basket_count": record.basket_count,
        **{f"{EQUAL}{key}": code for key, code in record.codes.items()},
        **{f"{NEAR}{key}": number for key, number in record.numbers.items()},
    }
