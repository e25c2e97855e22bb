"""What the picture of the coffee and the tea must show, in a small town."""

import json
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ml.dataset.dataset import Dataset
from ml.model.bundle import Bundle
from ml.simulation.people import CHAIN_TEA_DRINKER, CHAIN_TEA_GAP_DAYS, CHARACTERS, ONE_COFFEE
from ml.simulation.town import customer_id
from ml.training.artefacts.factors import FactorConfig
from ml.training.insight.coffee_and_tea import MONTHLY_COFFEE, Kind, StudyConfig, coffee_and_tea
from ml.training.insight.coffee_and_tea_report import SHOWN_PLACES, document, page, write_timing
from ml.training.judging.findings import ResultsError
from ml.training.learning import LearningConfig
from ml.training.lessons.ranker_training import RankerConfig

pytestmark = pytest.mark.filterwarnings("ignore:Matplotlib is building the font cache")

SMALL = StudyConfig(
    customers=300,
    people=8,
    last_day=40,
    learning=LearningConfig(
        factors=FactorConfig(factors=8, iterations=5),
        ranker=RankerConfig(trees=100, leaves=15),
        show_progress=False,
    ),
)


@pytest.fixture(scope="module")
def kinds() -> dict[str, Kind]:
    return {each.name: each for each in coffee_and_tea(SMALL)}


def median(kind: Kind, field: str) -> NDArray[np.float64]:
    found: NDArray[np.float64] = kind.comebacks.quartiles()[field][1]
    return found


def test_tea_is_likeliest_around_its_own_gap_and_then_leads_the_list(
    kinds: dict[str, Kind],
) -> None:
    tea = kinds[CHAIN_TEA_DRINKER]
    chances, places = median(tea, "probabilities"), median(tea, "ranks")
    gap = round(CHAIN_TEA_GAP_DAYS)

    assert tea.gap_days == pytest.approx(CHAIN_TEA_GAP_DAYS, abs=0.5)
    assert gap - 1 <= np.argmax(chances) <= gap + 2
    assert chances[gap] > 1.2 * chances[0]
    assert chances[gap] > 1.5 * chances[-1]
    assert places[gap] <= 2
    assert places[-1] > places[gap]


def test_coffee_comes_back_after_a_month_to_who_buys_it_monthly(kinds: dict[str, Kind]) -> None:
    coffee = kinds[MONTHLY_COFFEE]
    chances, places = median(coffee, "probabilities"), median(coffee, "ranks")

    assert coffee.gap_days == pytest.approx(30, abs=5)
    assert chances[30] > 2 * chances[0]
    assert np.argmax(chances) > 20
    assert places[30] < places[0]


def test_coffee_never_comes_back_to_who_bought_one(kinds: dict[str, Kind]) -> None:
    coffee = kinds[ONE_COFFEE]

    assert coffee.gap_days is None
    assert median(coffee, "probabilities").max() < 0.05
    assert median(coffee, "ranks").min() > SHOWN_PLACES
    assert coffee.comebacks.quartiles()["ranks"][0].min() > SHOWN_PLACES


def test_due_is_one_where_the_own_gap_is_over(kinds: dict[str, Kind]) -> None:
    """Many own gaps outweigh the item's; one purchase has the item's rhythm alone."""
    for name in (CHAIN_TEA_DRINKER, MONTHLY_COFFEE):
        gap = kinds[name].gap_days
        assert gap is not None
        assert median(kinds[name], "due")[round(gap)] == pytest.approx(1, abs=0.15)
    assert np.ptp(kinds[ONE_COFFEE].comebacks.due, axis=0).max() < 1e-3


def test_page_document_and_picture_tell_the_same(kinds: dict[str, Kind], tmp_path: Path) -> None:
    followed = list(kinds.values())

    files = write_timing(followed, tmp_path / "timing")

    (picture,) = files.pictures
    told = json.loads(files.document.read_text())
    assert told == document(followed)
    tea = told[CHAIN_TEA_DRINKER]
    assert (tea["people"], tea["category"]) == (SMALL.people, "Tea")
    assert tea["days"] == list(range(SMALL.last_day + 1))
    lines = tea["quartiles"]["probabilities"]
    assert lines["lower"] <= lines["median"] <= lines["upper"]
    assert files.page.read_text() == page(followed)
    assert "Tea, bought every 4.0 days (8 people)" in page(followed)
    assert "Coffee, bought once (8 people)" in page(followed)
    assert f"]({picture.name})" in page(followed)
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_a_folder_that_cannot_be_written_is_told(kinds: dict[str, Kind], tmp_path: Path) -> None:
    (tmp_path / "timing").write_text("in the way")

    with pytest.raises(ResultsError, match="timing: the results cannot be written: "):
        write_timing(list(kinds.values()), tmp_path / "timing")


def test_nobody_who_is_followed_is_learned_from(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is anything from the day on: what is handed to learning holds neither."""
    handed: list[tuple[Dataset, datetime]] = []

    class HandedError(Exception):
        pass

    def stop(history: Dataset, now: datetime, _: LearningConfig) -> Bundle:
        handed.append((history, now))
        raise HandedError

    monkeypatch.setattr("ml.training.insight.coffee_and_tea.learn", stop)
    with pytest.raises(HandedError):
        coffee_and_tea(SMALL)

    ((history, now),) = handed
    known = set(history.interactions["customer_id"])
    named = [customer_id(place) for place in range(len(CHARACTERS) * (SMALL.people + 1))]
    assert known.isdisjoint(named[len(CHARACTERS) :])
    assert len(known) <= SMALL.customers - 3 * SMALL.people
    assert history.interactions["occurred_at"].max() < now
