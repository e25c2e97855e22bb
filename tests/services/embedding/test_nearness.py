"""Similar items and complements, page by page."""

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest
from ofone.embedding.v1 import embedding_service_pb2 as pb

from ml.model.lists import RelatedLists
from services.embedding.domain.model import prepared
from services.serving.failures import Failure, Kind
from tests.models import item_ids, sealed, small_bundle
from tests.services.embedding.conftest import OpenShop
from tests.services.embedding.shop import NOON, Shop, item

Ask = Callable[[Shop, int, str], pb.ListSimilarItemsResponse | pb.ListComplementsResponse]


def similar(shop: Shop, size: int = 10, token: str = "") -> pb.ListSimilarItemsResponse:
    request = pb.ListSimilarItemsRequest(item="items/tea-0", page_size=size, page_token=token)
    return shop.stub.ListSimilarItems(request)


def complements(
    shop: Shop, size: int = 10, token: str = "", items: tuple[str, ...] = ("items/tea-0",)
) -> pb.ListComplementsResponse:
    request = pb.ListComplementsRequest(items=items, page_size=size, page_token=token)
    return shop.stub.ListComplements(request)


def names(answer: pb.ListSimilarItemsResponse | pb.ListComplementsResponse) -> list[str]:
    return [each.item.name.removeprefix("items/") for each in answer.items]


def test_similar_items_are_in_the_order_of_their_cosine(shop: Shop) -> None:
    factors = small_bundle().item_factors
    lengths = np.linalg.norm(factors, axis=1)
    cosines = factors @ factors[0] / (lengths * lengths[0])
    nearest = [item_ids()[row] for row in np.argsort(-cosines)[1:10]]
    assert names(similar(shop, 9)) == nearest
    assert {name.split("-")[0] for name in nearest} == {"tea"}
    assert similar(shop, 1).items[0].score == pytest.approx(np.sort(cosines)[-2])


def test_what_goes_with_tea_is_coffee(shop: Shop) -> None:
    answer = complements(shop, 8)
    assert {name.split("-")[0] for name in names(answer)} == {"coffee"}
    assert [each.score for each in answer.items] == sorted(
        (each.score for each in answer.items), reverse=True
    )


@pytest.mark.parametrize("ask", [similar, complements])
def test_pages_together_give_the_whole_list(shop: Shop, ask: Ask) -> None:
    whole = names(ask(shop, 100, ""))
    paged: list[str] = []
    answer = ask(shop, 3, "")
    while answer.next_page_token:
        paged += names(answer)
        answer = ask(shop, 3, answer.next_page_token)
    assert paged + names(answer) == whole
    assert len(whole) > 6


@pytest.mark.parametrize("ask", [similar, complements])
def test_what_is_out_of_stock_is_left_out(shop: Shop, ask: Ask) -> None:
    best = names(ask(shop, 1, ""))[0]
    shop.upsert(item(best, category=best.split("-")[0], stock_quantity=0))
    assert best not in names(ask(shop, 100, ""))


def test_an_item_is_not_like_itself_and_a_basket_does_not_complete_itself(shop: Shop) -> None:
    assert "tea-0" not in names(similar(shop, 100))
    basket = ("items/tea-0", "items/coffee-5")
    assert not {"tea-0", "coffee-5"} & set(names(complements(shop, 100, items=basket)))


def test_a_new_item_is_like_those_of_its_category(shop: Shop) -> None:
    shop.upsert(item("new-tea", category="tea"))
    assert "new-tea" in names(similar(shop, 100))
    answer = shop.stub.ListSimilarItems(pb.ListSimilarItemsRequest(item="items/new-tea"))
    assert {name.split("-")[0] for name in names(answer)[:5]} == {"tea"}


def test_a_new_item_borrows_the_complements_of_its_like(shop: Shop) -> None:
    shop.upsert(item("new-tea", category="tea"))
    answer = complements(shop, items=("items/new-tea",))
    assert {name.split("-")[0] for name in names(answer)} == {"coffee"}
    # Borrowed lists count for one together: nothing goes better with it than with a known tea.
    assert answer.items[0].score < complements(shop).items[0].score


def test_where_nothing_goes_with_a_basket_the_nearest_items_do(shop: Shop) -> None:
    coffees = [name for name in item_ids() if name.startswith("coffee")]
    shop.upsert(*(item(each, category="coffee", stock_quantity=0) for each in coffees))
    answer = complements(shop, 5)
    assert {name.split("-")[0] for name in names(answer)} == {"tea"}


def test_where_items_go_only_with_each_other_the_nearest_complete_their_basket(
    open_shop: OpenShop,
) -> None:
    rows, scores = np.full((40, 1), -1, np.int32), np.zeros((40, 1), np.float32)
    rows[[0, 4], 0], scores[[0, 4], 0] = (4, 0), 0.5
    pair = dataclasses.replace(small_bundle(), complements=RelatedLists(rows, scores, 40))
    shop = open_shop(with_model=False)
    shop.keeper.use_model(prepared(sealed(pair), least_recall=0.95, load_time=NOON))
    assert names(complements(shop)) == ["tea-4"]
    answer = complements(shop, 8, items=("items/tea-0", "items/tea-4"))
    assert {name.split("-")[0] for name in names(answer)} == {"tea"}
    assert not {"tea-0", "tea-4"} & set(names(answer))


def test_an_unknown_item_is_not_found(shop: Shop) -> None:
    for attempt in (
        lambda: shop.stub.ListSimilarItems(pb.ListSimilarItemsRequest(item="items/cheese")),
        lambda: complements(shop, items=("items/tea-0", "items/cheese")),
    ):
        with pytest.raises(Failure) as failure:
            attempt()
        assert failure.value.kind is Kind.NOT_FOUND
        assert failure.value.metadata == {"name": "items/cheese"}


def test_an_item_of_the_model_that_the_catalogue_lacks_is_not_found(open_shop: OpenShop) -> None:
    shop = open_shop(with_items=False)
    with pytest.raises(Failure) as failure:
        similar(shop)
    assert failure.value.reason == "ITEM_NOT_FOUND"


def test_a_page_token_of_another_query_is_refused(shop: Shop) -> None:
    token = similar(shop, 1).next_page_token
    for attempt in (lambda: complements(shop, token=token), lambda: similar(shop, token="x")):
        with pytest.raises(Failure) as failure:
            attempt()
        assert failure.value.reason == "BAD_PAGE_TOKEN"


@pytest.mark.parametrize("ask", [similar, complements])
def test_without_a_model_nothing_is_near(open_shop: OpenShop, ask: Ask) -> None:
    with pytest.raises(Failure) as failure:
        ask(open_shop(with_model=False), 1, "")
    assert failure.value.reason == "MODEL_NOT_LOADED"
