"""Which bundle of the champion may answer: one that cannot know what came."""

import dataclasses
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ml.model.bundle import Bundle
from ml.model.bundle_folder import write_bundle
from ml.training.artefacts.purchases import purchases_of
from ml.training.gate.champion import FixedModel, find_champion
from ml.training.versions.promotion_log import move_champion
from ml.training.versions.registry import Registry
from tests.ml.shopping import checkered, dataset_of
from tests.ml.training.conftest import MLFLOW_WARNS, NAME
from tests.models import AS_OF_SECONDS, sealed, small_bundle, with_foreign_ranker

pytestmark = MLFLOW_WARNS

AS_OF = datetime.fromtimestamp(AS_OF_SECONDS, UTC)
LATER, EARLIER = AS_OF + timedelta(seconds=1), AS_OF - timedelta(days=45)


def of_day(moment: datetime) -> Bundle:
    bundle = small_bundle()
    facts = dataclasses.replace(bundle.facts, as_of_seconds=int(moment.timestamp()))
    return sealed(dataclasses.replace(bundle, facts=facts))


def crown(registry: Registry, folder: Path, **bundles: Bundle) -> None:
    """Register a champion whose run holds these bundles, by artifact."""
    for name, bundle in bundles.items():
        write_bundle(folder / "run" / name.replace("_", "-"), bundle)
    with registry.run(NAME, run_name="made up", tags={}) as run_id:
        registry.log(run_id, folder=folder / "run")
    version = registry.register(NAME, run_id, "v1")
    move_champion(registry, version, source=None, why="a test")


def test_without_a_model_or_a_champion_there_is_none(registry: Registry) -> None:
    assert find_champion(registry, NAME) is None
    with registry.run(NAME, run_name="made up", tags={}) as run_id:
        registry.register(NAME, run_id, "v1")
    assert find_champion(registry, NAME) is None


def test_what_serves_answers_where_it_saw_nothing_from_the_cut_on(
    registry: Registry, tmp_path: Path
) -> None:
    crown(registry, tmp_path, bundle=of_day(AS_OF))

    champion = find_champion(registry, NAME)

    assert champion is not None
    answering, _ = champion.answering(LATER)
    assert answering is not None
    assert answering is champion.served


@pytest.mark.parametrize(
    ("evaluation_day", "may_answer"), [(EARLIER - timedelta(seconds=1), True), (EARLIER, False)]
)
def test_else_the_bundle_it_was_evaluated_with_answers_where_it_is_old_enough(
    registry: Registry, tmp_path: Path, evaluation_day: datetime, may_answer: bool
) -> None:
    crown(registry, tmp_path, bundle=of_day(AS_OF), evaluation_bundle=of_day(evaluation_day))

    champion = find_champion(registry, NAME)

    assert champion is not None
    answering, _ = champion.answering(EARLIER)
    assert (answering is not None) is may_answer
    assert answering is (champion.evaluated if may_answer else None)


def test_a_champion_without_an_honest_bundle_says_why(registry: Registry, tmp_path: Path) -> None:
    crown(registry, tmp_path, bundle=of_day(AS_OF))

    champion = find_champion(registry, NAME)

    assert champion is not None
    assert champion.answering(AS_OF) == (None, "it learned from the baskets that are asked for")
    assert champion.answering(None) == (None, "undated data do not tell what it has seen")


def pseudo_day(*, with_targets: bool) -> datetime:
    """Return when a bundle says that its latest purchase was, which undated data taught."""
    shop = dataset_of({"ann": [(0, ["tea"]), (1, ["tea"])]}, dated=False)
    bought = shop.interactions
    targets = bought[["customer_id", "item_id"]].head(1) if with_targets else shop.targets
    known = dataclasses.replace(shop, targets=targets)
    return datetime.fromtimestamp(purchases_of(known).as_of_seconds, UTC)


@pytest.mark.parametrize("with_targets", [True, False])
def test_a_champion_of_undated_data_is_not_asked_about_dated_ones(
    registry: Registry, tmp_path: Path, with_targets: bool
) -> None:
    undated = of_day(pseudo_day(with_targets=with_targets))
    crown(registry, tmp_path, bundle=undated)

    champion = find_champion(registry, NAME)

    assert champion is not None
    assert champion.served is not None
    answering, note = champion.answering(AS_OF)
    assert answering is None
    assert note == "it learned from undated data, which do not tell what it has seen"


def test_an_evaluation_bundle_of_undated_data_does_not_answer_for_a_dated_champion(
    registry: Registry, tmp_path: Path
) -> None:
    undated = of_day(pseudo_day(with_targets=False))
    crown(registry, tmp_path, bundle=of_day(AS_OF), evaluation_bundle=undated)

    champion = find_champion(registry, NAME)

    assert champion is not None
    assert champion.evaluated is not None
    answering, note = champion.answering(EARLIER)
    assert answering is None
    assert note == (
        "even its evaluation bundle learned from undated data, which do not tell what it has seen"
    )


def test_a_champion_that_cannot_be_read_says_so_and_stops_nobody(
    registry: Registry, tmp_path: Path
) -> None:
    crown(registry, tmp_path, bundle=of_day(AS_OF))
    (manifest,) = (tmp_path / "mlflow" / "artifacts").rglob("manifest.json")
    manifest.write_text(manifest.read_text().replace('"format": ', '"format": 9'))

    champion = find_champion(registry, NAME)

    assert champion is not None
    assert champion.served is None
    answering, note = champion.answering(LATER)
    assert answering is None
    assert "its bundle cannot be read: BAD_FORMAT" in note


def test_a_champion_whose_bundle_was_deleted_says_so(registry: Registry, tmp_path: Path) -> None:
    crown(registry, tmp_path, bundle=of_day(AS_OF))
    (manifest,) = (tmp_path / "mlflow" / "artifacts").rglob("manifest.json")
    shutil.rmtree(manifest.parent)

    champion = find_champion(registry, NAME)

    assert champion is not None
    assert champion.answering(LATER) == (None, "its run keeps no bundle any more")


def test_an_evaluation_bundle_that_cannot_be_read_leaves_what_serves(
    registry: Registry, tmp_path: Path
) -> None:
    crown(registry, tmp_path, bundle=of_day(AS_OF), evaluation_bundle=of_day(EARLIER))
    (folder,) = (tmp_path / "mlflow" / "artifacts").rglob("evaluation-bundle")
    (folder / "manifest.json").write_text("no manifest")

    champion = find_champion(registry, NAME)

    assert champion is not None
    assert champion.answering(LATER)[0] is champion.served
    answering, note = champion.answering(EARLIER)
    assert answering is None
    assert "its evaluation bundle cannot be read: BAD_MANIFEST" in note


def test_a_champion_whose_ranker_knows_other_features_cannot_be_asked(
    registry: Registry, tmp_path: Path
) -> None:
    crown(registry, tmp_path, bundle=with_foreign_ranker(of_day(AS_OF)))

    champion = find_champion(registry, NAME)

    assert champion is not None
    assert champion.served is None
    answering, note = champion.answering(LATER)
    assert answering is None
    assert "its bundle cannot be read: BAD_VALUE: the ranker was trained on" in note


def test_a_finished_model_learns_nothing_from_the_histories_it_is_told() -> None:
    model = FixedModel("champion", small_bundle())
    assert model.recommend(["anybody"], 3) == [[]]

    model.fit(checkered(), AS_OF)  # a shop none of whose items it knows

    (ranked,) = model.recommend(["customer-000"], 5)
    assert len(ranked) == 5
    assert all(not item.startswith("item-") for item in ranked)
