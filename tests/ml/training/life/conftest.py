"""The corner town, lived through once."""

import pandas as pd
import pytest

from ml.dataset.dataset import Dataset
from ml.training.life.labelled import Life, labelled_lives
from tests.ml.training.life.corner_town import corner_town


@pytest.fixture(scope="package")
def town() -> tuple[Dataset, pd.DataFrame]:
    return corner_town()


@pytest.fixture(scope="package")
def lives(town: tuple[Dataset, pd.DataFrame]) -> list[Life]:
    return labelled_lives(*town)
