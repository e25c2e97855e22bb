"""A snapshot as a decision reads it."""

from ofone.profile.v1.customer_pb2 import Snapshot, Tendencies
from ofone.profile.v1.household_pb2 import HouseholdPurchases

from services.recommendation.adapters.profile_client import customer_of


def test_what_is_inferred_is_read_by_its_name_and_the_rest_is_absent() -> None:
    inferred = Tendencies(usual_gap_days=8, next_visit_seconds=1_760_000_000, brand_loyalty=0)
    traits = customer_of(Snapshot(personalisation_allowed=True, tendencies=inferred)).traits
    assert traits is not None
    assert traits.tendencies == {
        "usual_gap_days": 8.0,
        "next_visit_seconds": 1_760_000_000,
        "brand_loyalty": 0.0,
    }


def test_where_personalisation_is_not_allowed_nothing_inferred_is_read() -> None:
    traits = customer_of(Snapshot(tendencies=Tendencies(usual_gap_days=8))).traits
    assert traits is not None
    assert traits.tendencies == {}


def test_a_snapshot_of_an_older_service_infers_nothing() -> None:
    traits = customer_of(Snapshot(personalisation_allowed=True)).traits
    assert traits is not None
    assert traits.tendencies == {}


def test_what_others_brought_home_is_at_home_since_then_and_nothing_else_changes() -> None:
    snapshot = Snapshot(
        personalisation_allowed=True,
        item_ids=["tea", "milk"],
        basket_counts=[1, 2],
        first_bought_seconds=[20, 10],
        last_bought_seconds=[20, 15],
        household_purchases=HouseholdPurchases(
            item_ids=["soap", "milk"], last_bought_seconds=[40, 30]
        ),
    )
    history = customer_of(snapshot).history
    assert history.home_seconds is not None
    assert history.home_seconds.tolist() == [20, 30]
    assert history.last_seconds.tolist() == [20, 15]
    assert list(history.item_ids) == ["tea", "milk"]
    snapshot.personalisation_allowed = False
    assert not customer_of(snapshot).history.item_ids
