"""A configuration is read whole, or every wrong key is named."""

from pathlib import Path

import pytest

from ml.training.config_file import ConfigError, read_config
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
        ("[learning]\nseed = -1", "learning.seed: must be a whole number >= 0"),
        (
            "[learning.factors]\nfactors = 0",
            "factors.factors: must be a whole number >= 1",
        ),
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


def test_all_wrong_keys_are_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as error:
        read_config(written(tmp_path, "speed = 1\n[learning]\ncolour = 2"))

    assert len(str(error.value).splitlines()) == 2


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read_config(tmp_path / "nowhere.toml")
