import pytest
from ofone.recommendation.v1 import decision_pb2
from ofone.recommendation.v1.decision_pb2 import Degradation, Reason, ReasonKind, ScorePart, Verdict
from ofone.recommendation.v1.offer_pb2 import Benefit, ExposureCap

from services.console.rendering.sentences import (
    benefit_in_words,
    degradation_in_words,
    exposure_cap_in_words,
    reason_in_words,
    reasons_in_words,
    score_parts_in_words,
    verdict_in_words,
)

NAMES = {"items/tea": "Green tea", "items/cup": "Cup"}


def test_an_item_that_is_due_is_explained_with_its_rhythm() -> None:
    reason = Reason(
        kind=decision_pb2.REASON_KIND_DUE,
        item="items/tea",
        basket_count=7,
        expected_gap_days=12.2,
        days_since_last=11.4,
    )
    assert (
        reason_in_words(reason, NAMES, item="items/tea")
        == "Bought 7 times, expected about every 12 days, last 11 days ago"
    )


def test_an_item_bought_several_times_a_day_is_said_so() -> None:
    reason = Reason(
        kind=decision_pb2.REASON_KIND_DUE,
        basket_count=300,
        expected_gap_days=0.2,
        days_since_last=0.3,
    )
    assert reason_in_words(reason, NAMES) == (
        "Bought 300 times, expected several times a day, last today"
    )


def test_a_habit_that_seems_given_up_is_explained_by_its_silence() -> None:
    reason = Reason(
        kind=decision_pb2.REASON_KIND_OFTEN_BOUGHT,
        basket_count=3,
        expected_gap_days=24,
        days_since_last=170.4,
    )
    assert reason_in_words(reason, NAMES) == "Bought 3 times, but not for 170 days"
    reason.days_since_last = 12
    assert reason_in_words(reason, NAMES) == "Bought 3 times, last 12 days ago"


def test_an_item_bought_often_is_explained_without_a_rhythm() -> None:
    reason = Reason(kind=decision_pb2.REASON_KIND_OFTEN_BOUGHT, basket_count=2, days_since_last=1.0)
    assert reason_in_words(reason, NAMES) == "Bought twice, last yesterday"


@pytest.mark.parametrize(
    ("kind", "about_itself", "about_another"),
    [
        ("OFTEN_BOUGHT", "Bought once, last today", "Cup bought once, last today"),
        (
            "FOLLOWS_LAST_BASKET",
            "Often follows what was in the last basket",
            "Cup often follows what was in the last basket",
        ),
        (
            "LIKE_WHAT_YOU_BUY",
            "Liked by people who buy the same things",
            "Cup is liked by people who buy the same things",
        ),
        (
            "COMPLETES_BASKET",
            "Goes with what is in the basket",
            "Cup goes with what is in the basket",
        ),
        ("POPULAR_HERE", "Popular here and now", "Cup is popular here and now"),
        ("YOU_SAID", "Fits what the customer said", "Cup fits what the customer said"),
    ],
)
def test_a_reason_names_the_item_it_speaks_of_only_when_it_is_another_one(
    kind: str, about_itself: str, about_another: str
) -> None:
    reason = Reason(kind=ReasonKind.Value(f"REASON_KIND_{kind}"), item="items/cup", basket_count=1)
    assert reason_in_words(reason, NAMES, item="items/cup") == about_itself
    assert reason_in_words(reason, NAMES, item="items/tea") == about_another


def test_an_item_with_braces_in_its_name_is_named_as_it_is() -> None:
    reason = Reason(kind=decision_pb2.REASON_KIND_COMPLETES_BASKET, item="items/set")
    assert (
        reason_in_words(reason, {"items/set": "{Set}"}) == "{Set} goes with what is in the basket"
    )


def test_every_kind_of_reason_has_a_sentence_of_its_own() -> None:
    kinds = [kind for kind in ReasonKind.values() if kind]
    sentences = {reason_in_words(Reason(kind=kind), {}) for kind in kinds}
    assert len(sentences) >= len(kinds) - 1  # without a gap, "due" reads as "often bought"
    assert not any("does not know" in sentence for sentence in sentences)


def test_equal_reasons_are_said_once() -> None:
    popular = Reason(kind=decision_pb2.REASON_KIND_POPULAR_HERE)
    assert reasons_in_words([popular, popular], {}) == ["Popular here and now"]


@pytest.mark.parametrize(
    ("benefit", "words"),
    [
        (Benefit(percent_off=15), "15 % off"),
        (Benefit(percent_off=12.5), "12.5 % off"),
        (Benefit(amount_off=2), "2.00 off"),
        (Benefit(points=1), "1 point"),
        (Benefit(points=2_000), "2,000 points"),
        (Benefit(gift="a mug"), "Gift: a mug"),
        (Benefit(service="free sharpening"), "Service: free sharpening"),
        (Benefit(early_access="the new roast"), "Early access: the new roast"),
        (Benefit(advice="a tasting"), "Advice: a tasting"),
        (Benefit(), "Nothing"),
    ],
)
def test_a_benefit_is_said_in_words(benefit: Benefit, words: str) -> None:
    assert benefit_in_words(benefit) == words


def test_every_kind_of_benefit_has_words() -> None:
    for field in Benefit.DESCRIPTOR.oneofs_by_name["kind"].fields:
        value: object = "x" if field.type == field.TYPE_STRING else 3
        assert benefit_in_words(Benefit(**{field.name: value})) != "Nothing"  # type: ignore[arg-type]


def test_every_verdict_has_a_sentence_of_its_own() -> None:
    sentences = {verdict_in_words(verdict) for verdict in Verdict.values() if verdict}
    assert len(sentences) == len(Verdict.values()) - 1
    assert verdict_in_words(decision_pb2.VERDICT_EXPOSURE_CAP) == "Shown often enough"


def test_every_degradation_says_what_was_missing() -> None:
    sentences = {degradation_in_words(each) for each in Degradation.values() if each}
    assert len(sentences) == len(Degradation.values()) - 1
    assert not any("does not know" in sentence for sentence in sentences)


def test_a_cap_and_the_parts_of_a_score_are_said_in_words() -> None:
    cap = ExposureCap(max_impressions=3, window_days=1)
    assert exposure_cap_in_words(cap) == "3 times in 1 day"
    parts = [ScorePart(name="buy_chance", value=0.25), ScorePart(name="weight", value=2)]
    assert score_parts_in_words(parts) == "buy chance 0.25, weight 2"
