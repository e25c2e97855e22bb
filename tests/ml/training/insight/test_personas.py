"""What a persona is worth as a beginning, told in a town a child could read."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from ml.__main__ import app
from ml.dataset.dataset import Dataset
from ml.dataset.folder import write_dataset
from ml.model.hearing import FEW_BASKETS
from ml.model.persona import Personas
from ml.training.artefacts.factors import FactorConfig
from ml.training.insight.declared import OWN as OWN_DECLARED
from ml.training.insight.declared import SAID
from ml.training.insight.persona_weights import TOLD, fit_weight
from ml.training.insight.personas import (
    BOTH,
    OWN,
    PERSONA,
    PERSONA_TOLD,
    POPULAR,
    PersonaWorth,
    persona_worth,
)
from ml.training.insight.personas_report import document, page
from ml.training.learning import LearningConfig
from ml.training.lessons.ranker_training import RankerConfig
from ml.training.personas.declaring import CHOICES
from tests.ml.shopping import checkered

SMALL = LearningConfig(
    factors=FactorConfig(factors=8, iterations=3),
    ranker=RankerConfig(trees=20),
    windows=2,
    show_progress=False,
)


def two_kinds() -> Dataset:
    """Return a town of 60 items whose even customers buy even items, odd ones odd items."""
    town = checkered(customers=120, items=60)
    ids = sorted(town.interactions["item_id"].unique())
    colours = ["Red" if int(each[-2:]) % 2 == 0 else "Blue" for each in ids]
    items = pd.DataFrame(
        {"item_id": ids, "name": ids, "category": colours, "brand": None, "price": 1.0}
    )
    return dataclasses.replace(town, items=items)


TOWN = two_kinds()


@pytest.fixture(scope="module")
def found() -> PersonaWorth:
    return persona_worth(TOWN, SMALL)


def test_even_and_odd_customers_are_two_personas(found: PersonaWorth) -> None:
    names = {each.name.split(",")[0] for each in found.beginnings.learned.personas.personas}
    assert names == {"Red", "Blue"}
    assert found.trust.stability.adjusted_rand > 0.95


def test_whoever_says_which_persona_is_theirs_is_offered_its_items(found: PersonaWorth) -> None:
    unknown = found.judgements["0"]
    lists = unknown[PERSONA_TOLD].lists
    assert all(
        int(item[-2:]) % 2 == int(customer[-3:]) % 2
        for customer, items in lists.items()
        for item in items[:10]
    )
    assert unknown[PERSONA_TOLD].lead_over(unknown[POPULAR])["recall@10"].is_above_zero


def test_strangers_get_one_list_of_what_all_personas_buy(found: PersonaWorth) -> None:
    lists = {tuple(each[:10]) for each in found.judgements["0"][PERSONA].lists.values()}
    (shown,) = lists
    assert {int(item[-2:]) % 2 for item in shown} == {0, 1}


def test_one_basket_tells_which_persona_it_is(found: PersonaWorth) -> None:
    told = found.judgements["1"]
    assert told[PERSONA].lists == told[PERSONA_TOLD].lists


def test_strangers_who_tell_their_persona_move_the_model(found: PersonaWorth) -> None:
    weight = found.weights["0"][TOLD]
    assert weight.value > 0.2
    assert weight.value > 2 * weight.error


def test_where_history_says_it_all_a_persona_adds_nothing(found: PersonaWorth) -> None:
    deepest = list(found.judgements.values())[-1]
    assert deepest[BOTH].lead_over(deepest[OWN])["recall@10"].mean == pytest.approx(0, abs=0.02)


def test_a_stranger_gains_from_saying_which_persona_is_theirs_and_a_regular_does_not(
    found: PersonaWorth,
) -> None:
    said = found.declared
    assert said.gain(0).is_above_zero
    assert said.gain(0).mean > said.gain(FEW_BASKETS).mean
    assert said.gain(FEW_BASKETS).mean == pytest.approx(0, abs=0.02)
    means = said.means(0)
    assert means[SAID].mean - means[OWN_DECLARED].mean == pytest.approx(said.gain(0).mean)


def test_programs_and_people_are_told_the_same(found: PersonaWorth) -> None:
    told = json.loads(json.dumps(document(found, name="town")))
    shown = page(found, TOWN)
    for depth, answers in told["mean"].items():
        mean, low, high = answers[OWN]["recall@10"]
        assert low <= mean <= high
        assert f"| {depth} | {told['customers'][depth]:,} |" in shown
        assert f"{mean:.4f} [{low:.4f}, {high:.4f}]" in shown
    gained, low, high = told["declared"]["0"]["gain"]
    assert f"| {gained:.4f} [{low:.4f}, {high:.4f}] |" in shown
    assert [each["name"] for each in told["personas"]] == [
        each.name for each in found.beginnings.learned.personas.personas
    ]


def test_a_weight_is_found_again_that_was_put_in() -> None:
    generator = np.random.default_rng(0)
    log_odds, lifts = generator.normal(-1, 1, 20_000), generator.normal(0, 1, 20_000)
    chances = 1 / (1 + np.exp(-(log_odds + 0.7 * lifts - 0.3)))
    found = fit_weight(log_odds, lifts, (generator.random(20_000) < chances).astype(np.float64))
    assert found.value == pytest.approx(0.7, abs=3 * found.error)
    assert found.error < 0.05


def test_lifts_that_do_not_differ_weigh_nothing() -> None:
    labels = np.array([0.0, 1.0, 0.0])
    assert fit_weight(np.zeros(3), np.ones(3), labels).value == 0


def test_the_command_writes_figures_and_personas(tmp_path: Path) -> None:
    write_dataset(TOWN, tmp_path / "town")
    config = tmp_path / "small.toml"
    config.write_text(
        "[learning]\nwindows = 1\n[learning.factors]\nfactors = 4\niterations = 2\n"
        "[learning.ranker]\ntrees = 5\n"
    )
    settings = ["--config", str(config), "--out", str(tmp_path / "out")]

    done = CliRunner().invoke(app, ["personas", str(tmp_path / "town"), *settings])
    refused = CliRunner().invoke(app, ["personas", str(tmp_path / "nowhere"), *settings])

    assert done.exit_code == 0, done.output
    assert (tmp_path / "out" / "town-personas.md").read_text() in done.output
    written = (tmp_path / "out" / "town-learned-personas.json").read_text()
    assert len(Personas.from_json(written).personas) == 2
    asked = json.loads((tmp_path / "out" / "town-persona-question.yaml").read_text())
    assert len(asked["answers"]) == CHOICES
    assert refused.exit_code == 3


def test_personas_can_be_learned_without_being_measured(tmp_path: Path) -> None:
    write_dataset(TOWN, tmp_path / "town")
    settings = ["--only-learn", "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(app, ["personas", str(tmp_path / "town"), *settings])
    assert done.exit_code == 0, done.output
    assert "adjusted Rand 1.00" in done.output
    assert "| in the end |" in done.output
    written = {each.name for each in (tmp_path / "out").iterdir()}
    assert written == {
        *("town-learned-personas.json", "town-learned.json", "town-learned.md"),
        "town-persona-question.yaml",
    }
