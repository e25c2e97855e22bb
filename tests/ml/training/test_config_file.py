"""A configuration is read whole, or every wrong key is named."""

from pathlib import Path
from typing import Any, get_type_hints

import pytest

from ml.training.artefacts.factors import FactorConfig
from ml.training.bounds import Bounds
from ml.training.config_file import ConfigError, read_config
from ml.training.learning import LearningConfig
from ml.training.lessons.ranker_training import RankerConfig
from ml.training.training_config import TrainingConfig


def written(folder: Path, text: str) -> Path:
    path = folder / "training.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_what_a_file_leaves_out_keeps_its_default(tmp_path: Path) -> None:
    text = """
        protocol = "calendar"
        [learning]
        windows = 2
        weighting = "bm25"
        [learning.factors]
        method = "bpr"
        regularization = 2
    """

    config = read_config(written(tmp_path, text))

    assert (config.protocol, config.name) == ("calendar", "ofone")
    assert (config.learning.windows, config.learning.weighting) == (2, "bm25")
    assert (config.learning.factors.method, config.learning.factors.regularization) == ("bpr", 2.0)
    assert config.learning.ranker == TrainingConfig().learning.ranker


def test_an_empty_file_is_the_default(tmp_path: Path) -> None:
    assert read_config(written(tmp_path, "")) == TrainingConfig()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("speed = 1", "speed: is not a setting; known: learning, name, protocol"),
        ("learning = 1", "learning: must be a table"),
        ("[learning]\nwindows = 1.5", "learning.windows: must be a whole number"),
        ("[learning]\nwindows = true", "learning.windows: must be a whole number"),
        ("[learning.factors]\nalpha = 'much'", "learning.factors.alpha: must be a number"),
        ("[learning.factors]\nalpha = inf", "learning.factors.alpha: must be a number"),
        ("[learning.factors]\nmethod = 'svd'", "must be one of als, bpr, lmf, is 'svd'"),
        ("protocol = 'random'", "must be one of calendar, last-basket"),
        ("name = ''", "name: must be a text"),
        ("= 1", "is not TOML"),
    ],
)
def test_a_wrong_key_is_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=r"training\.toml") as error:
        read_config(written(tmp_path, text))

    assert message in str(error.value)


@pytest.mark.parametrize(
    ("setting", "rule"),
    [
        ("windows = 0", "must be a whole number from 1 to 100, is 0"),
        ("windows = 101", "must be a whole number from 1 to 100, is 101"),
        ("horizon_days = 1000000000", "must be a whole number from 1 to 3,650, is 1000000000"),
        ("seed = -1", "must be a whole number from 0 to 2,147,483,647, is -1"),
        ("seed = 2147483648", "must be a whole number from 0 to 2,147,483,647, is 2147483648"),
        ("factors.factors = 0", "must be a whole number from 1 to 1,024, is 0"),
        ("factors.regularization = -0.5", "must be a number from 0 to 10,000, is -0.5"),
        ("factors.alpha = 0", "must be a number above 0 and up to 10,000, is 0"),
        ("factors.alpha = nan", "must be a number above 0 and up to 10,000, is nan"),
        ("factors.threads = 1000000", "must be a whole number from 1 to 256, is 1000000"),
        ("ranker.trees = 0", "must be a whole number from 1 to 10,000, is 0"),
        ("ranker.leaves = 1", "must be a whole number from 2 to 131,072, is 1"),
        ("ranker.first_learning_rate = 0.0", "must be a number above 0 and up to 1, is 0.0"),
        ("ranker.learning_rate = 0", "must be a number above 0 and up to 1, is 0"),
        ("ranker.l2 = -1", "must be a number from 0 to 1,000,000, is -1"),
        ("ranker.feature_fraction = 0", "must be a number above 0 and up to 1, is 0"),
        ("ranker.feature_fraction = 1.5", "must be a number above 0 and up to 1, is 1.5"),
        ("ranker.feature_fraction = true", "must be a number above 0 and up to 1, is True"),
    ],
)
def test_a_number_out_of_its_bounds_is_refused_with_file_key_value_and_rule(
    tmp_path: Path, setting: str, rule: str
) -> None:
    path = written(tmp_path, f"[learning]\n{setting}")

    with pytest.raises(ConfigError) as error:
        read_config(path)

    assert str(error.value) == f"{path}: learning.{setting.split(' ', 1)[0]}: {rule}"


def test_the_bounds_themselves_are_allowed(tmp_path: Path) -> None:
    text = """
        [learning]
        windows = 1
        horizon_days = 3650
        seed = 2147483647
        ranker.leaves = 2
        ranker.l2 = 0
        ranker.feature_fraction = 1
        factors.regularization = 0
    """

    learning = read_config(written(tmp_path, text)).learning

    assert (learning.windows, learning.horizon_days, learning.seed) == (1, 3650, 2**31 - 1)
    assert (learning.ranker.leaves, learning.ranker.l2) == (2, 0.0)
    assert (learning.ranker.feature_fraction, learning.factors.regularization) == (1.0, 0.0)


@pytest.mark.parametrize("config", [LearningConfig(), FactorConfig(), RankerConfig()])
def test_every_number_says_its_bounds_and_its_default_lies_within(config: object) -> None:
    hints = get_type_hints(type(config), include_extras=True)
    numbers = {
        name: hint for name, hint in hints.items() if hint in {int, float} or bounds_of(hint)
    }

    assert numbers
    for name, hint in numbers.items():
        (bounds,) = bounds_of(hint)
        assert bounds.admit(getattr(config, name)), name


def bounds_of(hint: Any) -> list[Bounds]:
    return [each for each in getattr(hint, "__metadata__", ()) if isinstance(each, Bounds)]


def test_all_wrong_keys_are_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as error:
        read_config(written(tmp_path, "speed = 1\n[learning]\ncolour = 2"))

    assert len(str(error.value).splitlines()) == 2


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read_config(tmp_path / "nowhere.toml")
