"""A snapshot as a decision reads it."""

from ofone.profile.v1.customer_pb2 import Snapshot, Tendencies

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
