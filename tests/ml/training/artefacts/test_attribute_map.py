"""Items nobody bought yet find their place by what they are."""

import numpy as np
import pandas as pd

from ml.model.attributes import AttributeMap, ItemAttributes
from ml.training.artefacts.attribute_map import (
    LEAST_TOKEN_ITEMS,
    attribute_places,
    fit_attribute_map,
    item_attributes,
)

AXES = np.eye(2, dtype=np.float32)


def teas_and_soaps(count: int = 200) -> tuple[list[str], np.ndarray, dict[str, ItemAttributes]]:
    ids = [f"item-{row}" for row in range(count)]
    factors = np.array([AXES[row % 2] for row in range(count)], np.float32)
    known = {
        each: ItemAttributes(f"number {row}", category=("tea", "soap")[row % 2])
        for row, each in enumerate(ids)
    }
    return ids, factors, known


def test_a_new_tea_lies_where_teas_lie() -> None:
    ids, factors, known = teas_and_soaps()

    found = AttributeMap.of(*fit_attribute_map(ids, factors, known))

    tea = found.vector(ItemAttributes("never seen", category="Tea"))
    np.testing.assert_allclose(tea, AXES[0], atol=0.1)
    soap = found.vector(ItemAttributes("", category="soap"))
    np.testing.assert_allclose(soap, AXES[1], atol=0.1)


def test_rare_tokens_are_left_out() -> None:
    ids, factors, known = teas_and_soaps()
    for each in ids[: LEAST_TOKEN_ITEMS - 1]:
        known[each] = ItemAttributes("oddity", category=known[each].category)

    kept, weights = fit_attribute_map(ids, factors, known)

    assert kept == ("category=soap", "category=tea", "number")
    assert weights.shape == (4, 2)


def test_without_attributes_everything_lies_in_the_middle() -> None:
    ids, factors, _ = teas_and_soaps()

    found = AttributeMap.of(*fit_attribute_map(ids, factors, {}))

    np.testing.assert_allclose(found.vector(ItemAttributes("anything")), [0.5, 0.5])


def test_nulls_of_the_catalogue_are_unknown() -> None:
    frame = pd.DataFrame(
        {
            "item_id": ["a", "b"],
            "name": ["Tea", None],
            "category": [None, "tea"],
            "brand": [None, None],
            "price": [None, 2.5],
        }
    )

    found = item_attributes(frame)

    assert found == {"a": ItemAttributes("Tea"), "b": ItemAttributes("", "tea", price=2.5)}


def test_items_that_were_bought_are_placed_by_what_they_are_too() -> None:
    ids, factors, known = teas_and_soaps()
    fitted = fit_attribute_map(ids, factors, known)

    found = attribute_places([*ids, "of which nothing is known"], known, fitted)

    assert found is not None
    np.testing.assert_allclose(found[0], found[2])  # two teas lie at one place
    np.testing.assert_allclose(found[:2], AXES, atol=0.1)
    np.testing.assert_array_equal(found[-1], fitted[1][-1])  # the intercept


def test_where_nothing_is_known_of_any_item_nobody_is_placed() -> None:
    ids, factors, _ = teas_and_soaps()

    assert attribute_places(ids, {}, fit_attribute_map(ids, factors, {})) is None
