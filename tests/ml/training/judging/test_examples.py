"""The made-up customers of a run's page: what they are told to buy is what they are shown."""

from dataclasses import replace
from datetime import UTC, datetime

import pandas as pd
import pytest

from ml.model.bundle import Bundle
from ml.model.candidates import Moment
from ml.model.history import History
from ml.training.judging.examples import REGULARS, SHOWN_ITEMS, WEEKS, examples
from ml.training.learning import learn
from ml.training.lessons.asking import Answer, Asking
from tests.ml.shopping import checkered
from tests.ml.training.bread_shop import SMALL

WEEK_SECONDS = 7 * 86_400
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
    assert sorted(each.split()[0] for each in regulars) == ["even", "odd"]  # of each category one
    for each in regulars:
        favourite = each.removesuffix(" once a week")
        assert found[each][0] == f"1. {favourite}"
        assert len(found[each]) == SHOWN_ITEMS


def test_without_a_catalogue_items_go_by_their_ids(bundle: Bundle) -> None:
    found = sections(examples(bundle, TOWN))

    assert len(found) == REGULARS + 1
    assert all(each.startswith("item-") for each in list(found)[1:])


def test_a_regular_has_come_every_week_and_is_asked_about_a_week_later(
    bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[History, int]] = []
    about = Asking.about

    def noted(self: Asking, history: History, moment: Moment, now_seconds: int) -> Answer:
        asked.append((history, now_seconds))
        return about(self, history, moment, now_seconds)

    monkeypatch.setattr(Asking, "about", noted)
    examples(bundle, TOWN)

    (stranger, now_seconds), *regulars = asked
    assert stranger.basket_count == 0
    assert now_seconds == bundle.facts.as_of_seconds + WEEK_SECONDS
    for history, _ in regulars:
        ago = now_seconds - history.recent_basket_seconds
        assert ago.tolist() == [week * WEEK_SECONDS for week in range(1, WEEKS + 1)]
