"""A trait is the same whether history came at once or bit by bit, in whatever order."""

import random

from hypothesis import given
from hypothesis import strategies as st

from services.profile.domain.history.state import CustomerState
from services.profile.domain.snapshot import columns_of
from services.profile.domain.traits import all_traits
from tests.services.profile.domain.traits.random_histories import (
    SHOP,
    history,
    incremental,
    recomputed,
)
from tests.services.profile.domain.traits.shopper import MOMENT


@given(st.randoms(use_true_random=False))
def test_incremental_traits_equal_recomputed_ones(chance: random.Random) -> None:
    events = history(chance)
    bit_by_bit, at_once = incremental(events, chance), recomputed(events)
    assert all_traits(bit_by_bit, MOMENT, SHOP) == all_traits(at_once, MOMENT, SHOP)
    assert columns_of(bit_by_bit) == columns_of(at_once)


def test_random_histories_show_every_trait() -> None:
    chance = random.Random(1)
    named = {trait.name for _ in range(200) for trait in all_traits(fold_one(chance), MOMENT, SHOP)}
    assert named == {
        *("active_probability", "brand_loyalty", "channel_mix", "daypart_mix", "discount_depth"),
        *("days_since_purchase", "expected_purchase_days", "expected_value", "exploration"),
        *("favourite_brand", "next_visit", "overdue_share", "price_level", "price_sensitivity"),
        *("promotion_sensitivity", "purchase_days_per_month", "repurchase_gap_days"),
        *("return_chance", "spend_per_purchase_day", "store_mix", "usual_gap_days"),
        "variety_seeking",
    }


def fold_one(chance: random.Random) -> CustomerState:
    return recomputed(history(chance))
