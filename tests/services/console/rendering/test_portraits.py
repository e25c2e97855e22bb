from datetime import UTC, datetime, timedelta

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from ofone.profile.v1 import customer_pb2
from ofone.profile.v1.customer_pb2 import Consent, Customer, Exposure, OwnItem, Traits
from rich.console import Console, RenderableType

from services.console.rendering.portraits import (
    customer_portrait,
    due_sentence,
    items_in_portrait,
    portrait_sentences,
)

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)


def days_ago(days: float) -> Timestamp:
    moment = Timestamp()
    moment.FromDatetime(NOW - timedelta(days=days))
    return moment


def own(item: str, baskets: int, *, gap_days: float, last_days: float) -> OwnItem:
    return OwnItem(
        item=item,
        basket_count=baskets,
        quantity=baskets,
        mean_gap_days=gap_days,
        last_bought_time=days_ago(last_days),
    )


def anna() -> Customer:
    return Customer(
        name="customers/anna",
        former_names=["customers/anne"],
        traits=Traits(
            basket_count=10,
            item_count=12,
            total_spend=250.0,
            mean_gap_days=9.0,
            mean_basket_size=3.0,
            discounted_basket_share=0.2,
            first_purchase_time=days_ago(90),
            last_purchase_time=days_ago(9),
            home_store="harbour",
            main_channel="store",
        ),
        items=[
            own("items/tea", 7, gap_days=12, last_days=11),
            own("items/bread", 9, gap_days=9, last_days=0.1),
            own("items/lamp", 1, gap_days=0, last_days=40),
            own("items/soap", 3, gap_days=5, last_days=60),
        ],
        consents=[
            Consent(
                purpose=customer_pb2.CONSENT_PURPOSE_PERSONALISATION,
                state=customer_pb2.CONSENT_STATE_GRANTED,
                source="default",
            ),
            Consent(
                purpose=customer_pb2.CONSENT_PURPOSE_MARKETING_EMAIL,
                state=customer_pb2.CONSENT_STATE_DENIED,
                source="app",
            ),
        ],
        exposures=[
            Exposure(
                offer_id="tea-week",
                impression_seconds=[days_ago(3).seconds],
                impression_count=2,
                click_count=1,
                last_dismissal_seconds=days_ago(1.5).seconds,
            )
        ],
    )


def text_of(view: RenderableType) -> str:
    console = Console(width=120, no_color=True, legacy_windows=False)
    with console.capture() as captured:
        console.print(view)
    return captured.get()


def test_a_customer_is_introduced_in_sentences() -> None:
    assert portrait_sentences(anna(), now=NOW) == [
        "Known before a merge as customers/anne.",
        (
            "Customer since 31 December 2025: 10 baskets, every 9 days on average, "
            "last 9 days ago (22 March 2026)."
        ),
        (
            "Spent 250.00 in all, 25.00 a basket of about 3 different items; knows 12 items; "
            "20 % of the baskets with a discount."
        ),
        "Home store harbour, mostly through the channel store.",
    ]


def test_where_no_discount_was_told_none_is_spoken_of() -> None:
    customer = anna()
    customer.traits.discounted_basket_share = 0
    assert "discount" not in " ".join(portrait_sentences(customer, now=NOW))


def test_a_customer_without_purchases_is_introduced_as_such() -> None:
    newcomer = Customer(name="customers/new", create_time=days_ago(1))
    assert portrait_sentences(newcomer, now=NOW) == [
        "Known since 30 March 2026; has bought nothing yet."
    ]
    assert "nothing was said" in text_of(customer_portrait(newcomer, {}, now=NOW))


def test_due_is_what_has_a_rhythm_whose_time_has_come() -> None:
    # Bread was bought today, the lamp once, and soap has been given up.
    names = {"items/tea": "Green tea"}
    assert due_sentence(anna(), names, now=NOW) == "Green tea (every 12 days, last 11 days ago)"
    assert due_sentence(Customer(), {}, now=NOW) == "nothing at the moment"


def test_the_portrait_shows_favourites_consents_and_offers_seen() -> None:
    view = customer_portrait(
        anna(),
        {"items/tea": "Green tea"},
        now=NOW,
        offer_names={"offers/tea-week": "A week of tea"},
    )
    lines = [" ".join(line.strip("│ \n").split()) for line in text_of(view).splitlines()]
    assert lines[lines.index("Favourites") + 2 :][:2] == [
        "bread 9 9 every 9 days today",
        "Green tea 7 7 every 12 days 11 days ago due",
    ]
    assert "Consents: personalisation yes (default), e-mail no" in lines
    assert "A week of tea twice 3 days ago once never waved away yesterday" in lines


def test_names_are_never_read_as_markup() -> None:
    view = customer_portrait(anna(), {"items/tea": "[red]Tea[/red]"}, now=NOW)
    assert "[red]Tea[/red]" in text_of(view)


def test_the_items_to_be_named_are_favourites_and_what_is_due() -> None:
    assert items_in_portrait(anna(), NOW) == [
        "items/bread",
        "items/tea",
        "items/soap",
        "items/lamp",
    ]


@pytest.mark.parametrize("count", [1, 2])
def test_one_basket_has_no_rhythm(count: int) -> None:
    gap = 0 if count == 1 else 1
    traits = Traits(
        basket_count=count, mean_gap_days=gap, last_purchase_time=days_ago(0), item_count=1
    )
    sentence = portrait_sentences(Customer(traits=traits), now=NOW)[0]
    assert ("on average" in sentence) == (count == 2)


def test_baskets_of_one_day_have_no_rhythm() -> None:
    traits = Traits(
        basket_count=2,
        mean_gap_days=0.01,
        first_purchase_time=days_ago(0),
        last_purchase_time=days_ago(0),
    )
    sentence = portrait_sentences(Customer(traits=traits), now=NOW)[0]
    assert "2 baskets, last today" in sentence
