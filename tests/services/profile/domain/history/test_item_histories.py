"""Items as columns say what a mapping of histories says, in the order of snapshots."""

from hypothesis import given
from hypothesis import strategies as st

from services.profile.domain.history.events import ItemId
from services.profile.domain.history.item_histories import (
    FEW,
    ItemColumns,
    ItemHistory,
    columnar,
    joined_items,
    merge_items,
)
from services.profile.domain.history.sums import joined

histories = st.dictionaries(
    st.integers(0, 60).map(lambda number: ItemId(f"item{number}")),
    st.builds(ItemHistory, *[st.integers(0, 5)] * 5),
    max_size=60,
)
few = st.dictionaries(
    st.integers(0, 80).map(lambda number: ItemId(f"item{number}")),
    st.builds(ItemHistory, *[st.integers(0, 9)] * 5),
    max_size=3,
)


def alike(one: ItemColumns, other: ItemColumns) -> bool:
    return list(one.item_ids) == list(other.item_ids) and [*map(list, one.columns)] == [
        *map(list, other.columns)
    ]


@given(histories, histories | few)
def test_columns_join_as_mappings_do_and_keep_their_order(
    one: dict[ItemId, ItemHistory], other: dict[ItemId, ItemHistory]
) -> None:
    whole = columnar(joined(one, other, merge_items))
    for left, right in ((columnar(one), other), (one, columnar(other))):
        for found in (joined_items(left, right), joined_items(right, left)):
            assert dict(found) == dict(whole)
            assert alike(columnar(found), whole)


def test_a_few_changes_among_many_items_are_made_in_place() -> None:
    many = {  # what was bought last was first bought first
        ItemId(f"item{day:03}"): ItemHistory(1, 1, 0, 1_000 - day, 1_000 + day)
        for day in range(1, 10 * FEW)
    }
    new = ItemHistory(1, 1, 1, 1_001, 1_001)
    again = {ItemId("item005"): ItemHistory(1, 1, 0, 1_900, 1_900), ItemId("new"): new}
    found = columnar(many).with_more(again)
    assert next(iter(found)) == "item005"
    assert list(found)[-2:] == ["item001", "new"]
    assert found[ItemId("item005")] == ItemHistory(2, 2, 0, 995, 1_900)
    assert len(found) == len(many) + 1
    assert columnar(many) == many


def test_columns_equal_the_mapping_they_are_of() -> None:
    milk = {ItemId("milk"): ItemHistory(1, 2, 3, 4, 5)}
    assert columnar(milk) == milk
    assert milk == columnar(milk)
    assert columnar({}) == {}
    assert joined_items(columnar(milk), {}) == milk
