"""Bad input through ``python -m ml``: each gets a sentence, with file, column, rows and rule."""

import json
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from ml.dataset.folder import write_dataset
from tests.ml.shopping import checkered
from tests.ml.training.conftest import MLFLOW_WARNS
from tests.ml.training.test_command_line import run

pytestmark = [
    MLFLOW_WARNS,
    pytest.mark.filterwarnings("ignore:Matplotlib is building the font cache"),
]

Frame = pd.DataFrame
Spoil = Callable[[Frame], Frame]


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """Return the checkered town as a folder, 4,762 rows of 60 customers."""
    folder = tmp_path / "town"
    write_dataset(checkered(), folder)
    document = json.loads((folder / "dataset.json").read_text())
    (folder / "dataset.json").write_text(json.dumps({"name": "town", "dated": document["dated"]}))
    return folder


@pytest.fixture
def quick(tmp_path: Path) -> Path:
    config = tmp_path / "quick.toml"
    config.write_text(
        "[learning]\nwindows = 1\n[learning.factors]\nfactors = 8\n[learning.ranker]\ntrees = 5\n"
    )
    return config


def spoilt(folder: Path, spoil: Spoil, file: str = "interactions.parquet") -> None:
    spoil(pd.read_parquet(folder / file)).to_parquet(folder / file)


def told(*arguments: str | Path) -> str:
    """Return what is said, on one line; the command must fail without a trace of Python."""
    done = run(*arguments)
    assert done.exit_code == 3, done.output
    assert "Traceback" not in done.output
    return " ".join(done.output.split())


def two_returned(frame: Frame) -> Frame:
    return frame.assign(quantity=frame["quantity"].where(frame.index > 1, -1.0))


LATER = timedelta(days=40_000)


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda f: f.drop(columns="item_id"), "interactions.parquet: item_id: is missing; found:"),
        (lambda f: f.assign(quantity="two"), "interactions.parquet: quantity: must be numbers"),
        (
            two_returned,
            "interactions.parquet: quantity: must be greater than 0 (2 rows, first: customer_id=",
        ),
        (
            lambda f: pd.concat([f, f.head(3)]),
            "customer_id, basket_id, item_id: must not occur twice (3 rows, first: customer_id=",
        ),
        (
            lambda f: f.assign(occurred_at=f["occurred_at"] + LATER),
            "interactions.parquet: occurred_at: must not lie in the future, and it is 2",
        ),
        (
            lambda f: f.assign(item_id="tea").drop_duplicates("basket_id"),
            "interactions.parquet: item_id: must hold at least 2 items, for with one there is",
        ),
        (
            lambda f: f.assign(item_id=[f"item-{row}" for row in range(len(f))]),
            "interactions.parquet: item_id: must hold an item that was bought twice, for one",
        ),
        (
            lambda f: f[f["sequence"] == 0],
            "interactions.parquet: sequence: must hold a customer with two baskets: one to know",
        ),
    ],
)
def test_a_table_that_cannot_be_learned_from_is_told(
    town: Path, spoil: Spoil, sentence: str, tracking_uri: str, tmp_path: Path
) -> None:
    spoilt(town, spoil)

    where = ("--tracking-uri", tracking_uri)
    assert sentence in told("evaluate", town, "--out", tmp_path / "results", *where)
    assert sentence in told("train", town, *where)


@pytest.mark.parametrize(
    ("folds", "sentence"),
    [
        ([{"train": [], "val": [], "test": []}], "folds.json: folds[0].test: must not be empty"),
        (
            [{"train": ["customer-001"], "val": [], "test": ["customer-001"]}],
            "folds.json: folds[0].test: must hold no customer twice, nor one of another part (1 r",
        ),
        (
            [{"train": [], "val": [], "test": ["stranger"]}],
            "folds.json: folds[0].test: must be customers of targets.parquet (1 row",
        ),
    ],
)
def test_folds_that_ask_nobody_or_somebody_twice_are_told(
    town: Path, folds: list[dict[str, list[str]]], sentence: str, tracking_uri: str
) -> None:
    targets = pd.DataFrame({"customer_id": ["customer-001"], "item_id": ["item-01"]})
    targets.to_parquet(town / "targets.parquet")
    (town / "folds.json").write_text(json.dumps({"folds": folds}))

    assert sentence in told("evaluate", town, "--tracking-uri", tracking_uri)


