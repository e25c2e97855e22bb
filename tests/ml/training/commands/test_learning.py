"""What is said on the command line goes before what a file says, and that before the defaults."""

from pathlib import Path

import pytest

from ml.training.commands.learning import training_config
from ml.training.training_config import TrainingConfig


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "training.toml"
    path.write_text('name = "bakery"\nprotocol = "last-basket"\n[learning]\nwindows = 5\n')
    return path


def test_without_a_file_and_a_word_the_defaults_hold() -> None:
    assert training_config(None, show_progress=True) == TrainingConfig()


def test_a_file_names_model_and_protocol(file: Path) -> None:
    config = training_config(file, show_progress=False)

    assert (config.name, config.protocol, config.learning.windows) == ("bakery", "last-basket", 5)


def test_a_word_on_the_command_line_goes_before_the_file(file: Path) -> None:
    config = training_config(file, name="cafe", protocol="calendar", show_progress=True)

    assert (config.name, config.protocol) == ("cafe", "calendar")
    assert config.learning.show_progress


def test_a_look_takes_fewer_factors_customers_and_moments_and_no_more_than_the_file(
    file: Path,
) -> None:
    slow = training_config(file, show_progress=False).learning

    fast = training_config(file, fast=True, show_progress=False).learning

    assert fast.windows == 2
    assert fast.factors.factors < slow.factors.factors
    assert fast.ranker.max_customers < slow.ranker.max_customers
