"""The dataset folder: read with every rule checked, written whole or not at all."""

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import pandas as pd
import pyarrow as pa

from ml.dataset import columns
from ml.dataset.dataset import Dataset, Description, Ideal, make_dataset
from ml.dataset.parquet import write_frame
from ml.dataset.rules import Fold
from ml.dataset.violations import DatasetError, Violation

DESCRIPTION_FILE = "dataset.json"
FOLDS_FILE = "folds.json"
PARTIAL_SUFFIX = ".partial"
"""Of the folder beside a data set in which an export is gathered until it is whole."""

_OPTIONAL_TABLES = (columns.ITEMS, columns.TARGETS, columns.TARGET_DATES)


def read_dataset(path: Path) -> Dataset:
    """Read a dataset folder.

    Args:
        path: The folder; files it holds beside the known ones are left alone.

    Raises:
        DatasetError: when a file is missing, damaged or breaks a rule; all broken rules are named
            with file, column and number of rows.
    """
    document = _read_json(path, DESCRIPTION_FILE)
    targets, dates = (
        _read_optional(path, each) for each in (columns.TARGETS, columns.TARGET_DATES)
    )
    dataset = make_dataset(
        _description(document),
        _read_table(path, columns.INTERACTIONS),
        items=read_items(path),
        targets=targets,
        target_dates=dates,
        folds=read_folds(path),
    )
    problems = [
        Violation(DESCRIPTION_FILE, name, f"says {document[name]}, the files hold {count}")
        for name, count in dataset.counts.items()
        if name in document and document[name] != count
    ]
    if problems:
        raise DatasetError(problems)
    return dataset


def read_description(path: Path) -> Description:
    """Read ``dataset.json`` of a dataset folder.

    Raises:
        DatasetError: when it is missing, damaged or breaks a rule.
    """
    return _description(_read_json(path, DESCRIPTION_FILE))


def read_items(path: Path) -> pd.DataFrame | None:
    """Read what is known of items, its rules not yet checked; ``None`` where there is no file.

    Raises:
        DatasetError: when the file cannot be read.
    """
    return _read_optional(path, columns.ITEMS)


def read_folds(path: Path) -> tuple[Fold, ...]:
    """Read the folds, their rules not yet checked; none where there is no file.

    Raises:
        DatasetError: when the file cannot be read.
    """
    return _folds(_read_json(path, FOLDS_FILE)) if _exists(path, FOLDS_FILE) else ()


def write_dataset(dataset: Dataset, path: Path) -> None:
    """Write a dataset folder; a dataset folder that is there already is replaced.

    Args:
        dataset: What to write; empty optional tables are left out.
        path: The folder; its parents are made.

    Raises:
        DatasetError: when ``path`` exists and is not a dataset folder.
        OSError: when it cannot be written; ``path`` is then as it was.
    """
    with staged_folder(path) as staged:
        write_tables(dataset, staged)


def write_tables(dataset: Dataset, path: Path) -> None:
    """Write the files of a data set into an existing folder."""
    bought = dataset.interactions
    if bought["store"].isna().all():
        bought = bought.drop(columns="store")
    write_frame(bought, path / columns.INTERACTIONS.file)
    for table, frame in zip(
        _OPTIONAL_TABLES, (dataset.items, dataset.targets, dataset.target_dates), strict=True
    ):
        if len(frame):
            write_frame(frame, path / table.file)
    if dataset.folds:
        folds = [{"train": e.train, "val": e.val, "test": e.test} for e in dataset.folds]
        (path / FOLDS_FILE).write_text(json.dumps({"folds": folds}), encoding="utf-8")
    write_description(path, dataset.description, dataset.counts)


def write_description(path: Path, about: Description, counts: Mapping[str, int]) -> None:
    """Write ``dataset.json`` into an existing folder; ``counts`` as ``Dataset.counts``."""
    document = {
        "name": about.name,
        "source": about.source,
        "licence": about.licence,
        "dated": about.dated,
        "ndcg_ideal": about.ndcg_ideal,
        "protocol": about.protocol,
        **about.notes,
        **counts,
    }
    text = json.dumps(document, indent=1, ensure_ascii=False)
    (path / DESCRIPTION_FILE).write_text(text + "\n", encoding="utf-8")


