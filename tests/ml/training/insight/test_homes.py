"""What others brought home is offered less, and the page tells the figures that were measured."""

import json
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pytest

from ml.simulation.town import Town, TownConfig, TownError
from ml.training.artefacts.factors import FactorConfig
from ml.training.artefacts.purchases import purchases_of
from ml.training.insight.homes import (
    HOME,
    OWN,
    RECALL,
    WASTED,
    HomesConfig,
    HomesWorth,
    brought_home,
    homes_worth,
)
from ml.training.insight.homes_report import write_homes
from ml.training.learning import LearningConfig
from ml.training.lessons.ranker_training import RankerConfig
from tests.ml.shopping import START, dataset_of

SMALL = HomesConfig(
    customers=402,
    shared_homes=1.0,
    learning=LearningConfig(
        factors=FactorConfig(factors=8, iterations=3),
        ranker=RankerConfig(trees=20),
        windows=1,
        show_progress=False,
    ),
)


@pytest.fixture(scope="module")
def found() -> HomesWorth:
    return homes_worth(SMALL)


def test_less_is_offered_that_somebody_just_brought_home(found: HomesWorth) -> None:
    assert len(found.scores[OWN]) > 300
    assert list(found.scores[OWN].index) == list(found.scores[HOME].index)
    leads = found.leads()
    assert leads[WASTED].high < 0
    assert leads[RECALL].high > 0


def test_the_page_tells_what_was_measured(found: HomesWorth, tmp_path: Path) -> None:
    files = write_homes(found, SMALL, tmp_path)
    told = json.loads(files.document.read_text())
    assert told["customers"] == len(found.scores[OWN])
    assert told["difference"][WASTED][0] == pytest.approx(
        (found.scores[HOME][WASTED] - found.scores[OWN][WASTED]).mean()
    )
    page = files.page.read_text()
    assert str(found.leads()[WASTED]) in page
    assert str(found.estimates()[OWN][RECALL]) in page


def test_a_town_in_which_everybody_lives_alone_says_so() -> None:
    alone = HomesConfig(customers=60, shared_homes=0.0, learning=SMALL.learning)
    with pytest.raises(TownError, match="lives with another"):
        homes_worth(alone)


def test_what_was_brought_home_is_for_the_house_and_not_long_used_up() -> None:
    """Milk came twice, bread long ago, and the tea is their own."""
    town = Town.build(TownConfig(end=date(2026, 6, 30), customers=10))
    goods = town.catalogue
    milk, bread, tea = (goods.item_ids[goods.rows_of(each)[0]] for each in ("Milk", "Bread", "Tea"))
    visits = [(0, [milk, bread]), (60, [milk, tea]), (70, [milk, tea])]
    first, _, last = (int((START + timedelta(days=day)).timestamp()) for day, _ in visits)
    purchases = purchases_of(dataset_of({"anna": visits}))

    brought = partial(brought_home, town, purchases, "anna")

    assert brought(since_seconds=first) == {milk: last, bread: first}
    assert brought(since_seconds=first + 1) == {milk: last}
    assert brought(since_seconds=last + 1) == {}
