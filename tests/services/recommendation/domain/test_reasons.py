"""Why an item fits."""

import pytest

from services.recommendation.domain.ranking import Ranking
from services.recommendation.domain.reasons import (
    MOST_REASONS,
    NO_ITEM,
    Reason,
    ReasonKind,
    explanations,
)
from services.recommendation.domain.scoring import is_due
from tests.services.recommendation.builders import ranking

HABIT = {"habit": 2.0, "timing": 1.0, "popularity": 1.0, "customer": 5.0}


def reasons(ranked: Ranking, item: str) -> tuple[Reason, ...]:
    [explanation] = explanations(ranked, [ranked.item_ids.index(item)])
    return explanation.reasons


def kinds(ranked: Ranking, item: str) -> list[ReasonKind]:
    return [reason.kind for reason in reasons(ranked, item)]


def test_reasons_are_named_strongest_first_and_their_shares_make_a_whole() -> None:
    ranked = ranking(
        own={"green-tea": (6, 3.0, 14.0), "rye-bread": (1, 2.0, 14.0)},
        evidence={"popular": {"green-tea": 0.1}, "transition": {"green-tea": 0.1}},
        losses={"habit": 2.0, "popularity": 1.0, "sequence": 5.0, "customer": 5.0},
    )
    found = reasons(ranked, "green-tea")
    assert [each.kind for each in found] == [
        ReasonKind.FOLLOWS_LAST_BASKET,
        ReasonKind.OFTEN_BOUGHT,
        ReasonKind.POPULAR_HERE,
    ]
    assert [each.share for each in found] == pytest.approx([0.625, 0.25, 0.125])


def test_an_item_that_is_due_is_not_called_often_bought_too() -> None:
    evidence = {"popular": {"green-tea": 0.1}}
    due = ranking(own={"green-tea": (6, 14.0, 14.0)}, evidence=evidence, losses=HABIT)
    found = reasons(due, "green-tea")
    assert [each.kind for each in found] == [ReasonKind.DUE, ReasonKind.POPULAR_HERE]
    assert [each.share for each in found] == pytest.approx([0.75, 0.25])
    early = ranking(own={"green-tea": (6, 3.0, 14.0)}, evidence=evidence, losses=HABIT)
    assert kinds(early, "green-tea") == [ReasonKind.OFTEN_BOUGHT, ReasonKind.POPULAR_HERE]


def test_an_item_that_is_not_due_by_the_model_is_often_bought() -> None:
    ranked = ranking(own={"green-tea": (6, 14.0, 14.0)}, losses={"habit": 1.0, "timing": -1.0})
    assert kinds(ranked, "green-tea") == [ReasonKind.OFTEN_BOUGHT]


def test_no_more_reasons_are_given_than_people_read() -> None:
    sources = ("transition", "neighbour", "complement", "popular")
    ranked = ranking(
        own={"green-tea": (6, 3.0, 14.0), "rye-bread": (1, 2.0, 14.0)},
        evidence={source: {"green-tea": 0.1} for source in sources},
        losses={"popularity": 1.0, "habit": 5.0, "sequence": 4.0, "taste": 3.0, "basket": 2.0},
    )
    found = reasons(ranked, "green-tea")
    assert [each.kind for each in found] == [
        ReasonKind.OFTEN_BOUGHT,
        ReasonKind.FOLLOWS_LAST_BASKET,
        ReasonKind.LIKE_WHAT_YOU_BUY,
    ]
    assert len(found) == MOST_REASONS
    assert sum(each.share for each in found) == pytest.approx(1)


def test_a_reason_carries_its_figures() -> None:
    ranked = ranking(own={"green-tea": (6, 15.0, 14.0)}, losses={"timing": 1.0})
    [due] = reasons(ranked, "green-tea")
    assert due == Reason(
        ReasonKind.DUE,
        "green-tea",
        1.0,
        basket_count=6,
        expected_gap_days=14.0,
        days_since_last=15.0,
    )


def test_nobody_is_told_of_a_rhythm_after_one_purchase_or_long_before_or_after() -> None:
    for own in ((1, 15.0, 14.0), (6, 6.0, 14.0), (6, 42.0, 14.0), (6, 290.0, 24.0)):
        ranked = ranking(own={"green-tea": own}, losses={"timing": 3.0})
        assert ReasonKind.DUE not in kinds(ranked, "green-tea")


