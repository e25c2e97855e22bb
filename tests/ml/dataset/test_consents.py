"""Consents are read where they are told, and a file that tells something else is refused."""

from pathlib import Path

import pandas as pd
import pytest

from ml.dataset.consents import CONSENTS_FILE, read_consents
from ml.dataset.violations import DatasetError


def written(folder: Path, frame: pd.DataFrame) -> Path:
    frame.to_parquet(folder / CONSENTS_FILE, index=False)
    return folder


def test_a_folder_that_does_not_tell_has_none(tmp_path: Path) -> None:
    assert read_consents(tmp_path) is None


def test_what_is_told_is_read(tmp_path: Path) -> None:
    frame = pd.DataFrame({"customer_id": ["ann", "bob"], "profiling": [True, False]})

    assert read_consents(written(tmp_path, frame)) == {"ann": True, "bob": False}


@pytest.mark.parametrize(
    ("frame", "sentence"),
    [
        (pd.DataFrame({"customer_id": ["ann"]}), "must have the columns customer_id and profiling"),
        (
            pd.DataFrame({"customer_id": ["ann"], "profiling": ["yes"]}),
            "profiling: must be true or false, is str",
        ),
        (
            pd.DataFrame({"customer_id": ["ann", "bob"], "profiling": [True, None]}),
            "profiling: must be true or false",
        ),
        (pd.DataFrame({"customer_id": [17], "profiling": [True]}), "customer_id: must be strings"),
        (
            pd.DataFrame({"customer_id": ["ann", "ann"], "profiling": [True, False]}),
            r"customer_id: must name a customer once \(1 row",
        ),
    ],
)
def test_what_tells_something_else_is_refused(
    tmp_path: Path, frame: pd.DataFrame, sentence: str
) -> None:
    with pytest.raises(DatasetError, match=rf"consents\.parquet.*{sentence}"):
        read_consents(written(tmp_path, frame))


def test_a_file_that_is_no_parquet_is_refused(tmp_path: Path) -> None:
    (tmp_path / CONSENTS_FILE).write_text("ann,yes")

    with pytest.raises(DatasetError, match="is not a readable Parquet file"):
        read_consents(tmp_path)
