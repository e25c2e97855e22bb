"""Retrieval as a caller meets it: who bought tea gets tea, and only what is there."""

import numpy as np
import pytest
from ofone.embedding.v1 import embedding_service_pb2 as pb

from services.serving.failures import Failure, Kind
from tests.models import item_attributes, item_ids, small_bundle
from tests.services.embedding.conftest import OpenShop
from tests.services.embedding.shop import Shop, item

TEAS = ["tea-0", "tea-4", "tea-8"]


def scores_of(answer: pb.RetrieveResponse) -> dict[str, dict[str, float]]:
    """Return item id to source to score."""
    table = np.array(answer.scores).reshape(len(answer.sources), len(answer.item_ids))
    names = [pb.CandidateSource.Name(each).removeprefix("CANDIDATE_SOURCE_").lower()
             for each in answer.sources]  # fmt: skip
    columns = {name: dict(zip(answer.item_ids, row, strict=True))
               for name, row in zip(names, table.tolist(), strict=True)}  # fmt: skip
    return {each: {name: columns[name][each] for name in names} for each in answer.item_ids}


def test_who_bought_tea_gets_tea(shop: Shop) -> None:
    answer = shop.retrieve(TEAS, source_size=5)
    scores = scores_of(answer)
    best = sorted(scores, key=lambda each: -scores[each]["latent"])[:5]
    assert {each.split("-")[0] for each in best} == {"tea"}
    assert answer.model_version == small_bundle().facts.version


def test_columns_name_category_and_brand_of_each_candidate(shop: Shop) -> None:
    answer = shop.retrieve(TEAS)
    for place, item_id in enumerate(answer.item_ids):
        wanted = item_attributes(item_id)
        assert answer.categories[answer.category_indexes[place]] == wanted.category
        assert answer.brands[answer.brand_indexes[place]] == wanted.brand


def test_own_items_come_first_in_the_order_of_the_history(shop: Shop) -> None:
    bought = ["soap-3", "tea-0", "bread-2", "coffee-1"]
    answer = shop.retrieve(bought, own_item_count=4)
    assert list(answer.item_ids[: answer.own_item_count]) == bought


def test_where_there_are_too_many_the_least_expected_are_left_out(shop: Shop) -> None:
    bought = ["soap-3", "tea-0", "bread-2", "coffee-1"]
    expected = scores_of(shop.retrieve(bought, own_item_count=4))
    least = min(bought, key=lambda each: expected[each]["next"])
    answer = shop.retrieve(bought, own_item_count=3)
    assert list(answer.item_ids[:3]) == [each for each in bought if each != least]
    assert answer.own_item_count == 3


def test_sources_without_ground_say_nothing(shop: Shop) -> None:
    stranger = shop.retrieve([])
    assert len(stranger.item_ids) > 0
    for scores in scores_of(stranger).values():
        assert all(np.isnan(scores[name]) for name in ("latent", "transition", "complement"))
        assert scores["popular"] >= 0
    with_basket = shop.retrieve([], current_basket_item_ids=["tea-0"])
    assert max(each["complement"] for each in scores_of(with_basket).values()) > 0


def test_a_store_is_asked_for_what_is_popular_there(shop: Shop) -> None:
    north = shop.retrieve([], store="north", source_size=3)
    south = shop.retrieve([], store="south", source_size=3)
    assert set(north.item_ids) == set(item_ids()[:6])
    everywhere = set(item_ids()[:6])  # what is bought now is proposed in every store
    assert set(south.item_ids) == everywhere | set(item_ids()[-3:])


def test_what_is_in_the_basket_or_excluded_is_never_proposed(shop: Shop) -> None:
    unwanted = {"current_basket_item_ids": ["tea-0"], "excluded_item_ids": ["tea-4", "tea-12"]}
    answer = shop.retrieve(TEAS, own_item_count=10, **unwanted)
    assert "tea-8" in answer.item_ids
    assert not {"tea-0", "tea-4", "tea-12"} & set(answer.item_ids)


