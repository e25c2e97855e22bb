"""A history is sent in calls that the profile service takes, whatever the shop is like."""

from datetime import UTC, datetime

import pytest

from demo.filling import BATCH_LINES, BATCH_SIZE, batches, event_id
from ml.dataset.purchases import PurchaseLine, PurchaseRecord


def basket(number: int, *, lines: int = 1, basket_id: str = "") -> PurchaseRecord:
    return PurchaseRecord(
        "ann",
        basket_id or f"b{number}",
        datetime(2026, 1, 1, tzinfo=UTC),
        store=None,
        channel="store",
        lines=(PurchaseLine("tea", 1.0, None),) * lines,
    )


@pytest.mark.parametrize(
    ("lines", "sizes"),
    [
        (1, [BATCH_SIZE, BATCH_SIZE, 100]),
        (BATCH_LINES // 10, [10] * (2 * BATCH_SIZE // 10 + 10)),
        (BATCH_LINES + 1, [1] * (2 * BATCH_SIZE + 100)),
    ],
)
def test_a_call_holds_so_many_events_and_so_many_lines(lines: int, sizes: list[int]) -> None:
    records = [basket(number, lines=lines) for number in range(2 * BATCH_SIZE + 100)]

    found = list(batches(records))

    assert [len(each) for each in found] == sizes
    assert [each for batch in found for each in batch] == records


def test_nothing_is_sent_of_nothing() -> None:
    assert list(batches([])) == []


def test_an_event_is_named_after_customer_and_basket() -> None:
    assert event_id(basket(7)) == "ann:b7"


@pytest.mark.parametrize("number", ["2026/0017", "x" * 256])
def test_an_invoice_number_that_no_event_may_bear_gets_a_digest_of_its_own(number: str) -> None:
    found = event_id(basket(0, basket_id=number))

    assert "/" not in found
    assert len(found) <= 128
    assert found == event_id(basket(0, basket_id=number))
    assert found != event_id(basket(0, basket_id=number[:-1] + "y"))