def test_a_habit_given_up_is_often_bought_and_its_score_is_not_raised() -> None:
    late = ranking(own={"green-tea": (6, 41.0, 14.0)}, losses={"habit": 1.0, "timing": 1.0})
    assert kinds(late, "green-tea") == [ReasonKind.DUE]
    assert is_due(late, 0)
    silent = ranking(own={"green-tea": (6, 43.0, 14.0)}, losses={"habit": 1.0, "timing": 1.0})
    [reason] = reasons(silent, "green-tea")
    assert reason.kind is ReasonKind.OFTEN_BOUGHT
    assert (reason.expected_gap_days, reason.days_since_last) == (14.0, 43.0)
    assert not is_due(silent, 0)


def test_a_reason_needs_the_evidence_it_speaks_of() -> None:
    worth = {"sequence": 1.0, "taste": 1.0, "basket": 1.0, "popularity": 1.0}
    evidence = {
        "transition": {"espresso": 0.2},
        "neighbour": {"black-tea": 0.3},
        "complement": {"rye-bread": 0.1},
        "popular": {"soap": 0.01},
    }
    ranked = ranking(evidence=evidence, losses=worth)
    assert kinds(ranked, "espresso") == [ReasonKind.FOLLOWS_LAST_BASKET]
    assert kinds(ranked, "black-tea") == [ReasonKind.LIKE_WHAT_YOU_BUY]
    assert kinds(ranked, "rye-bread") == [ReasonKind.COMPLETES_BASKET]
    assert kinds(ranked, "soap") == [ReasonKind.POPULAR_HERE]


def test_what_was_bought_last_does_not_follow_itself() -> None:
    ranked = ranking(
        own={"rye-bread": (1, 2.0, 14.0), "espresso": (1, 9.0, 14.0)},
        evidence={"transition": {"rye-bread": 0.1, "espresso": 0.1}, "popular": {"rye-bread": 0.1}},
        losses={"sequence": 2.0, "popularity": 1.0},
    )
    assert kinds(ranked, "rye-bread") == [ReasonKind.POPULAR_HERE]
    assert kinds(ranked, "espresso") == [ReasonKind.FOLLOWS_LAST_BASKET]


def test_what_another_brought_home_last_was_not_in_the_customers_last_basket() -> None:
    ranked = ranking(
        own={"rye-bread": (1, 2.0, 14.0), "espresso": (1, 9.0, 14.0)},
        brought={"espresso": 1.0},
        evidence={"transition": {"rye-bread": 0.1, "espresso": 0.1}, "popular": {"rye-bread": 0.1}},
        losses={"sequence": 2.0, "popularity": 1.0},
    )
    assert kinds(ranked, "rye-bread") == [ReasonKind.POPULAR_HERE]
    assert kinds(ranked, "espresso") == [ReasonKind.FOLLOWS_LAST_BASKET]


def test_a_reason_tells_when_the_customer_bought_and_not_when_another_did() -> None:
    own = {"green-tea": (6, 29.0, 14.0)}
    due = ranking(own=own, brought={"green-tea": 15.0}, losses={"timing": 1.0})
    [reason] = reasons(due, "green-tea")
    assert (reason.kind, reason.days_since_last) == (ReasonKind.DUE, 29.0)
    fresh = ranking(own=own, brought={"green-tea": 2.0}, losses={"habit": 1.0, "timing": 1.0})
    [reason] = reasons(fresh, "green-tea")
    assert (reason.kind, reason.days_since_last) == (ReasonKind.OFTEN_BOUGHT, 29.0)


def test_what_speaks_against_an_item_is_no_reason_for_it() -> None:
    ranked = ranking(
        own={"green-tea": (6, 14.0, 14.0)},
        evidence={"popular": {"green-tea": 0.1}},
        losses={"habit": -1.0, "timing": -0.5, "popularity": 0.1},
    )
    assert kinds(ranked, "green-tea") == [ReasonKind.POPULAR_HERE]


def test_there_is_always_a_reason() -> None:
    against = {"habit": -1.0, "popularity": -1.0}
    own = ranking(own={"green-tea": (6, 3.0, 14.0)}, losses=against)
    assert kinds(own, "green-tea") == [ReasonKind.OFTEN_BOUGHT]
    assert kinds(ranking(losses=against), "soap") == [ReasonKind.OPEN_TO_ALL]


def test_without_an_item_an_offer_is_open_to_all() -> None:
    assert explanations(ranking(), [None]) == [NO_ITEM]
    first, second = explanations(ranking(), [None, 0])
    assert first is NO_ITEM
    assert second.groups == {"popularity": 1.0}
