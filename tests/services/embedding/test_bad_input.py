"""What is wrong is refused with the name of the field and the rule, and nothing is half done."""

import base64
from typing import Any

import pytest
from ofone.embedding.v1 import embedding_service_pb2 as pb

from services.serving.failures import Failure, Kind
from services.serving.paging import Query, encode_token
from tests.models import item_ids
from tests.services.embedding.shop import Shop, item

MEGABYTE = "x" * 1_000_000


@pytest.mark.parametrize(
    ("request_fields", "field", "rule"),
    [
        ({"basket_counts": [1.0]}, "basket_counts", "LENGTH_DIFFERS"),
        ({"basket_counts": [1.0, float("nan")]}, "basket_counts[1]", "NOT_FINITE"),
        ({"basket_counts": [float("inf"), 1.0]}, "basket_counts[0]", "NOT_FINITE"),
        ({"basket_counts": [1.0, -1.0]}, "basket_counts[1]", "NEGATIVE"),
        ({"basket_counts": [1.0, 1e30]}, "basket_counts[1]", "TOO_LARGE"),
        ({"item_ids": ["tea-0", "tea-0"]}, "item_ids", "REPEATED"),
        ({"item_ids": ["tea-0", MEGABYTE]}, "item_ids[1]", "TOO_LONG"),
        ({"recent_basket_items": [0, 2]}, "recent_basket_items[1]", "OUT_OF_RANGE"),
        ({"recent_basket_sizes": [3]}, "recent_basket_items", "LENGTH_DIFFERS"),
        ({"recent_basket_sizes": [4_294_967_295] * 2}, "recent_basket_items", "LENGTH_DIFFERS"),
        ({"recent_basket_sizes": [0] * 101}, "recent_basket_sizes", "TOO_MANY"),
        ({"current_basket_item_ids": ["x"] * 201}, "current_basket_item_ids", "TOO_MANY"),
        ({"store": MEGABYTE}, "store", "TOO_LONG"),
        ({"source_size": -1}, "source_size", "NEGATIVE"),
        ({"source_size": 501}, "source_size", "TOO_LARGE"),
        ({"own_item_count": 1_001}, "own_item_count", "TOO_LARGE"),
        ({"categories": [MEGABYTE]}, "categories[0]", "TOO_LONG"),
        ({"categories": ["x"] * 101}, "categories", "TOO_MANY"),
        ({"brands": ["x"] * 101}, "brands", "TOO_MANY"),
        ({"excluded_item_ids": ["x"] * 1_001}, "excluded_item_ids", "TOO_MANY"),
    ],
)
def test_a_retrieval_that_breaks_a_rule_is_told_which(
    shop: Shop, request_fields: dict[str, Any], field: str, rule: str
) -> None:
    with pytest.raises(Failure) as failure:
        shop.retrieve(["tea-0", "tea-4"], **request_fields)
    assert failure.value.kind is Kind.INVALID
    assert (field, rule) in [(each.field, each.rule) for each in failure.value.violations]


def test_a_history_of_five_thousand_and_one_items_is_refused(shop: Shop) -> None:
    with pytest.raises(Failure) as failure:
        shop.retrieve([f"item {place}" for place in range(5_001)])
    assert failure.value.violations[0].rule == "TOO_MANY"
    assert shop.retrieve([f"item {place}" for place in range(5_000)]).item_ids


@pytest.mark.parametrize(
    ("fields", "field", "rule"),
    [
        ({"item_id": ""}, "name", "MALFORMED_NAME"),
        ({"item_id": "a/b"}, "name", "MALFORMED_NAME"),
        ({"item_id": "a\nb"}, "name", "MALFORMED_NAME"),
        ({"item_id": "x" * 129}, "name", "MALFORMED_NAME"),
        ({"display_name": ""}, "display_name", "REQUIRED"),
        ({"display_name": MEGABYTE}, "display_name", "TOO_LONG"),
        ({"display_name": "a\x00b"}, "display_name", "MALFORMED"),
        ({"category": "x" * 129}, "category", "TOO_LONG"),
        ({"brand": "x" * 129}, "brand", "TOO_LONG"),
        ({"price": float("nan")}, "price", "NOT_FINITE"),
        ({"price": float("inf")}, "price", "NOT_FINITE"),
        ({"price": -0.01}, "price", "NEGATIVE"),
        ({"price": 1e10}, "price", "TOO_LARGE"),
        ({"stock_quantity": float("nan")}, "stock_quantity", "NOT_FINITE"),
        ({"stock_quantity": -1.0}, "stock_quantity", "NEGATIVE"),
        ({"etag": MEGABYTE}, "etag", "TOO_LONG"),
    ],
)
def test_an_item_that_breaks_a_rule_stops_the_whole_write(
    shop: Shop, fields: dict[str, Any], field: str, rule: str
) -> None:
    values = {"item_id": "bad", "display_name": "Bad"} | fields
    with pytest.raises(Failure) as failure:
        shop.upsert(item("good"), item(**values))
    found = [(each.field, each.rule) for each in failure.value.violations]
    assert found == [(f"items[1].{field}", rule)]
    assert shop.store.items(["good"]) == {}


