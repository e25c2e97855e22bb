"""The columns of a snapshot and the traits in it."""

from dataclasses import replace

from services.profile.domain.history.events import CustomerId, EventType
from services.profile.domain.history.shelf import NEAR_ITEMS
from services.profile.domain.history.state import fold
from services.profile.domain.privacy.consent import ConsentPolicy, Purpose, Statement
from services.profile.domain.snapshot import (
    MAX_EXPOSURES,
    Columns,
    Snapshot,
    columns_of,
    permitted,
)
from services.profile.domain.traits import Traits, traits
from services.profile.domain.traits.tendencies import Evidence
from tests.services.profile.told import DAY, NOW, about_offer, bought, returned


def test_items_come_latest_first_and_equals_by_name() -> None:
    columns = columns_of(
        fold([bought("1", "tea", day=2), bought("2", "rice", "milk", day=1), bought("3", "tea")])
    )
    assert columns.item_ids == ["tea", "milk", "rice"]
    assert list(columns.basket_counts) == [2, 1, 1]
    assert list(columns.first_bought_seconds) == [
        (NOW - days * DAY) // 1_000_000 for days in (2, 1, 1)
    ]
    assert list(columns.last_bought_seconds) == [
        (NOW - days * DAY) // 1_000_000 for days in (0, 1, 1)
    ]
    assert columns.recent_basket_sizes == [1, 2, 1]
    assert columns.recent_basket_items == [0, 2, 1, 0]


def test_items_beyond_the_limit_are_left_out_of_baskets_too() -> None:
    many = [f"item{n:04}" for n in range(NEAR_ITEMS + 1)]
    columns = columns_of(fold([bought("1", *many)]))
    assert len(columns.item_ids) == NEAR_ITEMS
    assert columns.recent_basket_sizes == [NEAR_ITEMS]


def test_offers_come_latest_first_up_to_the_limit() -> None:
    shown = [
        about_offer(str(n), EventType.OFFER_IMPRESSION, f"offer{n}", day=n)
        for n in range(MAX_EXPOSURES + 1)
    ]
    exposures = columns_of(fold(shown)).exposures
    assert [each.offer_id for each in exposures] == [f"offer{n}" for n in range(MAX_EXPOSURES)]


def test_nobody_in_particular_has_empty_columns() -> None:
    assert columns_of(fold([])) == Columns([], [], [], [], [], [], [], [], [], Traits())


def test_traits_are_what_a_child_would_count() -> None:
    history = [
        bought("1", "tea", "milk", day=10),
        bought("2", "tea", day=4),
        bought("3", "tea", day=0),
        returned("4", "milk"),
    ]
    found = traits(fold(history))
    assert found == Traits(
        basket_count=3,
        item_count=2,
        first_purchase_seconds=(NOW - 10 * DAY) // 1_000_000,
        last_purchase_seconds=NOW // 1_000_000,
        total_spend=8.0,
        mean_gap_days=5.0,
        mean_basket_size=4 / 3,
        discounted_basket_share=0.0,
        home_store="mitte",
        main_channel="",
    )


def test_without_consent_only_exposures_are_left_and_without_profiling_no_tendencies() -> None:
    state = fold([bought("1", "tea"), about_offer("2", EventType.OFFER_CLICK, "coffee")])
    columns = columns_of(state)
    denied = {Purpose.PERSONALISATION: Statement(NOW, denied=True, source="app")}
    granted = {Purpose.PERSONALISATION: Statement(NOW, denied=False, source="app")}
    by_default = ConsentPolicy(personalisation_default=True)
    only_when_said = ConsentPolicy(personalisation_default=False)

    def left(policy: ConsentPolicy, consents: dict[Purpose, Statement]) -> Columns:
        return permitted(Snapshot(CustomerId("c"), 2, NOW, consents, columns), policy)

    profiled = granted | {Purpose.PROFILING: Statement(NOW, denied=False, source="app")}
    assert left(by_default, profiled) == left(only_when_said, profiled) == columns
    plain = replace(columns, evidence=Evidence())
    assert left(by_default, {}) == left(only_when_said, granted) == plain != columns
    assert (
        left(by_default, denied) == left(only_when_said, {}) == Columns(exposures=columns.exposures)
    )
