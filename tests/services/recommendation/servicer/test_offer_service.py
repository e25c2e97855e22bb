"""Offers are written, read, changed and archived."""

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from ofone.recommendation.v1 import offer_pb2
from ofone.recommendation.v1 import offer_service_pb2 as messages

from services.serving.failures import Failure, Kind
from services.serving.paging import encode_token
from tests.services.recommendation.builders import NOON, seconds_ago
from tests.services.recommendation.conftest import House, offered

EVERY_BENEFIT = (
    offer_pb2.Benefit(percent_off=12.5),
    offer_pb2.Benefit(amount_off=2.0),
    offer_pb2.Benefit(points=50),
    offer_pb2.Benefit(gift="a cup"),
    offer_pb2.Benefit(service="delivery"),
    offer_pb2.Benefit(early_access="spring teas"),
    offer_pb2.Benefit(advice="how to brew"),
)


def update(
    house: House, *paths: str, etag: str = "", validate_only: bool = False, **fields: object
) -> offer_pb2.Offer:
    offer = offer_pb2.Offer(name="offers/tea-week", etag=etag, **fields)  # type: ignore[arg-type]
    request = messages.UpdateOfferRequest(
        offer=offer, update_mask=FieldMask(paths=paths), validate_only=validate_only
    )
    changed: offer_pb2.Offer = house.offers.UpdateOffer(request).offer
    return changed


def get(house: House, offer_id: str = "tea-week") -> offer_pb2.Offer:
    request = messages.GetOfferRequest(name=f"offers/{offer_id}")
    offer: offer_pb2.Offer = house.offers.GetOffer(request).offer
    return offer


def archive(house: House, offer_id: str = "tea-week", etag: str = "") -> offer_pb2.Offer:
    request = messages.ArchiveOfferRequest(name=f"offers/{offer_id}", etag=etag)
    offer: offer_pb2.Offer = house.offers.ArchiveOffer(request).offer
    return offer


def listed(house: House, **fields: object) -> messages.ListOffersResponse:
    request = messages.ListOffersRequest(**fields)  # type: ignore[arg-type]
    response: messages.ListOffersResponse = house.offers.ListOffers(request)
    return response


def test_an_offer_comes_back_whole(house: House) -> None:
    written = offer_pb2.Offer(
        display_name="Tea week",
        description="All teas",
        items=["items/tea-0"],
        categories=["tea"],
        brands=["brand 0"],
        variants=[
            offer_pb2.Variant(variant_id=f"variant-{number}", benefit=benefit)
            for number, benefit in enumerate(EVERY_BENEFIT)
        ],
        audience="traits.basket_count > 3",
        stores=["north"],
        channels=["web"],
        exposure_cap=offer_pb2.ExposureCap(max_impressions=3, window_days=7),
        cool_down_days=2,
        weight=1.5,
    )
    written.start_time.FromDatetime(NOON)
    request = messages.CreateOfferRequest(offer_id="tea-week", offer=written)
    stored = house.offers.CreateOffer(request).offer
    assert get(house) == stored
    assert stored.name == "offers/tea-week"
    assert stored.state == offer_pb2.OFFER_STATE_ACTIVE
    assert stored.etag
    assert stored.create_time == stored.update_time
    for name in ("name", "state", "etag", "create_time", "update_time"):
        stored.ClearField(name)
    assert stored == written


def test_a_new_offer_counts_in_the_next_request(house: House) -> None:
    house.profile.put("customers/ada", [(seconds_ago(days=14), ["tea-0"])])
    house.create("everything")
    assert offered(house.decide()) == ["everything"]


def test_an_offer_that_is_only_tried_is_not_written(house: House) -> None:
    offer = offer_pb2.Offer(display_name="Tea week")
    offer.variants.add(variant_id="a", benefit=offer_pb2.Benefit(points=5))
    request = messages.CreateOfferRequest(offer_id="tea-week", offer=offer, validate_only=True)
    draft = house.offers.CreateOffer(request).offer
    assert (draft.name, draft.etag, draft.weight) == ("offers/tea-week", "", 1.0)
    with pytest.raises(Failure) as refusal:
        get(house)
    assert refusal.value.reason == "OFFER_NOT_FOUND"


def test_an_id_is_taken_once(house: House) -> None:
    house.create("tea-week")
    with pytest.raises(Failure) as refusal:
        house.create("tea-week")
    assert refusal.value.kind is Kind.ALREADY_EXISTS


def test_an_update_changes_what_its_mask_names_and_nothing_else(house: House) -> None:
    before = house.create("tea-week", categories=["tea"], description="All teas")
    after = update(house, "display_name", "description", display_name="Tea month", stores=["x"])
    assert (after.display_name, after.description) == ("Tea month", "")
    assert list(after.categories) == ["tea"]
    assert list(after.stores) == []
    assert after.create_time == before.create_time
    assert after.etag != before.etag
    assert get(house) == after


def test_an_update_of_everything_replaces_everything(house: House) -> None:
    house.create("tea-week", categories=["tea"], cool_down_days=3)
    variants = [offer_pb2.Variant(variant_id="b", benefit=offer_pb2.Benefit(points=5))]
    after = update(house, "*", display_name="Other", variants=variants)
    assert list(after.categories) == []
    assert after.cool_down_days == 0
    assert [each.variant_id for each in after.variants] == ["b"]


