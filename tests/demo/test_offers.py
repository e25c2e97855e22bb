"""The demo's offers fit the shop whose data they are made from."""

from collections.abc import Sequence

import pandas as pd
import pytest

from demo.offers import dozen_offers
from ml.dataset.dataset import Dataset, Description, make_dataset

DESCRIPTION = Description("shop", dated=False, source="test", licence="none", protocol="last")
WHOLE_SHOP = {"welcome-back", "thank-you-regulars", "nice-to-meet-you"}


def _shop(items: pd.DataFrame) -> Dataset:
    """Return a shop in which one customer bought every item once."""
    count = len(items)
    bought = pd.DataFrame(
        {
            "customer_id": ["c"] * count,
            "basket_id": [f"b{number}" for number in range(count)],
            "sequence": range(count),
            "occurred_at": pd.Series([pd.NaT] * count, dtype="datetime64[us, UTC]"),
            "item_id": items["item_id"],
            "quantity": [1.0] * count,
            "unit_price": [1.0] * count,
        }
    )
    return make_dataset(DESCRIPTION, bought, items=items)


def _items(names: Sequence[str | None], *, category: str | None = None) -> pd.DataFrame:
    ids = [f"i{number}" for number in range(len(names))]
    frame = pd.DataFrame({"item_id": ids, "name": names, "category": category})
    return frame.assign(brand=None, price=1.0)


def test_categories_are_the_themes_where_there_are_any() -> None:
    """A shop that sorts its items is talked of in its own words."""
    offers = dozen_offers(_shop(_items(["Chamomile", "Assam"], category="Tea")))
    assert set(offers) == {"more-tea", *WHOLE_SHOP}
    assert list(offers["more-tea"].categories) == ["Tea"]


def test_without_categories_names_tell_the_kinds_of_things() -> None:
    """A name ends with what the thing is; what it looks like is no theme, nor is one mug."""
    colours = ["pink", "red", "blue", "green", "white", "black", "ivory", "grey"]
    mugs = [f"{colour.upper()} HEART MUG" for colour in colours]
    bags = [f"Bag of {colour} hearts, 6 pcs, large lunch BAGS" for colour in colours]
    offers = dozen_offers(_shop(_items([*mugs, *bags, "PINK CLOCK"])))
    assert set(offers) == {"more-mugs", "more-bags", *WHOLE_SHOP}
    assert list(offers["more-mugs"].items) == [f"items/i{number}" for number in range(8)]


@pytest.mark.parametrize(
    ("word", "theme"),
    [("box", "boxes"), ("torch", "torches"), ("doily", "doilies"), ("tray", "trays")],
)
def test_kinds_are_named_in_the_plural(word: str, theme: str) -> None:
    """An offer is about more than one."""
    offers = dozen_offers(_shop(_items([f"{number} piece {word}" for number in range(8)])))
    assert offers[f"more-{theme}"].display_name == f"More of {theme}"


def test_items_without_names_leave_the_offers_about_the_whole_shop() -> None:
    """An export may hold nothing but ids."""
    assert set(dozen_offers(_shop(_items([None, None])))) == WHOLE_SHOP
