"""Which column of a retailer's export is which: a small TOML file.

::

    name = "Online Retail"            # required
    source = "..."                    # optional, as is licence
    delimiter = ","                   # optional, for CSV
    encoding = "utf-8"                # optional, for CSV
    decimal = "."                     # optional; "," where the export writes 2,50

    [columns]                         # our word = the export's column
    customer = "CustomerID"           # required: customer, basket, item, occurred_at
    basket = "InvoiceNo"
    item = "StockCode"
    occurred_at = "InvoiceDate"
    quantity = "Quantity"             # optional, 1 when absent
    unit_price = "UnitPrice"          # optional, as are all below
    item_name = "Description"
    item_category = "Department"
    item_brand = "Brand"
    store = "Country"

    [dates]                           # optional
    formats = ["%Y-%m-%d %H:%M:%S"]   # tried in this order; ISO 8601 when absent
    timezone = "UTC"                  # of times that name none

    [refuse]                          # optional
    anonymous_customers = ["0"]       # values that mean: not known
    items = ["POST"]                  # codes that are not goods
"""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

SHIPPED = Path(__file__).parent / "mappings"

REQUIRED = ("customer", "basket", "item", "occurred_at")
OPTIONAL = ("quantity", "unit_price", "item_name", "item_category", "item_brand", "store")

_TEXTS = ("name", "source", "licence", "delimiter", "encoding", "decimal")
_DECIMALS = (".", ",")


class MappingError(ValueError):
    """A mapping cannot be read, or none fits the columns of an export."""


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """Which column of an export is which, and which of its lines are not purchases."""

    name: str
    """What the data is called."""
    columns: Mapping[str, str]
    """Our word (``REQUIRED``, ``OPTIONAL``) to the export's column."""
    source: str = ""
    licence: str = ""
    delimiter: str = ","
    """Between fields of a CSV; one character."""
    encoding: str = "utf-8"
    """Of a CSV or JSON lines file."""
    decimal: str = "."
    """Before the decimals of quantities and prices, ``.`` or ``,``."""
    date_formats: tuple[str, ...] = ()
    """``strptime`` formats, tried in this order; ISO 8601 when empty."""
    timezone: str = "UTC"
    """IANA name of the zone of times that name none."""
    anonymous_customers: frozenset[str] = frozenset()
    """Customer values that mean: not known."""
    refused_items: frozenset[str] = frozenset()
    """Item codes that are not goods, such as postage."""

    def missing(self, found: Collection[str]) -> list[str]:
        """Return the export's columns that are wanted and not among ``found``."""
        return [column for column in self.columns.values() if column not in found]


def load_mapping(path: Path) -> ColumnMapping:
    """Read a mapping file.

    Raises:
        MappingError: naming every key that is missing, unknown or of the wrong kind.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise MappingError(f"{path}: cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise MappingError(f"{path}: is not TOML: {error}") from None
    problems: list[str] = []
    sections = {
        section: _section(document.pop(section, {}), section, problems)
        for section in ("columns", "dates", "refuse")
    }
    texts = {name: _text(document.pop(name), name, problems) for name in _TEXTS if name in document}
    problems += [f"{name}: is not a key of a mapping" for name in document]
    if not texts.get("name"):
        problems.append("name: is missing")
    if texts.get("decimal", ".") not in _DECIMALS:
        problems.append(f"decimal: must be one of {' '.join(_DECIMALS)}")
    if len(texts.get("delimiter", ",")) > 1:
        problems.append("delimiter: must be one character")
    columns = _columns(sections["columns"], problems)
    dates, refuse = sections["dates"], sections["refuse"]
    formats = _texts(dates.pop("formats", []), "dates.formats", problems)
    timezone = _text(dates.pop("timezone", "UTC"), "dates.timezone", problems)
    anonymous = _texts(
        refuse.pop("anonymous_customers", []), "refuse.anonymous_customers", problems
    )
    items = _texts(refuse.pop("items", []), "refuse.items", problems)
    problems += [f"dates.{name}: is not a key of a mapping" for name in dates]
    problems += [f"refuse.{name}: is not a key of a mapping" for name in refuse]
    if not _is_timezone(timezone):
        problems.append(f"dates.timezone: {timezone!r} is not a time zone known here")
    if problems:
        raise MappingError("\n".join(f"{path}: {each}" for each in problems))
    return ColumnMapping(
        columns=columns,
        date_formats=formats,
        timezone=timezone,
        anonymous_customers=frozenset(anonymous),
        refused_items=frozenset(items),
        **texts,
    )


def shipped_mappings() -> tuple[ColumnMapping, ...]:
    """Return the mappings that come with this package, by file name."""
    return tuple(load_mapping(path) for path in sorted(SHIPPED.glob("*.toml")))


def fitting_mapping(found: Collection[str]) -> ColumnMapping:
    """Return the first shipped mapping whose columns are all among ``found``.

    Raises:
        MappingError: when none fits; lists the columns found, and those each mapping lacks.
    """
    lacks = []
    for each in shipped_mappings():
        missing = each.missing(found)
        if not missing:
            return each
        lacks.append(f"  {each.name}: {', '.join(missing)}")
    raise MappingError(
        f"no shipped mapping fits; columns found: {', '.join(found)}; missing for\n"
        + "\n".join(lacks)
        + "\nwrite a mapping file (see ml/dataset/mapping.py) and name it"
    )


def _is_timezone(name: str) -> bool:
    """Return whether times can be placed; UTC needs no time zone database."""
    try:
        return name == "UTC" or ZoneInfo(name) is not None
    except (KeyError, ValueError, OSError):
        return False


def _columns(section: dict[str, object], problems: list[str]) -> dict[str, str]:
    problems += [f"columns.{name}: is missing" for name in REQUIRED if name not in section]
    allowed = (*REQUIRED, *OPTIONAL)
    problems += [
        f"columns.{name}: is not one of {', '.join(allowed)}"
        for name in section
        if name not in allowed
    ]
    return {name: _text(value, f"columns.{name}", problems) for name, value in section.items()}


def _section(value: object, name: str, problems: list[str]) -> dict[str, object]:
    if isinstance(value, dict):
        return value
    problems.append(f"{name}: must be a table")
    return {}


def _text(value: object, name: str, problems: list[str]) -> str:
    if isinstance(value, str) and value:
        return value
    problems.append(f"{name}: must be a non-empty string")
    return ""


def _texts(value: object, name: str, problems: list[str]) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return tuple(value)
    problems.append(f"{name}: must be a list of strings")
    return ()
