"""Where an item that nobody bought yet lies, worked out by hand."""

import numpy as np
import pytest

from ml.model.attributes import MAX_TOKENS, AttributeMap, ItemAttributes, tokens

MAP = AttributeMap.of(
    ["category=tea", "brand=leaf", "green"],
    np.array([[1, 0], [0, 1], [0.5, 0.25], [10, 20]], np.float32),
)


def test_an_item_says_category_brand_price_and_the_words_of_its_name() -> None:
    found = tokens(ItemAttributes("Green tea, 20 bags", "Tea", "Leaf & Co", 3.0))

    assert found == [
        *("category=tea", "brand=leaf & co", "price=1"),
        *("green", "tea", "20", "bags"),
    ]


def test_capitals_and_repetition_make_no_difference() -> None:
    assert tokens(ItemAttributes("TEA Tea tea", "TEA")) == ["category=tea", "tea"]
    assert tokens(ItemAttributes("Straße", brand="GRÜN")) == ["brand=grün", "strasse"]


def test_what_is_not_known_says_nothing() -> None:
    assert tokens(ItemAttributes("")) == []
    assert tokens(ItemAttributes("_-! ", price=0.0)) == []


@pytest.mark.parametrize(
    ("price", "band"), [(0.25, -2), (0.99, -1), (1.0, 0), (1.99, 0), (2.0, 1), (1e9, 29)]
)
def test_prices_within_a_factor_of_two_share_a_band(price: float, band: int) -> None:
    assert tokens(ItemAttributes("", price=price)) == [f"price={band}"]


def test_an_item_says_so_much_and_no_more() -> None:
    words = " ".join(f"word{place}" for place in range(MAX_TOKENS + 9))

    found = tokens(ItemAttributes(words, "tea"))

    assert (len(found), found[0], found[-1]) == (MAX_TOKENS, "category=tea", "word62")


def test_the_vector_is_the_intercept_and_what_every_known_token_adds() -> None:
    green_tea = ItemAttributes("green unheard-of", "tea", "leaf", 4.0)

    assert MAP.vector(green_tea).tolist() == [10 + 1 + 0.5, 20 + 1 + 0.25]


def test_an_item_of_unknown_words_lies_at_the_intercept() -> None:
    assert MAP.vector(ItemAttributes("nothing")).tolist() == [10, 20]
