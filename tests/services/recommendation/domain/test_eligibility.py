"""Whether an offer may be made, rule by rule."""

from datetime import timedelta

import pytest

from services.recommendation.domain.customer import Customer, Exposure, unreadable
from services.recommendation.domain.eligibility import RULES, refusal, variant_for
from services.recommendation.domain.offer import Benefit, BenefitKind, Variant
from services.recommendation.domain.verdict import Verdict
from tests.services.recommendation.builders import (
    NOON,
    TEN_PERCENT,
    customer,
    occasion,
    offer,
    seconds_ago,
)

HOUR = timedelta(hours=1)


def seen(*days_ago: float, used: float = 0, waved_away: float = 0) -> Customer:
    """Return a customer who was shown the tea week so many days ago."""
    exposure = Exposure(
        tuple(seconds_ago(days=days) for days in days_ago),
        seconds_ago(days=used) if used else 0,
        seconds_ago(days=waved_away) if waved_away else 0,
    )
    return customer(exposures={"tea-week": exposure})


def test_an_offer_without_conditions_may_be_made_to_anyone() -> None:
    assert refusal(offer(), occasion()) is None


def test_an_offer_holds_from_its_start_until_just_before_its_end() -> None:
    assert refusal(offer(start=NOON, end=NOON + HOUR), occasion()) is None
    early = refusal(offer(start=NOON + HOUR), occasion())
    assert early == (Verdict.OUTSIDE_WINDOW, "starts 2026-01-15 13:00 UTC")
    late = refusal(offer(end=NOON), occasion())
    assert late == (Verdict.OUTSIDE_WINDOW, "ended 2026-01-15 12:00 UTC")


def test_an_offer_of_some_stores_is_not_made_elsewhere_or_nowhere() -> None:
    northern = offer(stores=("north",))
    assert refusal(northern, occasion(store="north")) is None
    assert refusal(northern, occasion(store="south")) == (
        Verdict.OTHER_STORE,
        "not for store south",
    )
    nowhere = refusal(northern, occasion())
    assert nowhere is not None
    assert nowhere[0] is Verdict.OTHER_STORE


def test_an_offer_of_some_channels_is_not_made_on_others() -> None:
    online = offer(channels=("web", "app"))
    assert refusal(online, occasion(channel="app")) is None
    assert refusal(online, occasion(channel="store")) == (
        Verdict.OTHER_CHANNEL,
        "not on channel store",
    )


@pytest.mark.parametrize("channel", ["email", "sms", "push", "phone", "post"])
def test_nobody_is_written_to_who_did_not_allow_it(channel: str) -> None:
    verdict = refusal(offer(), occasion(channel=channel))
    assert verdict == (
        Verdict.NO_CONSENT,
        f"the customer does not allow offers by {channel}",
    )
    assert refusal(offer(), occasion(customer(marketing=(channel,)), channel=channel)) is None


@pytest.mark.parametrize("channel", ["Email", "EMAIL", " email"])
def test_consent_is_needed_however_the_channel_is_spelled(channel: str) -> None:
    verdict = refusal(offer(), occasion(channel=channel))
    assert verdict is not None
    assert verdict[0] is Verdict.NO_CONSENT
    assert refusal(offer(), occasion(customer(marketing=("email",)), channel=channel)) is None


def test_nobody_is_written_to_whose_consent_cannot_be_read() -> None:
    verdict = refusal(offer(), occasion(unreadable("ada"), channel="email"))
    assert verdict is not None
    assert verdict[0] is Verdict.NO_CONSENT
    assert "cannot be checked" in verdict[1]


def test_at_the_till_no_consent_to_marketing_is_needed() -> None:
    assert refusal(offer(), occasion(unreadable("ada"), channel="store")) is None


def test_an_offer_shown_as_often_as_its_cap_allows_is_not_shown_again() -> None:
    twice_a_week = offer(cap=(2, 7))
    assert refusal(twice_a_week, occasion(seen(1))) is None
    assert refusal(twice_a_week, occasion(seen(1, 3))) == (
        Verdict.EXPOSURE_CAP,
        "shown 2 times in 7 days, cap 2",
    )


def test_what_was_shown_before_the_window_of_the_cap_does_not_count() -> None:
    assert refusal(offer(cap=(2, 7)), occasion(seen(1, 8, 9, 10))) is None


def test_only_the_same_offer_counts_for_a_cap() -> None:
    assert refusal(offer("coffee-week", cap=(1, 7)), occasion(seen(1, 2))) is None


def test_a_used_offer_is_silent_for_its_days_and_then_comes_back() -> None:
    quiet = offer(cool_down_days=7)
    assert refusal(quiet, occasion(seen(used=2))) == (
        Verdict.COOL_DOWN,
        "used 2.0 days ago, silent for 7 days",
    )
    assert refusal(quiet, occasion(seen(used=7))) is None


def test_an_offer_waved_away_is_silent_too() -> None:
    verdict = refusal(offer(cool_down_days=1), occasion(seen(used=3, waved_away=0.5)))
    assert verdict == (Verdict.COOL_DOWN, "waved away 0.5 days ago, silent for 1 day")


def test_an_offer_without_cool_down_may_follow_its_use_at_once() -> None:
    assert refusal(offer(), occasion(seen(used=0.01))) is None


def test_an_audience_is_for_those_in_it() -> None:
    fans = offer(audience="fan")
    assert refusal(fans, occasion(true=("fan",))) is None
    assert refusal(fans, occasion()) == (
        Verdict.OUTSIDE_AUDIENCE,
        "the customer is not in its audience",
    )


def test_who_cannot_be_known_to_be_in_the_audience_is_not_in_it() -> None:
    verdict = refusal(offer(audience="fan"), occasion(unknown=("fan",)))
    assert verdict is not None
    assert verdict[0] is Verdict.OUTSIDE_AUDIENCE
    assert "not known" in verdict[1]


def test_the_first_variant_whose_condition_holds_is_used() -> None:
    gift = Variant("gift", Benefit(BenefitKind.GIFT, words="A cup"), condition="rich")
    both = offer(variants=(gift, TEN_PERCENT))
    assert variant_for(both, occasion(true=("rich",)).holds) is gift
    assert variant_for(both, occasion().holds) is TEN_PERCENT
    assert refusal(offer(variants=(gift,)), occasion(unknown=("rich",))) == (
        Verdict.NO_VARIANT,
        "the condition of none of its 1 variants holds",
    )


def test_the_verdict_is_that_of_the_first_rule_that_refuses() -> None:
    everything_wrong = offer(
        end=NOON, stores=("north",), channels=("web",), cap=(1, 7), audience="fan"
    )
    verdict = refusal(everything_wrong, occasion(seen(1), channel="email", store="south"))
    assert verdict is not None
    assert verdict[0] is Verdict.OUTSIDE_WINDOW
    order = list(Verdict)
    asked = [order.index(rule) for rule, _ in RULES]
    assert asked == sorted(asked)
