"""A data set as if some of its customers had never been there, and a folder that forgets them."""

import shutil
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import pandas as pd

from ml.dataset.consents import read_consents, write_consents
from ml.dataset.dataset import Dataset
from ml.dataset.folder import (
    DESCRIPTION_FILE,
    PARTIAL_SUFFIX,
    read_dataset,
    staged_folder,
    write_tables,
)
from ml.dataset.rules import Fold


def without_customers(dataset: Dataset, customer_ids: Collection[str]) -> Dataset:
    """Return the data set without anything of these customers.

    What is left is what it would be had they never been there: order, baskets and items of the
    others do not depend on them, and neither does the digest. A fold that asks about nobody else
    is gone with them.
    """
    gone = set(customer_ids)

    def kept(frame: pd.DataFrame) -> pd.DataFrame:
        return frame[~frame["customer_id"].isin(gone)].reset_index(drop=True)

    left = [_without(fold, gone) for fold in dataset.folds]
    return replace(
        dataset,
        interactions=kept(dataset.interactions),
        targets=kept(dataset.targets),
        target_dates=kept(dataset.target_dates),
        folds=tuple(fold for fold in left if fold.test),
    )


def erase_from_folder(path: Path, customer_ids: Collection[str]) -> int:
    """Make a dataset folder, and an export that was cut on its way into it, forget customers.

    The folder is replaced whole or not at all; where nobody is left, or nothing was there, there is
    none afterwards. An export that was cut begins anew. What the others allow is kept; files that
    people laid beside the tables go with the old folder whenever somebody is found in it: they may
    name the same people.

    Args:
        path: The folder; it need not exist.
        customer_ids: Who, by every name they bore.

    Returns:
        How many lines of histories and held-out baskets were removed.

    Raises:
        DatasetError: when the folder is damaged.
        OSError: when it cannot be written; it is then as it was.
    """
    if customer_ids:
        shutil.rmtree(path.with_name(f"{path.name}{PARTIAL_SUFFIX}"), ignore_errors=True)
    if not customer_ids or not (path / DESCRIPTION_FILE).exists():
        return 0
    dataset = read_dataset(path)
    left = without_customers(dataset, customer_ids)
    removed = _line_count(dataset) - _line_count(left)
    consents = read_consents(path) or {}
    allowed = {each: said for each, said in consents.items() if each not in customer_ids}
    if left.interactions.empty:
        shutil.rmtree(path)
    elif removed or allowed != consents:
        with staged_folder(path) as staged:
            write_tables(left, staged)
            if allowed:
                write_consents(allowed, staged)
    return removed


def _without(fold: Fold, gone: Collection[str]) -> Fold:
    return Fold(
        train=tuple(each for each in fold.train if each not in gone),
        val=tuple(each for each in fold.val if each not in gone),
        test=tuple(each for each in fold.test if each not in gone),
    )


def _line_count(dataset: Dataset) -> int:
    return len(dataset.interactions) + len(dataset.targets)
