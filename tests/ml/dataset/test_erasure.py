"""A folder forgets customers: every line, whole or not at all, and nobody else's."""

from pathlib import Path

import pytest

from ml.dataset.consents import read_consents, write_consents
from ml.dataset.dataset import Dataset, make_dataset
from ml.dataset.digest import digest
from ml.dataset.erasure import erase_from_folder, without_customers
from ml.dataset.folder import read_dataset, write_dataset
from ml.dataset.rules import Fold
from ml.dataset.violations import DatasetError
from tests.ml.shopping import dataset_of

BASKETS = {
    "ada": [(0, ["tea"]), (7, ["tea", "milk"])],
    "bert": [(1, ["rice"]), (8, ["rice", "oil"])],
    "carl": [(2, ["tea"])],
}


def world(*names: str) -> Dataset:
    """Return a data set in which only these customers ever were."""
    return dataset_of({name: BASKETS[name] for name in names})


def test_what_is_left_is_a_world_in_which_they_never_were() -> None:
    left = without_customers(world("ada", "bert", "carl"), ["ada"])
    assert digest(left) == digest(world("bert", "carl"))


def test_targets_dates_and_folds_forget_as_well(tmp_path: Path) -> None:
    whole = world("ada", "bert")
    ends = whole.interactions.groupby("customer_id", as_index=False).last()
    held = make_dataset(
        whole.description,
        whole.interactions,
        targets=ends[["customer_id", "item_id"]],
        target_dates=ends[["customer_id", "occurred_at"]],
        folds=(Fold(("bert",), (), ("ada",)), Fold(("ada",), (), ("bert",))),
    )
    left = without_customers(held, {"ada"})
    assert set(left.targets["customer_id"]) == set(left.target_dates["customer_id"]) == {"bert"}
    assert left.folds == (Fold(train=(), val=(), test=("bert",)),)
    write_dataset(held, tmp_path / "data")
    assert erase_from_folder(tmp_path / "data", {"ada"}) == 4  # three of the history, one held out


def test_a_folder_is_written_anew_and_no_file_knows_the_name(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    write_dataset(world("ada", "bert"), folder)
    (folder / "refused.csv").write_text("ada,?,tea")
    assert erase_from_folder(folder, {"ada"}) == 3
    assert digest(read_dataset(folder)) == digest(world("bert"))
    assert [each.name for each in folder.iterdir() if b"ada" in each.read_bytes()] == []
    assert list(tmp_path.iterdir()) == [folder]


def test_what_the_others_allow_is_kept_and_nothing_of_who_is_gone(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    write_dataset(world("ada", "bert", "carl"), folder)
    write_consents({"ada": True, "bert": False, "carl": True}, folder)
    assert erase_from_folder(folder, {"ada"}) == 3
    assert read_consents(folder) == {"bert": False, "carl": True}
    write_consents({"bert": False, "carl": True, "dora": True}, folder)
    assert erase_from_folder(folder, {"dora"}) == 0  # who never bought is named there all the same
    assert read_consents(folder) == {"bert": False, "carl": True}
    assert erase_from_folder(folder, {"bert"}) == 3
    assert [each.name for each in folder.iterdir() if b"bert" in each.read_bytes()] == []


def test_a_folder_without_them_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    write_dataset(world("bert"), folder)
    (folder / "note").write_text("to keep")
    assert erase_from_folder(folder, {"ada"}) == 0
    assert (folder / "note").read_text() == "to keep"


def test_an_export_that_was_cut_begins_anew(tmp_path: Path) -> None:
    cut = tmp_path / "data.partial"
    cut.mkdir()
    (cut / "part-000000.parquet").write_bytes(b"ada")
    assert erase_from_folder(tmp_path / "data", set()) == 0
    assert cut.exists()  # nobody is to be forgotten: it goes on
    assert erase_from_folder(tmp_path / "data", {"ada"}) == 0
    assert not cut.exists()


def test_of_a_folder_with_nobody_else_nothing_is_left(tmp_path: Path) -> None:
    write_dataset(world("ada"), tmp_path / "data")
    assert erase_from_folder(tmp_path / "data", {"ada"}) == 3
    assert not (tmp_path / "data").exists()


def test_a_damaged_folder_is_told_and_left(tmp_path: Path) -> None:
    write_dataset(world("ada", "bert"), tmp_path / "data")
    (tmp_path / "data" / "interactions.parquet").write_bytes(b"damaged")
    with pytest.raises(DatasetError):
        erase_from_folder(tmp_path / "data", {"ada"})
