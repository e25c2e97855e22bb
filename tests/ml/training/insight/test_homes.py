"""What others brought home is offered less, and the page tells the figures that were measured."""

import json
from pathlib import Path

import pytest

from ml.simulation.town import TownError
from ml.training.artefacts.factors import FactorConfig
from ml.training.insight.homes import (
    HOME,
    OWN,
    RECALL,
    WASTED,
    HomesConfig,
    HomesWorth,
    homes_worth,
)
from ml.training.insight.homes_report import write_homes
from ml.training.learning import LearningConfig
from ml.training.lessons.ranker_training import RankerConfig

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
