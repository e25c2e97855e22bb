"""The made-up customers of a run's page: what they are told to buy is what they are shown."""

from dataclasses import replace
from datetime import UTC, datetime

import pandas as pd
import pytest

from ml.model.bundle import Bundle
from ml.training.judging.examples import REGULARS, SHOWN_ITEMS, examples
from ml.training.learning import learn
from tests.ml.shopping import checkered
from tests.ml.training.bread_shop import SMALL

TOWN = checkered()
ITEMS = pd.DataFrame(
    {
        "item_id": [f"item-{row:02d}" for row in range(20)],
        "name": [f"{'odd' if row % 2 else 'even'} thing {row}" for row in range(20)],
        "category": ["odd" if row % 2 else "even" for row in range(20)],
        "brand": None,
        "price": None,
    }
)


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return learn(TOWN, datetime(2026, 7, 21, tzinfo=UTC), SMALL)


def sections(page: str) -> dict[str, list[str]]:
    """Return the list below each heading."""
    parts = [each.split("\n\n") for each in page.split("## ")[1:]]
    return {head: rows.splitlines() for head, rows, *_ in parts}


def test_who_always_buys_one_thing_is_shown_it_first_and_by_its_name(bundle: Bundle) -> None:
    found = sections(examples(bundle, replace(TOWN, items=ITEMS)))

    stranger, *regulars = found
    assert stranger == "A stranger"
    assert {each.split()[0] for each in regulars} == {"odd", "even"}  # of each category one
    for each in regulars:
        favourite = each.removesuffix(" once a week")
        assert found[each][0] == f"1. {favourite}"
        assert len(found[each]) == SHOWN_ITEMS


def test_without_a_catalogue_items_go_by_their_ids(bundle: Bundle) -> None:
    found = sections(examples(bundle, TOWN))

    assert len(found) == REGULARS + 1
    assert all(each.startswith("item-") for each in list(found)[1:])