def test_targets_of_somebody_unknown_are_told(town: Path, tracking_uri: str) -> None:
    targets = pd.DataFrame({"customer_id": ["stranger"], "item_id": ["item-01"]})
    targets.to_parquet(town / "targets.parquet")

    sentence = (
        "targets.parquet: customer_id: must have a history in interactions.parquet "
        "(1 row, first: customer_id=stranger, item_id=item-01)"
    )
    assert sentence in told("evaluate", town, "--tracking-uri", tracking_uri)


def test_targets_without_dates_are_told(town: Path, tracking_uri: str) -> None:
    targets = pd.DataFrame({"customer_id": ["customer-001"], "item_id": ["item-01"]})
    targets.to_parquet(town / "targets.parquet")

    sentence = "target_dates.parquet: is missing; it places the 1 rows of targets.parquet"
    assert sentence in told("evaluate", town, "--tracking-uri", tracking_uri)


def test_a_calendar_is_not_asked_of_data_without_dates(town: Path, tracking_uri: str) -> None:
    (town / "dataset.json").write_text(json.dumps({"name": "town", "dated": False}))
    spoilt(
        town,
        lambda frame: frame.assign(occurred_at=frame["occurred_at"].where(frame["quantity"] < 0)),
    )

    answer = told("evaluate", town, "--protocol", "calendar", "--tracking-uri", tracking_uri)

    assert "occurred_at: is null throughout, so there is no calendar; ask by the last-bas" in answer


def test_a_history_shorter_than_the_horizon_is_told(town: Path, tracking_uri: str) -> None:
    early = pd.Timestamp("2026-01-20", tz="UTC")
    spoilt(town, lambda frame: frame[frame["occurred_at"] < early])

    answer = told("evaluate", town, "--tracking-uri", tracking_uri)

    assert "interactions.parquet: occurred_at: of 60 customers nobody has 2 baskets befo" in answer


@pytest.mark.parametrize("protocol", ["calendar", "last-basket"])
def test_ten_items_and_some_customers_of_one_basket_are_enough(
    town: Path, quick: Path, protocol: str, tracking_uri: str, tmp_path: Path
) -> None:
    def few(frame: Frame) -> Frame:
        is_newcomer = frame["customer_id"] < "customer-010"
        kept = frame[(~is_newcomer | (frame["sequence"] == 0)) & (frame["item_id"] < "item-10")]
        assert kept["item_id"].nunique() == 10
        numbers = kept.groupby("customer_id")["sequence"].rank("dense") - 1
        return kept.assign(sequence=numbers.astype("int32"))

    spoilt(town, few)
    out, where = tmp_path / "results", ("--tracking-uri", tracking_uri)

    done = run("evaluate", town, "--config", quick, "--protocol", protocol, "--out", out, *where)

    assert done.exit_code == 0, done.output
    assert json.loads((out / "town.json").read_text())["mean"]["ofone"]["recall@10"] > 0.5


def test_an_mlflow_that_is_away_is_told_before_the_long_work(
    town: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")

    for command in ("evaluate", "train"):
        answer = told(command, town, "--tracking-uri", "http://127.0.0.1:9")
        assert "MLflow at http://127.0.0.1:9 cannot be reached" in answer


@contextmanager
def full_disk(most_bytes: int) -> Iterator[None]:
    """Let this process write no larger file than this."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_disk_that_is_full_is_told_with_what_could_not_be_written(tmp_path: Path) -> None:
    out = tmp_path / "town"

    with full_disk(4_096):
        answer = told("simulate", "--customers", "50", "--out", out)

    assert f"{out}: cannot be written: " in answer
    assert "File too large" in answer
    assert list(tmp_path.iterdir()) == []


def test_trials_and_results_that_find_no_room_are_told(
    town: Path, quick: Path, tracking_uri: str, tmp_path: Path
) -> None:
    out = tmp_path / "results"
    where = ("--config", quick, "--out", out, "--tracking-uri", tracking_uri)

    with full_disk(1_024):
        answer = told("evaluate", town, *where)
    assert f"{out / 'studies.db'}: trials cannot be kept: " in answer

    (out / "studies.db").unlink()
    assert run("evaluate", town, *where).exit_code == 0
    with full_disk(1_024):  # every trial is kept by now, so the first without room is a result
        answer = told("evaluate", town, *where)
    assert f"{out}: the results cannot be written: File too large" in answer


def test_now_is_later_than_the_town() -> None:
    # the other tests of this module rest on it
    assert checkered().interactions["occurred_at"].max() < datetime.now(UTC)
