"""Real data: what is read, split and imported agrees with the figures published beside it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ml.dataset.folder import read_dataset
from ml.dataset.raw_import import import_raw
from ml.dataset.split import calendar_split, last_basket_split, last_cut, timeline

DATA = Path(__file__).parents[4] / "shared" / "data"


def data_folder(name: str) -> Path:
    if not (DATA / name).is_dir():
        pytest.skip(f"the public data set {name} is not at {DATA / name}")
    return DATA / name


def test_ta_feng_reads_and_hides_every_last_basket() -> None:
    dataset = read_dataset(data_folder("tafeng"))

    assert dataset.counts["interactions"] == 480_611
    assert len(dataset.folds) == 3
    assert len(last_basket_split(dataset).customer_ids) == 13_858


def test_the_calendar_cut_of_online_retail_asks_1242_customers() -> None:
    events = timeline(read_dataset(data_folder("online-retail-2011")))

    split = calendar_split(events, last_cut(events))

    assert len(split.customer_ids) == 1_242


def test_the_raw_export_of_online_retail_is_imported_line_by_line() -> None:
    result = import_raw(
        data_folder("online-retail-2011") / "raw.parquet", now=datetime(2012, 1, 1, tzinfo=UTC)
    )

    assert result.line_count == 531_282
    assert result.imported_count == 396_370
    assert result.refused_counts == {"no_customer": 133_358, "not_an_item": 1_554}
    assert result.merged_count == 10_016
    names = result.dataset.items.set_index("item_id")["name"]
    assert names["85123A"] == "WHITE HANGING HEART T-LIGHT HOLDER"
