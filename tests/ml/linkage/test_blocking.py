"""Only customers with two things in common are compared, and never half a town."""

import pandas as pd

from ml.linkage.blocking import blocked, things
from tests.ml.linkage.customers import customer, table

KEY = "block_equal_postcode_and_near_birth_year"


def together(records: pd.DataFrame, column: str) -> set[frozenset[str]]:
    """Return the names that stand in one block."""
    held = records.explode(column).dropna(subset=[column])
    return {frozenset(names) for _, names in held.groupby(column)["customer_id"]}


def test_who_has_two_things_in_common_is_in_one_block() -> None:
    records = table(
        customer("anna", "10115", 1980),
        customer("anna-too", "10115", 1980),
        customer("bert", "10115", 1950),
        customer("carl", "", 1980),
        customer("dora", "10115"),
        customer("emil", "10115"),
        customer("fred", "", 1980),
    )
    inside = blocked(records, most=10)
    assert together(inside.table, KEY) == {frozenset({"anna", "anna-too"})}


def test_a_shared_device_and_two_favourites_in_common_are_blocks_too() -> None:
    records = table(
        customer("anna", devices=("tablet",), items=("tea", "rye", "oats")),
        customer("anna-too", devices=("tablet", "phone"), items=("rye", "jam", "tea")),
        customer("bert", devices=("phone",), items=("tea", "ham")),
    )
    inside = blocked(records, most=10)
    assert together(inside.table, "block_shared_devices") == {
        frozenset({"anna", "anna-too"}),
        frozenset({"anna-too", "bert"}),
    }
    assert together(inside.table, "block_items") == {frozenset({"anna", "anna-too"})}
    assert "block_shared_contacts" not in inside.table


def test_a_block_of_more_than_the_bound_is_skipped_and_told() -> None:
    town = [customer(f"name-{number}", "10115", 1980, items=("a", "b")) for number in range(4)]
    inside = blocked(table(*town, customer("far", "20095", 1980)), most=3)
    assert together(inside.table, KEY) == together(inside.table, "block_items") == set()
    assert inside.skipped == {
        "equal_postcode_and_near_birth_year": 1,
        "equal_postcode_and_store": 0,
        "near_birth_year_and_store": 0,
        "items": 1,
    }
    assert together(blocked(table(*town), most=4).table, KEY) == {
        frozenset(each.customer_id for each in town)
    }


def test_what_few_agree_in_by_chance_tells_most() -> None:
    years = (1950, 1950, 1950, 1980)
    records = table(*(customer(f"{row}", f"{row}", year) for row, year in enumerate(years)))
    assert things(records) == ["equal_postcode", "near_birth_year", "store"]