def test_filters_leave_only_their_categories_and_brands(shop: Shop) -> None:
    answer = shop.retrieve(TEAS, categories=["soap", "bread"], own_item_count=3)
    assert set(answer.categories) == {"soap", "bread"}
    assert {each.split("-")[0] for each in answer.item_ids} == {"soap", "bread"}
    both = shop.retrieve(TEAS, categories=["tea"], brands=["brand 1"])
    assert set(both.item_ids) == {"tea-4", "tea-16", "tea-28"}
    assert list(shop.retrieve(TEAS, categories=["cheese"]).item_ids) == []


def test_an_item_that_is_out_of_stock_is_in_no_answer_until_it_is_back(shop: Shop) -> None:
    shop.upsert(item("tea-4", stock_quantity=0))
    assert "tea-4" not in shop.retrieve(TEAS, own_item_count=3).item_ids
    shop.upsert(item("tea-4", stock_quantity=7))
    assert "tea-4" in shop.retrieve(TEAS, own_item_count=3).item_ids


def test_an_item_that_is_not_in_the_catalogue_does_not_exist(open_shop: OpenShop) -> None:
    shop = open_shop(with_items=False)
    assert list(shop.retrieve(TEAS, own_item_count=3).item_ids) == []
    shop.upsert(item("tea-4"), item("soap-3"))
    answer = shop.retrieve(TEAS, own_item_count=3, current_basket_item_ids=["coffee-1"])
    assert set(answer.item_ids) == {"tea-4", "soap-3"}


def test_a_new_item_reaches_a_customer_of_its_taste_in_the_next_request(shop: Shop) -> None:
    assert "new-tea" not in shop.retrieve(TEAS).item_ids
    shop.upsert(item("new-tea", "A tea nobody had yet", category="tea"))
    answer = shop.retrieve(TEAS, source_size=5)
    assert "new-tea" in answer.item_ids
    of_tea = scores_of(answer)["new-tea"]["latent"]
    of_soap = scores_of(shop.retrieve(["soap-3", "soap-7"], source_size=5))
    assert of_tea > 0.5
    assert of_soap.get("new-tea", {"latent": 0.0})["latent"] < 0.1


def test_a_new_item_that_turns_out_to_be_soap_moves(shop: Shop) -> None:
    shop.upsert(item("new", category="tea"))
    near_tea = scores_of(shop.retrieve(TEAS))["new"]["latent"]
    shop.upsert(item("new", category="soap"))
    assert scores_of(shop.retrieve(TEAS))["new"]["latent"] < near_tea / 2


def test_a_new_item_can_be_own_and_is_then_proposed_as_own(shop: Shop) -> None:
    shop.upsert(item("new-tea", category="tea"))
    answer = shop.retrieve(["new-tea", "tea-0"], own_item_count=2)
    assert list(answer.item_ids[: answer.own_item_count]) == ["new-tea", "tea-0"]


def test_counts_of_zero_say_nothing_about_taste(shop: Shop) -> None:
    bought = ["tea-0", "soap-3"]
    mixed = scores_of(shop.retrieve(bought, basket_counts=[1, 0]))
    plain = scores_of(shop.retrieve(["tea-0"]))
    assert mixed["tea-4"]["latent"] == pytest.approx(plain["tea-4"]["latent"], abs=1e-6)


def test_without_a_model_the_caller_is_told_when_to_come_back(open_shop: OpenShop) -> None:
    shop = open_shop(with_model=False)
    with pytest.raises(Failure) as failure:
        shop.retrieve(TEAS)
    assert failure.value.kind is Kind.UNAVAILABLE
    assert failure.value.reason == "MODEL_NOT_LOADED"
    assert failure.value.retry_after_seconds == 1.0


def test_the_model_in_force_describes_itself(shop: Shop) -> None:
    model = shop.stub.GetModel(pb.GetModelRequest()).model
    facts = small_bundle().facts
    assert (model.version, model.dataset_digest) == (facts.version, facts.dataset_digest)
    assert (model.item_count, model.factor_count, model.index_kind) == (40, 4, "exact")
    assert model.index_recall == 1.0
    assert model.create_time.ToJsonString() == "2026-01-02T03:04:05Z"
    assert model.load_time.ToJsonString() == "2026-01-02T12:00:00Z"