def test_an_item_twice_in_one_write_is_refused(shop: Shop) -> None:
    with pytest.raises(Failure) as failure:
        shop.upsert(item("new"), item("other"), item("new", "another name"))
    assert failure.value.violations[0].field == "items[2].name"
    assert failure.value.violations[0].rule == "REPEATED"


@pytest.mark.parametrize("count", [0, 1_001])
def test_a_write_holds_one_to_a_thousand_items(shop: Shop, count: int) -> None:
    with pytest.raises(Failure) as failure:
        shop.upsert(*(item(f"item {place}") for place in range(count)))
    assert failure.value.violations[0].field == "items"


@pytest.mark.parametrize("name", ["", "tea-0", "offers/tea-0", "items/", f"items/{MEGABYTE}"])
def test_a_malformed_name_is_refused_everywhere(shop: Shop, name: str) -> None:
    stub = shop.stub
    for attempt in (
        lambda: stub.GetItem(pb.GetItemRequest(name=name)),
        lambda: stub.BatchGetItems(pb.BatchGetItemsRequest(names=["items/tea-0", name])),
        lambda: stub.ListSimilarItems(pb.ListSimilarItemsRequest(item=name)),
        lambda: stub.ListComplements(pb.ListComplementsRequest(items=[name])),
    ):
        with pytest.raises(Failure) as failure:
            attempt()
        assert failure.value.kind is Kind.INVALID


def test_listings_refuse_odd_sizes_tokens_and_filters(shop: Shop) -> None:
    stub = shop.stub
    teas = stub.ListItems(pb.ListItemsRequest(category="tea", page_size=1))
    for request in (
        pb.ListItemsRequest(page_size=-1),
        pb.ListItemsRequest(page_token=teas.next_page_token),
        pb.ListItemsRequest(page_token=MEGABYTE),
        pb.ListItemsRequest(category=MEGABYTE),
        pb.ListItemsRequest(brand="a\x00"),
    ):
        with pytest.raises(Failure) as failure:
            stub.ListItems(request)
        assert failure.value.kind is Kind.INVALID


def forged(query: Query, content: bytes) -> str:
    """Return a token that belongs to a query and holds whatever somebody wrote into it."""
    whole = base64.urlsafe_b64decode(encode_token([], query=query) + "==")
    return base64.urlsafe_b64encode(whole.removesuffix(b"[]") + content).decode()


@pytest.mark.parametrize(
    "content", [b'["a\\u0000"]', b'["\\udc00"]', b'[""]', b'["a/b"]', b"[5]", b"[]", b"{}", b'"a"']
)
def test_a_listing_refuses_a_token_that_somebody_wrote(shop: Shop, content: bytes) -> None:
    token = forged(("ListItems", "", ""), content)
    with pytest.raises(Failure) as failure:
        shop.stub.ListItems(pb.ListItemsRequest(page_token=token))
    assert failure.value.reason == "BAD_PAGE_TOKEN"


@pytest.mark.parametrize("score", ["NaN", "Infinity", "1e39", "1" + "0" * 400, '"1"', "null"])
def test_a_ranking_refuses_a_token_with_a_score_that_is_none(shop: Shop, score: str) -> None:
    token = forged(("ListSimilarItems", "items/tea-0"), f'[{score},"tea-4"]'.encode())
    with pytest.raises(Failure) as failure:
        shop.stub.ListSimilarItems(pb.ListSimilarItemsRequest(item="items/tea-0", page_token=token))
    assert failure.value.reason == "BAD_PAGE_TOKEN"


def test_a_basket_of_unknown_or_too_many_items_is_refused(shop: Shop) -> None:
    for names in ([], ["items/tea-0"] * 2, [f"items/{place}" for place in range(201)]):
        with pytest.raises(Failure) as failure:
            shop.stub.ListComplements(pb.ListComplementsRequest(items=names))
        assert failure.value.violations[0].field == "items"


def test_nothing_was_changed_by_all_that(shop: Shop) -> None:
    before = shop.stub.ListItems(pb.ListItemsRequest())
    with pytest.raises(Failure):
        shop.upsert(item("tea-0", "renamed"), item("soap-3", etag="stale"))
    assert shop.stub.ListItems(pb.ListItemsRequest()) == before
    assert len(before.items) == len(item_ids())
