"""The model's hyperparameters are chosen by customers whom no test asks about."""

import dataclasses
import json
from pathlib import Path

import pytest

from ml.dataset.dataset import Dataset
from ml.dataset.folder import write_dataset
from ml.training.config_file import config_text, read_config
from ml.training.learning import LearningConfig
from ml.training.training_config import TrainingConfig
from ml.training.tuning.search import Choice, Keeping, SearchError, Trial, Whole
from ml.training.tuning.tune import SPACE, tune, values_of, with_values
from tests.ml.shopping import checkered, dataset_of
from tests.ml.training.conftest import MLFLOW_WARNS
from tests.ml.training.judging.test_evaluate import SMALL, folded
from tests.ml.training.test_command_line import run

QUICK = TrainingConfig(learning=dataclasses.replace(SMALL, windows=1))


def test_every_field_of_the_space_is_one_of_the_configuration() -> None:
    for name, value in values_of(LearningConfig()).items():
        each = SPACE[name]
        expected = str if isinstance(each, Choice) else int if isinstance(each, Whole) else float
        assert type(value) is expected, name


def test_values_go_into_a_configuration_and_come_out_again() -> None:
    values = values_of(LearningConfig()) | {"weighting": "bm25", "ranker.leaves": 15}

    learning = with_values(LearningConfig(), values)

    assert learning.weighting == "bm25"
    assert learning.ranker.leaves == 15
    assert learning.factors == LearningConfig().factors
    assert values_of(learning) == values


def test_the_best_of_a_search_is_no_worse_than_where_it_began() -> None:
    told: list[Trial] = []

    tuned = tune(checkered(), QUICK, trials=3, keeping=Keeping(note=told.append))

    assert [each.number for each in told] == [0, 1, 2]
    assert told[0].values == values_of(QUICK.learning)
    assert tuned.best.score == max(each.score for each in told) >= told[0].score
    assert values_of(tuned.config.learning) == tuned.best.values
    assert tuned.config.learning.windows == 1


def test_a_search_may_begin_without_any_regularization_and_with_a_large_seed(
    tmp_path: Path,
) -> None:
    keeping = Keeping(tmp_path / "studies.db")
    bare = with_values(QUICK.learning, {"ranker.l2": 0.0, "factors.regularization": 0.0})
    begun = dataclasses.replace(QUICK, learning=dataclasses.replace(bare, seed=4_295))

    for config in (begun, dataclasses.replace(QUICK, learning=bare), QUICK):
        tuned = tune(checkered(), config, trials=2, keeping=keeping)
        assert tuned.best.score > 0
        assert tuned.config.learning.seed == config.learning.seed


def test_nobody_whom_a_fold_asks_in_its_test_is_asked() -> None:
    # of the first fold's val customers, 20 to 29, the second fold tests none; of 0 to 9 all
    tuned = tune(folded(), QUICK, trials=1, keeping=Keeping())

    assert tuned.asked == "fold 1 val"
    assert tuned.customers == 10


def test_what_test_customers_bought_does_not_change_the_choice() -> None:
    scores = []
    for item in ("item-00", "item-01"):
        dataset = folded()
        tested = {customer for fold in dataset.folds for customer in fold.test}
        targets = dataset.targets
        other = targets["item_id"].mask(targets["customer_id"].isin(tested), item)
        changed = targets.assign(item_id=other).drop_duplicates()
        scrambled = dataclasses.replace(dataset, targets=changed)
        scores.append(tune(scrambled, QUICK, trials=1, keeping=Keeping()).best.score)

    assert scores[0] == scores[1]


def test_a_history_too_short_to_choose_by_is_told() -> None:
    short: Dataset = dataset_of({"ann": [(0, ["tea"]), (1, ["tea", "rum"]), (60, ["tea"])]})

    with pytest.raises(SearchError, match=r"interactions\.parquet: the histories are too short"):
        tune(short, QUICK, trials=1, keeping=Keeping())


def test_what_is_written_is_read_as_a_configuration(tmp_path: Path) -> None:
    values = values_of(LearningConfig()) | {"weighting": "tfidf", "ranker.l2": 0.75}
    path = tmp_path / "best.toml"

    path.write_text(config_text(values, note="chosen by hand"))

    assert read_config(path).learning == with_values(LearningConfig(), values)
    assert path.read_text().startswith("# chosen by hand\n")


@MLFLOW_WARNS
@pytest.mark.filterwarnings("ignore:Matplotlib is building the font cache")
def test_the_command_writes_what_evaluate_takes(tmp_path: Path, tracking_uri: str) -> None:
    write_dataset(checkered(), tmp_path / "town")
    quick = tmp_path / "quick.toml"
    quick.write_text("[learning]\nwindows = 1\n")
    out = tmp_path / "results"
    where = ("--fast", "--config", quick, "--out", out, "--tracking-uri", tracking_uri)

    first = run("tune", tmp_path / "town", "--trials", "1", *where)
    second = run("evaluate", tmp_path / "town", "--tune", "2", *where)

    assert first.exit_code == 0, first.output
    assert "trial 0: recall@10" in first.output
    assert f"written to {out / 'town.toml'} for --config" in first.output
    assert read_config(out / "town.toml").learning.factors.factors > 0
    assert second.exit_code == 0, second.output
    assert "trial 0:" not in second.output
    assert "trial 1: recall@10" in second.output
    assert json.loads((out / "town.json").read_text())["dataset"] == "town"
