"""Strangers are answered by where they stand, and no history of theirs is used."""

import dataclasses
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ml.__main__ import app
from ml.dataset.dataset import Dataset
from ml.dataset.folder import write_dataset
from ml.training.artefacts.factors import FactorConfig
from ml.training.insight.newcomers import HERE, NOWHERE, POPULAR, POPULAR_HERE, Newcomers, newcomers
from ml.training.insight.newcomers_report import document, page
from ml.training.learning import LearningConfig
from ml.training.lessons.ranker_training import RankerConfig
from tests.ml.shopping import checkered

SMALL = LearningConfig(
    factors=FactorConfig(factors=8, iterations=3),
    ranker=RankerConfig(trees=20),
    windows=2,
    show_progress=False,
)


def two_stores() -> Dataset:
    """Return a town of 60 items whose even customers shop in the north and odd ones elsewhere.

    Even customers buy even items, odd ones odd items.
    """
    town = checkered(customers=120, items=60)
    number = town.interactions["customer_id"].str[-3:].astype(int)
    store = number.mod(2).map({0: "north", 1: "south"}).astype("str")
    return dataclasses.replace(town, interactions=town.interactions.assign(store=store))


TOWN = two_stores()


@pytest.fixture(scope="module")
def found() -> Newcomers:
    return newcomers(TOWN, SMALL)


def test_a_stranger_is_offered_what_is_bought_where_they_stand(found: Newcomers) -> None:
    for name, least, most in (
        (HERE, 0.95, 1),
        (POPULAR_HERE, 1, 1),
        (NOWHERE, 0.3, 0.7),
        (POPULAR, 0.3, 0.7),
    ):
        shares = [
            sum(int(item[-2:]) % 2 == int(customer[-3:]) % 2 for item in items) / len(items)
            for customer, items in found.judgements[name].lists.items()
        ]
        assert least <= sum(shares) / len(shares) <= most, name
    assert found.leads()[NOWHERE]["recall@10"].is_above_zero


def test_customers_of_one_store_get_one_list_whatever_they_bought(found: Newcomers) -> None:
    for name, lists in ((HERE, 2), (NOWHERE, 1), (POPULAR_HERE, 2), (POPULAR, 1)):
        answers = found.judgements[name].lists.values()
        assert len({tuple(each) for each in answers}) == lists
        assert {len(each) for each in answers} == {20}


def test_programs_and_people_are_told_the_same(found: Newcomers) -> None:
    told = json.loads(json.dumps(document(found, name="town")))
    shown = page(found, TOWN)

    assert (told["dataset"], told["protocol"]) == ("town", "calendar")
    assert told["customers"] == len(found.judgements[HERE].scores)
    assert set(told["difference"]) == set(told["mean"]) - {HERE}
    for name in (HERE, NOWHERE, POPULAR_HERE, POPULAR):
        mean, low, high = told["mean"][name]["recall@10"]
        assert low <= mean <= high
        assert f"| {name} | {mean:.4f} [{low:.4f}, {high:.4f}]" in shown


def test_the_command_writes_both(tmp_path: Path) -> None:
    write_dataset(TOWN, tmp_path / "town")
    config = tmp_path / "small.toml"
    config.write_text(
        "[learning]\nwindows = 1\n[learning.factors]\nfactors = 4\niterations = 2\n"
        "[learning.ranker]\ntrees = 5\n"
    )
    settings = ["--config", str(config), "--out", str(tmp_path / "out")]

    done = CliRunner().invoke(app, ["newcomers", str(tmp_path / "town"), *settings])
    refused = CliRunner().invoke(app, ["newcomers", str(tmp_path / "nowhere"), *settings])

    assert done.exit_code == 0, done.output
    assert (tmp_path / "out" / "town-newcomers.md").read_text() in done.output
    assert json.loads((tmp_path / "out" / "town-newcomers.json").read_text())["customers"] > 100
    assert refused.exit_code == 3
    assert "nowhere" in refused.output
