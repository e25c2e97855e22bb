"""Every line of a retailer's export is imported or refused with its reason; none is lost."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from ml.dataset.digest import digest
from ml.dataset.folder import read_dataset
from ml.dataset.mapping import ColumnMapping, MappingError
from ml.dataset.raw_import import (
    RawImport,
    RawImportError,
    import_raw,
    write_raw_import,
    write_refused_alone,
)
from tests.ml.dataset.corner_shop import write_text

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
GOOD = "1,TEA,Ceylon tea,2,2026-01-01 10:00:00,2.5,17850.0,France"


def imported(folder: Path, *lines: str) -> RawImport:
    """Import a CSV of these lines, with a good one in front."""
    path = write_text(folder / "raw.csv", "\n".join([HEADER, GOOD, *lines]) + "\n")
    result = import_raw(path, now=NOW)
    assert result.imported_count + len(result.refused) == result.line_count == 1 + len(lines)
    return result


def test_an_invoice_becomes_a_basket(tmp_path: Path) -> None:
    dataset = imported(tmp_path, "1,MILK,Milk,1,2026-01-01 10:00:00,0.9,17850.0,France").dataset

    rows = dataset.interactions.drop(columns=["occurred_at", "unit_price"])
    assert rows.values.tolist() == [
        ["17850", "1", 0, "MILK", 1.0, "France"],
        ["17850", "1", 0, "TEA", 2.0, "France"],
    ]
    assert dataset.interactions["occurred_at"].unique().tolist() == [
        pd.Timestamp("2026-01-01 10:00", tz="UTC")
    ]
    assert dataset.items[["item_id", "name"]].values.tolist() == [
        ["MILK", "Milk"],
        ["TEA", "Ceylon tea"],
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("1,TEA,Tea,1,2026-01-01 10:00:00,2.5,,France", "no_customer"),
        ("1,TEA,Tea,1,2026-01-01 10:00:00,2.5,0,France", "no_customer"),
        (",TEA,Tea,1,2026-01-01 10:00:00,2.5,7,France", "no_basket"),
        ("1, ,Tea,1,2026-01-01 10:00:00,2.5,7,France", "no_item"),
        ("1,POST,Postage,1,2026-01-01 10:00:00,2.5,7,France", "not_an_item"),
        ("1,BANK CHARGES,,1,2026-01-01 10:00:00,2.5,7,France", "not_an_item"),
        ("1,TEA/2,Tea,1,2026-01-01 10:00:00,2.5,7,France", "malformed_item"),
        ("1,TEA,Tea,1,2026-01-01 10:00:00,2.5,a/b,France", "malformed_customer"),
        ("1,TEA,Tea,1,2026-13-01 10:00:00,2.5,7,France", "unparsable_date"),
        ("1,TEA,Tea,1,yesterday,2.5,7,France", "unparsable_date"),
        ("1,TEA,Tea,1,2026-07-02 12:00:01,2.5,7,France", "in_the_future"),
        ("1,TEA,Tea,1,2035-01-01 10:00:00,2.5,7,France", "in_the_future"),
        ("1,TEA,Tea,two,2026-01-01 10:00:00,2.5,7,France", "unparsable_quantity"),
        ("1,TEA,Tea,nan,2026-01-01 10:00:00,2.5,7,France", "unparsable_quantity"),
        ("1,TEA,Tea,1e30,2026-01-01 10:00:00,2.5,7,France", "implausible_quantity"),
        ("C1,TEA,Tea,-2,2026-01-01 10:00:00,2.5,7,France", "return"),
        ("1,TEA,Tea,0,2026-01-01 10:00:00,2.5,7,France", "no_quantity"),
        ("1,TEA,Tea,1,2026-01-01 10:00:00,free,7,France", "unparsable_price"),
        ("1,TEA,Tea,1,2026-01-01 10:00:00,inf,7,France", "unparsable_price"),
        ("1,TEA,Tea,1,2026-01-01 10:00:00,-2.5,7,France", "negative_price"),
        ("1,TEA,Tea", "malformed_line"),
        ("1,TEA,Tea,1,2026-01-01 10:00:00,2.5,7,France,more", "malformed_line"),
    ],
)
def test_a_line_that_is_no_purchase_is_refused_with_its_reason(
    tmp_path: Path, line: str, reason: str
) -> None:
    result = imported(tmp_path, line)

    assert result.refused_counts == {reason: 1}
    assert result.refused["line_number"].tolist() == [2]
    original = json.loads(result.refused["original"][0])
    assert original == (
        {"line": line}
        if reason == "malformed_line"
        else dict(zip(HEADER.split(","), line.split(","), strict=True))
    )


def test_a_line_that_breaks_two_rules_is_counted_once(tmp_path: Path) -> None:
    result = imported(tmp_path, "1,POST,Postage,-1,never,-2.5,,France")

    assert result.refused_counts == {"no_customer": 1}


def test_line_numbers_point_at_the_line_wherever_it_stands(tmp_path: Path) -> None:
    result = imported(tmp_path, "too,short", GOOD, "1,TEA,Tea,-1,2026-01-01 10:00:00,2,7,X", "x")

    assert result.refused[["line_number", "reason"]].values.tolist() == [
        [2, "malformed_line"],
        [4, "return"],
        [5, "malformed_line"],
    ]


def test_bytes_that_are_no_text_are_refused_and_the_rest_is_kept(tmp_path: Path) -> None:
    spoilt = GOOD.replace("TEA", "T\xa3A").encode("latin-1")
    path = tmp_path / "raw.csv"
    path.write_bytes(b"\n".join([HEADER.encode(), spoilt, GOOD.encode()]))

    result = import_raw(path, now=NOW)

    assert result.refused_counts == {"misencoded": 1}
    assert result.refused["line_number"].tolist() == [1]
    assert result.imported_count == 1


def test_lines_of_one_basket_and_item_are_merged_and_counted(tmp_path: Path) -> None:
    result = imported(tmp_path, "1,TEA,Ceylon tea,6,2026-01-01 10:01:00,1.5,17850,France")

    assert result.merged_count == 1
    row = result.dataset.interactions.iloc[0]
    assert row["quantity"] == 8
    assert row["unit_price"] == pytest.approx((2 * 2.5 + 6 * 1.5) / 8)
    assert row["occurred_at"] == pd.Timestamp("2026-01-01 10:00", tz="UTC")


def test_a_line_without_a_price_keeps_none(tmp_path: Path) -> None:
    result = imported(tmp_path, "2,MILK,Milk,1,2026-01-02 10:00:00,,17850,France")

    assert result.dataset.interactions["unit_price"].isna().tolist() == [False, True]


def test_baskets_are_numbered_by_time(tmp_path: Path) -> None:
    result = imported(
        tmp_path,
        "9,TEA,Tea,1,2025-12-31 10:00:00,2.5,17850,France",
        "0,TEA,Tea,1,1/2/2026 8:26,2.5,17850,France",
    )

    assert result.dataset.interactions["basket_id"].tolist() == ["9", "1", "0"]


def test_an_item_bears_its_most_frequent_name_and_median_price(tmp_path: Path) -> None:
    lines = [
        f"{number},CUP,{name},1,2026-01-02 10:00:00,{price},7,France"
        for number, (name, price) in enumerate([("Cup", 1), ("damaged", 2), ("Cup", 9)], start=2)
    ]

    items = imported(tmp_path, *lines).dataset.items.set_index("item_id")

    assert items["name"]["CUP"] == "Cup"
    assert items["price"]["CUP"] == 2


def test_the_same_lines_give_the_same_data_from_csv_parquet_and_json_lines(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "InvoiceNo": [1, 2],
            "StockCode": ["TEA", "TEA"],
            "Description": ["Tea", "Tea"],
            "Quantity": [1, -1],
            "InvoiceDate": ["2026-01-01 10:00:00", "2026-01-02 10:00:00"],
            "UnitPrice": [2.5, 2.5],
            "CustomerID": [17850.0, 17850.0],
            "Country": ["France", "France"],
        }
    )
    frame.to_csv(tmp_path / "raw.csv", index=False)
    frame.to_parquet(tmp_path / "raw.parquet")
    frame.to_json(tmp_path / "raw.jsonl", orient="records", lines=True)

    results = [
        import_raw(tmp_path / f"raw.{form}", now=NOW) for form in ("csv", "parquet", "jsonl")
    ]

    assert len({digest(each.dataset) for each in results}) == 1
    assert [each.refused_counts for each in results] == [{"return": 1}] * 3


def test_a_json_line_that_is_no_object_is_refused(tmp_path: Path) -> None:
    good = json.dumps(dict(zip(HEADER.split(","), GOOD.split(","), strict=True)))

    path = write_text(tmp_path / "raw.jsonl", f'{good}\n{{"Invoice\n[1, 2]\n\n{good}\n')
    result = import_raw(path, now=NOW)

    assert result.line_count == 4
    assert result.refused["line_number"].tolist() == [2, 3]
    assert result.refused_counts == {"malformed_line": 2}


def test_missing_columns_are_named(tmp_path: Path) -> None:
    path = write_text(tmp_path / "raw.csv", "who,what\nann,tea\n")
    mapping = ColumnMapping(
        "x", {"customer": "who", "basket": "bill", "item": "what", "occurred_at": "when"}
    )

    with pytest.raises(MappingError, match=r"missing columns: bill, when; found: who, what"):
        import_raw(path, now=NOW, mapping=mapping)


def test_without_a_mapping_that_fits_the_columns_found_and_wanted_are_listed(
    tmp_path: Path,
) -> None:
    path = write_text(tmp_path / "raw.csv", HEADER.replace("CustomerID", "Client") + "\n" + GOOD)

    with pytest.raises(MappingError) as caught:
        import_raw(path, now=NOW)

    assert "columns found: InvoiceNo, StockCode" in str(caught.value)
    assert "Online Retail: CustomerID\n" in str(caught.value)


def test_an_export_without_a_single_purchase_is_an_error(tmp_path: Path) -> None:
    path = write_text(tmp_path / "raw.csv", f"{HEADER}\n1,POST,,1,2026-01-01 10:00:00,1,7,France\n")

    with pytest.raises(
        RawImportError, match="none of 1 lines can be imported: not_an_item: 1"
    ) as no:
        import_raw(path, now=NOW)

    assert no.value.refused["reason"].tolist() == ["not_an_item"]
    file = write_refused_alone(no.value.refused, tmp_path / "out" / "data")
    assert file == tmp_path / "out" / "data.refused.parquet"
    assert pd.read_parquet(file)["line_number"].tolist() == [1]


def test_times_are_placed_in_the_zone_of_the_mapping(tmp_path: Path) -> None:
    path = write_text(tmp_path / "raw.csv", "c;b;i;t\nann;1;tea;01.07.2026 10:00\n")
    columns = {"customer": "c", "basket": "b", "item": "i", "occurred_at": "t"}
    mapping = ColumnMapping(
        "x", columns, delimiter=";", date_formats=("%d.%m.%Y %H:%M",), timezone="Europe/Berlin"
    )

    bought = import_raw(path, now=NOW, mapping=mapping).dataset.interactions

    assert bought["occurred_at"][0] == pd.Timestamp("2026-07-01 08:00", tz="UTC")
    assert bought["quantity"][0] == 1
    assert bought["store"].isna().all()


def test_what_is_written_reads_as_a_data_set_with_the_refused_lines_beside_it(
    tmp_path: Path,
) -> None:
    result = imported(tmp_path, "1,TEA,Tea,-1,2026-01-01 10:00:00,2.5,7,France", "broken")

    write_raw_import(result, tmp_path / "data")

    assert digest(read_dataset(tmp_path / "data")) == digest(result.dataset)
    refused = pd.read_parquet(tmp_path / "data" / "refused.parquet")
    assert refused["reason"].tolist() == ["return", "malformed_line"]
    assert result.summary().splitlines()[0] == (
        "3 lines: 1 imported (0 of them merged with another of the same basket and item), 2 refused"
    )


def test_a_purchase_of_a_day_ahead_is_the_leeway_of_clocks(tmp_path: Path) -> None:
    result = imported(tmp_path, "2,TEA,Tea,1,2026-07-02 12:00:00,2.5,7,France")

    assert result.refused_counts == {}


def test_the_summary_tells_an_example_of_each_refusal_and_the_span_of_dates(
    tmp_path: Path,
) -> None:
    result = imported(
        tmp_path,
        "2,TEA,Tea,1,2026-02-03 10:00:00,2.5,7,France",
        '3,TEA,Tea,1,2026-02-03 10:00:00,"2,50",7,France',
        "4,TEA,Tea,1,2035-02-03 10:00:00,2.5,7,France",
    )

    told = result.summary()

    assert "refused, unparsable_price: 1, such as '2,50'" in told
    assert "refused, in_the_future: 1, such as '2035-02-03 10:00:00'" in told
    assert told.endswith("bought from 2026-01-01 to 2026-02-03")


def test_decimal_commas_are_read_where_the_mapping_says_so(tmp_path: Path) -> None:
    lines = ["c;b;i;t;q;p", "ann;1;tea;2026-01-01;1,5;2,50", "ann;1;car;2026-01-01;1;12.345,50"]
    lines += ["ann;1;jam;2026-01-01;1;2.50"]
    path = write_text(tmp_path / "raw.csv", "\n".join(lines) + "\n")
    columns = {"customer": "c", "basket": "b", "item": "i", "occurred_at": "t"}
    columns |= {"quantity": "q", "unit_price": "p"}
    mapping = ColumnMapping("x", columns, delimiter=";", decimal=",")

    result = import_raw(path, now=NOW, mapping=mapping)

    bought = result.dataset.interactions[["item_id", "quantity", "unit_price"]]
    assert bought.values.tolist() == [["car", 1.0, 12_345.5], ["tea", 1.5, 2.5]]
    assert result.refused_counts == {"unparsable_price": 1}