@contextmanager
def staged_folder(path: Path) -> Iterator[Path]:
    """Give a temporary folder beside ``path`` that takes its place when the block ends well.

    Raises:
        DatasetError: when ``path`` exists and is neither empty nor a dataset folder.
    """
    is_foreign = path.is_dir() and any(path.iterdir()) and not (path / DESCRIPTION_FILE).exists()
    if is_foreign or (path.exists() and not path.is_dir()):
        raise DatasetError([Violation(str(path), "", "exists and is not a dataset folder")])
    path.parent.mkdir(parents=True, exist_ok=True)
    workshop = Path(tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent))
    try:
        staged = workshop / "new"
        staged.mkdir()
        yield staged
        _take_place(staged, path, old=workshop / "old")
    except OSError as error:
        reason = error.strerror or error
        raise OSError(error.errno, f"{path}: cannot be written: {reason}") from error
    finally:
        shutil.rmtree(workshop)


def _take_place(staged: Path, path: Path, *, old: Path) -> None:
    """Move ``staged`` to ``path``; what was there comes back when that fails."""
    try:
        if path.exists():
            path.rename(old)
        staged.rename(path)
    finally:
        if old.exists() and not path.exists():
            old.rename(path)


def _exists(path: Path, file: str) -> bool:
    return (path / file).exists()


def _read_optional(path: Path, table: columns.Table) -> pd.DataFrame | None:
    return _read_table(path, table) if _exists(path, table.file) else None


def _read_table(path: Path, table: columns.Table) -> pd.DataFrame:
    _require(path, table.file)
    try:
        frame = pd.read_parquet(path / table.file)
    except (pa.ArrowException, OSError) as error:
        rule = f"is not a readable Parquet file: {error}"
        raise DatasetError([Violation(table.file, "", rule)]) from None
    if frame.empty:
        raise DatasetError([Violation(table.file, "", "must have at least one row")])
    return frame


def _read_json(path: Path, file: str) -> Mapping[str, object]:
    _require(path, file)
    try:
        document = json.loads((path / file).read_text(encoding="utf-8"))
    except ValueError as error:
        raise DatasetError([Violation(file, "", f"is not JSON: {error}")]) from None
    if not isinstance(document, dict):
        raise DatasetError([Violation(file, "", "must be a JSON object")])
    return document


def _require(path: Path, file: str) -> None:
    if not (path / file).is_file():
        raise DatasetError([Violation(file, "", f"is missing in {path}")])


def _description(document: Mapping[str, object]) -> Description:
    problems = []
    if not isinstance(document.get("name"), str) or not document["name"]:
        problems.append(Violation(DESCRIPTION_FILE, "name", "must be a non-empty string"))
    if not isinstance(document.get("dated"), bool):
        problems.append(Violation(DESCRIPTION_FILE, "dated", "must be true or false"))
    ideal = document.get("ndcg_ideal", "full")
    if ideal not in ("full", "truncated"):
        problems.append(Violation(DESCRIPTION_FILE, "ndcg_ideal", "must be full or truncated"))
    if problems:
        raise DatasetError(problems)
    known = ("name", "source", "licence", "dated", "ndcg_ideal", "protocol")
    texts = {name: value for name, value in document.items() if isinstance(value, str)}
    return Description(
        name=texts["name"],
        dated=bool(document["dated"]),
        source=texts.get("source", ""),
        licence=texts.get("licence", ""),
        protocol=texts.get("protocol", ""),
        ndcg_ideal=cast("Ideal", ideal),
        notes={name: value for name, value in texts.items() if name not in known},
    )


def _folds(document: Mapping[str, object]) -> tuple[Fold, ...]:
    folds = document.get("folds")
    if not isinstance(folds, list):
        raise DatasetError([Violation(FOLDS_FILE, "folds", "must be a list")])
    return tuple(_fold(number, each) for number, each in enumerate(folds))


def _fold(number: int, parts: object) -> Fold:
    problems = []
    found: dict[str, tuple[str, ...]] = {}
    for name in ("train", "val", "test"):
        members = parts.get(name) if isinstance(parts, dict) else None
        if isinstance(members, list) and all(isinstance(each, str) for each in members):
            found[name] = tuple(members)
        else:
            rule = "must be a list of customer ids"
            problems.append(Violation(FOLDS_FILE, f"folds[{number}].{name}", rule))
    if problems:
        raise DatasetError(problems)
    return Fold(**found)