def test_an_update_that_is_only_tried_changes_nothing(house: House) -> None:
    before = house.create("tea-week")
    draft = update(house, "weight", weight=2.0, validate_only=True)
    assert draft.weight == 2.0
    assert get(house) == before


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        ("colour", "UNKNOWN_FIELD"),
        ("exposure_cap.window_days", "UNKNOWN_FIELD"),
        ("state", "OUTPUT_ONLY"),
        ("create_time", "OUTPUT_ONLY"),
        ("name", "IMMUTABLE"),
    ],
)
def test_a_mask_names_fields_that_can_be_changed(house: House, path: str, rule: str) -> None:
    house.create("tea-week")
    with pytest.raises(Failure) as refusal:
        update(house, "display_name", path, display_name="Other")
    [violation] = refusal.value.violations
    assert (violation.field, violation.rule) == ("update_mask.paths[1]", rule)
    assert get(house).display_name == "tea-week"


def test_an_update_needs_a_mask(house: House) -> None:
    house.create("tea-week")
    with pytest.raises(Failure) as refusal:
        update(house)
    assert refusal.value.violations[0].rule == "REQUIRED"


def test_an_update_with_an_old_etag_is_refused(house: House) -> None:
    old = house.create("tea-week").etag
    new = update(house, "weight", weight=2.0, etag=old).etag
    with pytest.raises(Failure) as refusal:
        update(house, "weight", weight=3.0, etag=old)
    assert (refusal.value.kind, refusal.value.reason) == (Kind.STALE, "STALE_ETAG")
    assert get(house).weight == 2.0
    with pytest.raises(Failure):
        archive(house, etag=old)
    assert archive(house, etag=new).state == offer_pb2.OFFER_STATE_ARCHIVED


def test_what_an_update_leaves_must_make_sense(house: House) -> None:
    house.create("tea-week")
    with pytest.raises(Failure) as refusal:
        update(house, "variants")
    assert refusal.value.violations[0].field == "offer.variants"


def test_an_archived_offer_is_kept_but_never_made_nor_changed(house: House) -> None:
    house.profile.put("customers/ada")
    house.create("tea-week")
    archived = archive(house)
    assert archived.state == offer_pb2.OFFER_STATE_ARCHIVED
    assert archive(house) == archived
    assert get(house) == archived
    assert offered(house.decide()) == []
    with pytest.raises(Failure) as refusal:
        update(house, "weight", weight=2.0)
    assert refusal.value.reason == "OFFER_ARCHIVED"


def test_offers_are_listed_by_name_page_by_page(house: House) -> None:
    for name in ("c", "a", "d", "b"):
        house.create(name)
    archive(house, "b")
    first = listed(house, page_size=2)
    assert [each.name for each in first.offers] == ["offers/a", "offers/c"]
    rest = listed(house, page_size=2, page_token=first.next_page_token)
    assert [each.name for each in rest.offers] == ["offers/d"]
    assert rest.next_page_token == ""
    everything = listed(house, show_archived=True)
    assert [each.name[-1] for each in everything.offers] == ["a", "b", "c", "d"]


def test_a_page_token_of_another_listing_is_refused(house: House) -> None:
    for name in ("a", "b"):
        house.create(name)
    token = listed(house, page_size=1).next_page_token
    with pytest.raises(Failure) as refusal:
        listed(house, page_token=token, show_archived=True)
    assert refusal.value.reason == "BAD_PAGE_TOKEN"


def test_a_page_token_that_names_no_offer_is_refused(house: House) -> None:
    strange: list[list[str | int | float]] = [[], [7], ["a", "b"]]
    for position in strange:
        with pytest.raises(Failure) as refusal:
            listed(house, page_token=encode_token(position, query=("offers", False)))
        assert refusal.value.reason == "BAD_PAGE_TOKEN"


def test_an_offer_about_an_item_that_does_not_exist_is_refused(house: House) -> None:
    with pytest.raises(Failure) as refusal:
        house.create("tea-week", items=["items/tea-0", "items/unicorn"])
    [violation] = refusal.value.violations
    assert (violation.field, violation.rule) == ("offer.items[1]", "UNKNOWN_ITEM")
    house.create("tea-week", items=["items/tea-0"])
    with pytest.raises(Failure):
        update(house, "items", items=["items/unicorn"])


def test_an_offer_about_a_category_or_a_brand_that_no_item_has_is_refused(house: House) -> None:
    with pytest.raises(Failure) as refusal:
        house.create("tea-week", categories=["tea", "Tee"], brands=["nobody"])
    assert [(each.field, each.rule) for each in refusal.value.violations] == [
        ("offer.categories[1]", "UNKNOWN_CATEGORY"),
        ("offer.brands[0]", "UNKNOWN_BRAND"),
    ]
    house.create("tea-week", categories=["tea"])
    with pytest.raises(Failure):
        update(house, "brands", brands=["nobody"])


def test_while_items_cannot_be_checked_only_offers_about_the_whole_shop_are_written(
    house: House,
) -> None:
    house.embedding.trouble.away = True
    with pytest.raises(Failure) as refusal:
        house.create("tea-week", items=["items/tea-0"])
    assert refusal.value.kind is Kind.UNAVAILABLE
    with pytest.raises(Failure) as refusal:
        house.create("tea-week", categories=["tea"])
    assert refusal.value.kind is Kind.UNAVAILABLE
    house.create("tea-week")
