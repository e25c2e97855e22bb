"""A case is asked about day by day, with what was known on that day and nothing else."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from ml.evaluation.question import with_history
from ml.model.bundle import Bundle
from ml.model.candidates import OWN_ITEM_COUNT, Moment
from ml.training.artefacts.factors import FactorConfig
from ml.training.artefacts.purchases import Purchases, purchases_of
from ml.training.insight.comebacks import Case, comebacks, known_on
from ml.training.learned import BundleRecommender, Ranking
from ml.training.learning import LearningConfig, learn
from ml.training.lessons.asking import Asking
from ml.training.lessons.ranker_training import RankerConfig
from ml.training.lessons.windows import end_of
from tests.ml.shopping import START, checkered, dataset_of

DAY = 86_400
NOON = round(START.timestamp())

SHOPPED = {
    "anna": [
        (0, ["bread", "tea"]),
        (4, ["tea"]),
        (6, ["milk"]),
        (8, ["bread", "tea"]),
        (12, ["tea"]),
        (20, ["bread"]),
    ],
}
SMALL = LearningConfig(
    factors=FactorConfig(factors=4, iterations=3),
    ranker=RankerConfig(trees=20, leaves=7),
    windows=2,
    show_progress=False,
)
SECOND_TEA = Case("anna", "tea", NOON + 4 * DAY)


def shopped() -> Purchases:
    return purchases_of(dataset_of(SHOPPED))


def test_on_the_day_of_the_purchase_the_purchase_is_the_last_thing_known() -> None:
    history = known_on(shopped(), SECOND_TEA, SECOND_TEA.bought_seconds + DAY)

    assert list(history.item_ids) == ["tea", "bread"]
    assert history.basket_counts.tolist() == [2, 1]
    assert history.basket_count == 2


def test_life_goes_on_without_the_item() -> None:
    """The basket with bread and tea held bread alone, the one with tea alone was never bought."""
    history = known_on(shopped(), SECOND_TEA, SECOND_TEA.bought_seconds + 30 * DAY)

    counts = dict(zip(history.item_ids, history.basket_counts.tolist(), strict=True))
    assert counts == {"bread": 3, "milk": 1, "tea": 2}
    assert history.basket_count == 5
    tea = list(history.item_ids).index("tea")
    assert history.last_seconds[tea] == SECOND_TEA.bought_seconds


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return learn(checkered(), end_of(checkered()), SMALL)


def test_a_day_says_what_the_model_answers_on_it(bundle: Bundle) -> None:
    """The last purchase of all is followed for a week: nothing needs to be left out."""
    purchases = purchases_of(checkered())
    seconds, items = purchases.baskets("customer-000")[-1]
    rankings: list[Ranking] = []
    week_later = datetime.fromtimestamp(seconds + 7 * DAY, UTC)

    found = comebacks(bundle, purchases, [Case("customer-000", items[0], seconds)], last_day=7)

    asked = BundleRecommender(bundle, purchases, week_later, observe=rankings.append)
    ranked = asked.rank("customer-000", 100)
    place = rankings[0].item_ids.index(items[0])
    assert found.probabilities[0, 7] == rankings[0].probabilities[place]
    ties = (rankings[0].probabilities == rankings[0].probabilities[place]).sum()
    assert found.ranks[0, 7] <= ranked.index(items[0]) + 1 < found.ranks[0, 7] + ties


def test_curves_begin_on_the_day_itself_and_get_overdue(bundle: Bundle) -> None:
    purchases = purchases_of(checkered())
    cases = [
        Case(customer, items[0], seconds)
        for customer in ("customer-000", "customer-001")
        for seconds, items in purchases.baskets(customer)[5:6]
    ]

    found = comebacks(bundle, purchases, cases, last_day=30)

    assert found.days.tolist() == list(range(31))
    assert found.probabilities.shape == found.ranks.shape == found.due.shape == (2, 31)
    assert ((found.probabilities > 0) & (found.probabilities < 1)).all()
    assert (found.ranks >= 1).all()
    assert (np.diff(found.due, axis=1) > 0).all()
    lower, middle, upper = found.quartiles()["due"]
    assert (lower <= middle).all()
    assert (middle <= upper).all()


def test_what_lies_behind_a_day_changes_nothing_on_it(bundle: Bundle) -> None:
    town = checkered()
    seconds, items = purchases_of(town).baskets("customer-002")[8]
    case = Case("customer-002", items[0], seconds)
    bought = town.interactions
    is_known = bought["occurred_at"] <= pd.Timestamp(seconds + 10 * DAY, unit="s", tz="UTC")
    cut = with_history(town, bought[is_known])

    whole = comebacks(bundle, purchases_of(town), [case], last_day=10)
    short = comebacks(bundle, purchases_of(cut), [case], last_day=10)

    np.testing.assert_array_equal(whole.probabilities, short.probabilities)
    np.testing.assert_array_equal(whole.ranks, short.ranks)


def test_an_item_that_the_model_never_saw_is_told(bundle: Bundle) -> None:
    with pytest.raises(ValueError, match="tea is no candidate of anna on day 0"):
        comebacks(bundle, shopped(), [SECOND_TEA])


def test_an_item_has_a_place_though_a_service_would_not_look_at_it() -> None:
    """Of a customer with so many items, a service looks at those that are expected most."""
    wide = checkered(items=2 * OWN_ITEM_COUNT)
    bundle = learn(wide, end_of(wide), SMALL)
    bought = sorted(set(wide.interactions["item_id"]))[: OWN_ITEM_COUNT + 50]
    purchases = purchases_of(dataset_of({"zoe": [(0, bought)]}))
    answer = Asking.of(bundle).about(purchases.history("zoe"), Moment(), NOON + DAY)
    passed_over = sorted(set(bought).difference(answer.candidates.item_ids))
    assert passed_over

    found = comebacks(bundle, purchases, [Case("zoe", passed_over[0], NOON)], last_day=1)

    assert (found.ranks > 1).all()
