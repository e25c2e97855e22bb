"""``python -m ml drift``: told, written, and ended with a code that a job can test."""

import dataclasses
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ml.__main__ import app
from ml.dataset.dataset import make_dataset
from ml.dataset.folder import write_dataset
from ml.model.bundle import Bundle
from ml.model.bundle_folder import write_bundle
from ml.training.drift.reference import drift_reference
from ml.training.lessons.windows import end_of
from ml.training.versions.promotion_log import replace_champion
from ml.training.versions.registry import Registry
from tests.ml.training.conftest import MLFLOW_WARNS, Register
from tests.ml.training.tea_shop import tea_shop
from tests.models import publish, sealed, small_bundle

pytestmark = MLFLOW_WARNS

DAYS = 150


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    """A model that was made after 150 days of a shop in which nothing changes."""
    shop = tea_shop(customers=300, days=DAYS)
    reference = drift_reference(small_bundle(), shop, end_of(shop), horizon_days=45)
    return sealed(dataclasses.replace(small_bundle(), drift=reference))


def drift(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["drift", *(str(each) for each in arguments)])


def test_the_command_tells_writes_and_ends_with_1_when_something_drifts(
    bundle: Bundle, tmp_path: Path
) -> None:
    write_bundle(tmp_path / "bundle", bundle)
    write_dataset(tea_shop(customers=100, days=DAYS, every=3), tmp_path / "loyal")
    out = tmp_path / "build" / "drift.md"

    done = drift(tmp_path / "loyal", "--bundle", tmp_path / "bundle", "--days", "28", "--out", out)

    assert done.exit_code == 1, done.output
    assert "drifts: " in done.output
    assert "| history_length |" in out.read_text()
    told = json.loads(out.with_suffix(".json").read_text())
    assert told["drifts"] is True
    assert told["model_version"] == bundle.facts.version
    assert {each["statistic"] for each in told["lines"]} > {"history_length", "vector_length"}


def test_the_command_ends_with_0_when_nothing_drifts(bundle: Bundle, tmp_path: Path) -> None:
    publish(tmp_path / "models", bundle)
    write_dataset(tea_shop(customers=300, days=DAYS, seed=1), tmp_path / "shop")

    done = drift(tmp_path / "shop", "--bundle", tmp_path / "models", "--days", "28")

    assert done.exit_code == 0, done.output
    assert "nothing drifts" in done.output


def test_the_command_says_in_a_sentence_what_it_cannot_do(tmp_path: Path) -> None:
    write_bundle(tmp_path / "bundle", small_bundle())
    write_dataset(tea_shop(customers=20), tmp_path / "shop")
    for bundle, sentence in (("bundle", "has no reference of drift"), ("none", "MISSING_FILE")):
        done = drift(tmp_path / "shop", "--bundle", tmp_path / bundle)
        assert done.exit_code == 3
        assert sentence in done.output
        assert "Traceback" not in done.output


def test_markdown_is_not_written_where_the_json_beside_it_goes(tmp_path: Path) -> None:
    for name in ("drift.json", "drift.JSON"):
        done = drift(tmp_path / "nowhere", "--bundle", tmp_path, "--out", tmp_path / name)
        assert done.exit_code == 2
        told = " ".join(done.output.replace("│", " ").split())
        assert "--out names the Markdown, and the JSON beside it would overwrite it" in told
        assert "such as drift.md" in told
    assert not list(tmp_path.iterdir())


def test_without_a_bundle_the_champion_is_asked(
    bundle: Bundle, register: Register, registry: Registry, tracking_uri: str, tmp_path: Path
) -> None:
    write_dataset(tea_shop(customers=300, days=DAYS, seed=1), tmp_path / "shop")
    where = ("--days", "28", "--tracking-uri", tracking_uri)
    nobody = drift(tmp_path / "shop", *where)
    assert nobody.exit_code == 3
    assert "no model is registered as 'ofone'" in nobody.output

    challenger = register(bundle, recall=[0.5], baseline=[0.4])
    unpromoted = drift(tmp_path / "shop", *where)
    assert unpromoted.exit_code == 3
    assert "'ofone' has no champion; promote one, or give --bundle" in unpromoted.output

    replace_champion(registry, challenger, source=None, why="for the test")
    done = drift(tmp_path / "shop", *where)
    assert done.exit_code == 0, done.output
    assert f"Drift of {bundle.facts.version} on shopping" in done.output


def test_held_out_baskets_are_visits_too(bundle: Bundle, tmp_path: Path) -> None:
    whole = tea_shop(customers=300, days=DAYS)
    bought = whole.interactions
    is_last = bought["sequence"] == bought.groupby("customer_id")["sequence"].transform("max")
    is_last &= bought["sequence"] > 0
    held_out = bought[is_last]
    cut_off = make_dataset(
        whole.description,
        bought[~is_last],
        targets=held_out[["customer_id", "item_id"]],
        target_dates=held_out[["customer_id", "occurred_at"]].drop_duplicates(),
    )
    for name, shop in (("whole", whole), ("cut-off", cut_off)):
        write_dataset(shop, tmp_path / name)
    write_bundle(tmp_path / "bundle", bundle)
    told = [
        drift(tmp_path / name, "--bundle", tmp_path / "bundle").output
        for name in ("whole", "cut-off")
    ]
    assert told[0] == told[1]
