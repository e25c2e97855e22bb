"""The catalogue's methods, with and without a model."""

import pytest
import structlog
from ofone.embedding.v1 import embedding_service_pb2 as pb
from ofone.embedding.v1 import item_pb2
from prometheus_client import REGISTRY

from services.embedding.adapters.catalogue_poll import CataloguePoll
from services.embedding.domain.item import Item, ItemDraft
from services.embedding.servicer.item_messages import item_message
from services.serving.failures import Failure, Kind
from tests.models import item_attributes, item_ids
from tests.services.embedding.conftest import OpenShop
from tests.services.embedding.memory_item_store import MemoryItemStore
from tests.services.embedding.shop import NOON, Shop, item


@pytest.fixture
def bare_shop(open_shop: OpenShop) -> Shop:
    """Give a shop without model and items."""
    return open_shop(with_model=False, with_items=False)


def test_what_was_written_is_answered_and_found_again(bare_shop: Shop) -> None:
    sent = item("tea", "Green tea", category="tea", brand="Leaf", price=3.5, stock_quantity=2)
    (stored,) = bare_shop.upsert(sent)
    assert stored.etag
    assert stored.create_time.ToJsonString() == "2026-01-02T12:00:00Z"
    assert bare_shop.stub.GetItem(pb.GetItemRequest(name="items/tea")).item == stored
    sent.MergeFrom(stored)
    assert sent == stored


def test_unknown_price_and_stock_stay_unknown(bare_shop: Shop) -> None:
    (stored,) = bare_shop.upsert(item("mug"))
    assert not stored.HasField("price")
    assert not stored.HasField("stock_quantity")


def test_a_stale_etag_aborts_and_the_current_one_passes(bare_shop: Shop) -> None:
    (first,) = bare_shop.upsert(item("tea", "Tea"))
    (second,) = bare_shop.upsert(item("tea", "Green tea", etag=first.etag))
    with pytest.raises(Failure) as failure:
        bare_shop.upsert(item("tea", "Black tea", etag=first.etag))
    assert failure.value.kind is Kind.STALE
    assert failure.value.reason == "STALE_ETAG"
    assert bare_shop.stub.GetItem(pb.GetItemRequest(name="items/tea")).item == second


def test_validate_only_answers_and_writes_nothing(shop: Shop) -> None:
    request = pb.UpsertItemsRequest(items=[item("new", category="tea")], validate_only=True)
    assert shop.stub.UpsertItems(request).items[0].etag == ""
    with pytest.raises(Failure) as failure:
        shop.stub.GetItem(pb.GetItemRequest(name="items/new"))
    assert failure.value.kind is Kind.NOT_FOUND
    assert "new" not in shop.retrieve(["tea-0"]).item_ids


def test_a_check_tells_what_would_change_by_its_lack_of_an_etag(shop: Shop) -> None:
    same, other = (shop.store.items([each])[each] for each in ("tea-0", "tea-4"))
    unchanged = item_message(same)
    changed = item_pb2.Item(name="items/tea-4", display_name="Renamed", etag=other.etag)
    request = pb.UpsertItemsRequest(items=[unchanged, changed], validate_only=True)
    assert [each.etag for each in shop.stub.UpsertItems(request).items] == [same.etag, ""]


def test_several_items_come_in_the_order_asked_for(shop: Shop) -> None:
    names = ["items/soap-3", "items/tea-0"]
    answer = shop.stub.BatchGetItems(pb.BatchGetItemsRequest(names=names))
    assert [each.name for each in answer.items] == names
    with pytest.raises(Failure) as failure:
        shop.stub.BatchGetItems(pb.BatchGetItemsRequest(names=[*names, "items/cheese"]))
    assert failure.value.metadata == {"name": "items/cheese"}


def test_listings_page_through_the_catalogue(shop: Shop) -> None:
    found: list[str] = []
    request = pb.ListItemsRequest(page_size=7)
    while True:
        answer = shop.stub.ListItems(request)
        found += [each.name for each in answer.items]
        if not answer.next_page_token:
            break
        request.page_token = answer.next_page_token
    assert found == sorted(f"items/{each}" for each in item_ids())


def test_listings_are_narrowed(shop: Shop) -> None:
    answer = shop.stub.ListItems(pb.ListItemsRequest(category="tea", brand="brand 1"))
    assert [each.name for each in answer.items] == ["items/tea-16", "items/tea-28", "items/tea-4"]


def test_another_replicas_item_is_met_after_a_poll(shop: Shop) -> None:
    poll = CataloguePoll(shop.store, shop.keeper)
    assert not poll.is_loaded()
    poll.poll()
    assert poll.is_loaded()
    shop.store.upsert([ItemDraft("tea-99", item_attributes("tea-99"))], NOON)
    assert "tea-99" not in shop.retrieve(["tea-0"]).item_ids
    poll.poll()
    assert "tea-99" in shop.retrieve(["tea-0"]).item_ids


def test_a_database_that_is_away_is_told_once_and_what_it_holds_is_met_when_it_is_back(
    shop: Shop,
) -> None:
    store = OftenAway(away=3)
    poll = CataloguePoll(store, shop.keeper)
    store.upsert([ItemDraft("tea-99", item_attributes("tea-99"))], NOON)
    store.upsert([ItemDraft("tea-98", item_attributes("tea-98"))], NOON)
    before = poll_failures()
    with structlog.testing.capture_logs() as lines:
        for _ in range(3):
            poll.poll()
    assert [line["reason"] for line in lines] == ["DATABASE_UNAVAILABLE"]
    assert poll_failures() == before + 3
    assert not poll.is_loaded()
    assert "tea-4" in shop.retrieve(["tea-0"]).item_ids
    poll.poll()
    assert poll.is_loaded()
    assert {"tea-98", "tea-99"} <= set(shop.retrieve(["tea-0"]).item_ids)


class OftenAway(MemoryItemStore):
    """A catalogue that does not answer the first so many polls."""

    def __init__(self, away: int) -> None:
        super().__init__()
        self._away = away

    def changed_since(self, change: int) -> list[Item]:
        self._away -= 1
        if self._away >= 0:
            raise Failure(Kind.UNAVAILABLE, "DATABASE_UNAVAILABLE", "away")
        return super().changed_since(change)


def poll_failures() -> float:
    name = "ofone_embedding_catalogue_poll_failures_total"
    return REGISTRY.get_sample_value(name) or 0.0


def test_an_old_state_that_arrives_late_does_not_undo_a_newer_one(shop: Shop) -> None:
    old = shop.store.upsert([ItemDraft("tea-4", item_attributes("tea-4"), 5.0)], NOON)
    new = shop.store.upsert([ItemDraft("tea-4", item_attributes("tea-4"), 0.0)], NOON)
    shop.keeper.use_items(new)
    shop.keeper.use_items(old)
    assert "tea-4" not in shop.retrieve(["tea-0"]).item_ids
