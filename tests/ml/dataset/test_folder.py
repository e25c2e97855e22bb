"""A dataset folder comes back as it was written, is written whole, and is refused when damaged."""

import json
from pathlib import Path

import pandas as pd
import pytest

from ml.dataset.digest import digest
from ml.dataset.folder import read_dataset, staged_folder, write_dataset
from ml.dataset.violations import DatasetError
from tests.ml.dataset import corner_shop


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "shop"
    write_dataset(corner_shop.dataset(), path)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(DatasetError) as caught:
        read_dataset(path)
    return str(caught.value)


def test_what_was_written_is_read_back(folder: Path) -> None:
    written, read = corner_shop.dataset(), read_dataset(folder)

    pd.testing.assert_frame_equal(read.interactions, written.interactions)
    pd.testing.assert_frame_equal(read.items, written.items)
    pd.testing.assert_frame_equal(read.targets, written.targets)
    pd.testing.assert_frame_equal(read.target_dates, written.target_dates)
    assert read.folds == written.folds
    assert read.description == written.description


def test_description_carries_the_counts(folder: Path) -> None:
    document = json.loads((folder / "dataset.json").read_text())

    assert document["customers"] == 2
    assert document["items"] == 3
    assert document["baskets"] == 3
    assert document["interactions"] == 4
    assert document["target_interactions"] == 2


def test_optional_files_and_the_store_column_are_left_out_when_there_is_nothing_in_them(
    tmp_path: Path,
) -> None:
    write_dataset(
        corner_shop.history_only(corner_shop.interactions().drop(columns="store")), tmp_path / "x"
    )

    assert {each.name for each in (tmp_path / "x").iterdir()} == {
        "dataset.json",
        "interactions.parquet",
    }
    assert "store" not in pd.read_parquet(tmp_path / "x" / "interactions.parquet").columns
    read = read_dataset(tmp_path / "x")
    assert read.items.empty
    assert read.interactions["store"].isna().all()


def test_writing_again_replaces_and_leaves_nothing_beside(folder: Path) -> None:
    write_dataset(corner_shop.history_only(), folder)

    assert not (folder / "targets.parquet").exists()
    assert [each.name for each in folder.parent.iterdir()] == ["shop"]


def test_a_write_that_fails_leaves_the_folder_as_it_was(folder: Path) -> None:
    def fail_half_way() -> None:
        with staged_folder(folder) as staged:
            (staged / "dataset.json").write_text("{}")
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        fail_half_way()

    assert digest(read_dataset(folder)) == digest(corner_shop.dataset())
    assert [each.name for each in folder.parent.iterdir()] == ["shop"]


def test_a_folder_that_cannot_be_put_in_place_leaves_the_one_before(folder: Path) -> None:
    before = digest(read_dataset(folder))

    with pytest.raises(FileNotFoundError), staged_folder(folder) as staged:
        staged.rmdir()  # so that nothing can take the place

    assert digest(read_dataset(folder)) == before
    assert [each.name for each in folder.parent.iterdir()] == [folder.name]


def test_a_folder_that_is_no_data_set_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "dear.txt").write_text("keep me")

    with pytest.raises(DatasetError, match="exists and is not a dataset folder"):
        write_dataset(corner_shop.dataset(), tmp_path / "letters")

    assert (tmp_path / "letters" / "dear.txt").read_text() == "keep me"


@pytest.mark.parametrize("file", ["dataset.json", "interactions.parquet"])
def test_a_missing_file_is_named(folder: Path, file: str) -> None:
    (folder / file).unlink()

    assert refusal(folder) == f"{file}: is missing in {folder}"


@pytest.mark.parametrize("file", ["interactions.parquet", "items.parquet", "targets.parquet"])
def test_a_damaged_table_is_named(folder: Path, file: str) -> None:
    (folder / file).write_bytes(b"PAR1 no more")

    assert refusal(folder).startswith(f"{file}: is not a readable Parquet file")


def test_a_table_without_rows_is_refused(folder: Path) -> None:
    corner_shop.targets().head(0).to_parquet(folder / "targets.parquet")

    assert refusal(folder) == "targets.parquet: must have at least one row"


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("dataset.json", "{", "dataset.json: is not JSON"),
        ("dataset.json", "[]", "dataset.json: must be a JSON object"),
        ("dataset.json", '{"dated": true}', "dataset.json: name: must be a non-empty string"),
        ("dataset.json", '{"name": "x"}', "dataset.json: dated: must be true or false"),
        (
            "dataset.json",
            '{"name": "x", "dated": true, "ndcg_ideal": "best"}',
            "dataset.json: ndcg_ideal: must be full or truncated",
        ),
        (
            "dataset.json",
            '{"name": "x", "dated": true, "baskets": 9}',
            "dataset.json: baskets: says 9, the files hold 3",
        ),
        ("folds.json", "{}", "folds.json: folds: must be a list"),
        (
            "folds.json",
            '{"folds": [{"train": [], "val": [], "test": [1]}]}',
            "folds.json: folds[0].test: must be a list of customer ids",
        ),
    ],
)
def test_what_is_wrong_in_a_json_file_is_said(
    folder: Path, file: str, text: str, message: str
) -> None:
    (folder / file).write_text(text)

    assert refusal(folder).startswith(message)


def test_files_of_others_in_the_folder_are_left_alone(folder: Path) -> None:
    (folder / "notes.txt").write_text("bought in May")

    assert digest(read_dataset(folder)) == digest(corner_shop.dataset())
