"""What is typical of a shop that a child could have drawn."""

import json
import math
from pathlib import Path

import pandas as pd
import pytest

from ml.dataset.dataset import make_dataset
from ml.dataset.folder import write_dataset
from ml.training.commands.priors import priors
from ml.training.priors.document import document, sentences
from ml.training.priors.purchase_days import UndatedError, purchase_days
from ml.training.priors.typical import Typical, typical, visit_gaps
from services.profile.adapters.files.priors_file import read_priors
from tests.ml.shopping import START, checkered, dataset_of

ITEMS = pd.DataFrame(
    {
        "item_id": [f"item-{row:02d}" for row in range(20)],
        "name": [f"Thing {row}" for row in range(20)],
        "category": ["Tea" if row % 2 else "Milk" for row in range(19)] + [None],
        "brand": None,
        "price": pd.Series([1.0] * 20, dtype="float32"),
    }
)


@pytest.fixture(scope="module")
def shop() -> Typical:
    plain = checkered()
    priced = plain.interactions.assign(
        unit_price=[2.0 + len(basket) % 2 * 2 for basket in plain.interactions["basket_id"]]
    )
    return typical(
        make_dataset(plain.description, priced.astype({"unit_price": "float32"}), items=ITEMS)
    )


def test_days_with_a_purchase_are_counted_once_and_gaps_lie_between_them() -> None:
    days = purchase_days(
        dataset_of({"ann": [(0, ["tea"]), (0, ["milk"]), (4, ["tea"])], "bob": [(3, ["tea"])]})
    )
    assert days.x.tolist() == [1.0, 0.0]
    assert days.t_x.tolist() == [4.0, 0.0]
    assert days.T.tolist() == [4.0, 1.0]
    assert days.log_gaps.tolist() == [math.log(4)]
    assert days.gap_customers.tolist() == [0]
    assert START.hour == 12  # so that a day of the tests is a day of the calendar


def test_a_shop_where_everybody_comes_every_ten_days_says_so(shop: Typical) -> None:
    assert shop.visits is not None
    assert math.exp(shop.visits.log_mean) == pytest.approx(10, abs=0.5)
    assert shop.visits.log_std < 0.3
    assert shop.visits.weight > 10  # nobody has a rhythm of their own here


def test_people_with_rhythms_of_their_own_are_soon_believed() -> None:
    people = {
        f"c{gap}-{copy}": [(gap * step, ["tea"]) for step in range(1, 300 // gap)]
        for gap in (3, 10, 30)
        for copy in range(3)
    }
    gaps = visit_gaps(purchase_days(dataset_of(people)))
    assert gaps is not None
    assert gaps.weight == 0.5
    assert visit_gaps(purchase_days(dataset_of({"ann": [(0, ["tea"]), (4, ["tea"])]}))) is None


def test_categories_have_rhythms_and_prices_and_what_few_bought_has_none(shop: Typical) -> None:
    assert set(shop.categories) == {"Tea", "Milk"}
    assert shop.categories["Tea"].repeat_rate > 0.9
    assert shop.prices["Tea"][0] == pytest.approx(math.log(2 * 2**0.5), abs=0.4)
    assert 0 < len(shop.items) <= 20
    few = typical(dataset_of({"ann": [(0, ["tea"]), (9, ["tea"])], "bob": [(1, ["tea"])]}))
    assert (few.items, few.categories, few.prices) == ({}, {}, {})


def test_what_the_service_reads_is_what_was_fitted(shop: Typical, tmp_path: Path) -> None:
    write_dataset(checkered(), tmp_path / "shop")
    told: list[str] = []
    priors(tmp_path / "shop", out=tmp_path / "made" / "priors.json", say=told.append)
    read = read_priors(tmp_path / "made" / "priors.json")
    plain = typical(checkered())
    assert plain.visits is not None
    assert read.visits.log_mean == pytest.approx(plain.visits.log_mean, abs=1e-6)
    assert read.items.keys() == plain.items.keys()
    assert told[0].startswith("A typical customer comes every 9.9 days")
    assert json.loads((tmp_path / "made" / "priors.json").read_text())["format"] == 1
    assert document(shop, digest="d")["prices"].keys() == shop.prices.keys()


def test_what_could_not_be_fitted_is_said(shop: Typical) -> None:
    few = typical(dataset_of({"ann": [(0, ["tea"])], "bob": [(1, ["tea"])]}))
    assert (few.lifetime, few.spend) == (None, None)
    assert any("BG/NBD needs customers who came back" in each for each in sentences(few))


def test_without_dates_nothing_is_typical() -> None:
    with pytest.raises(UndatedError):
        typical(dataset_of({"ann": [(0, ["tea"])]}, dated=False))
