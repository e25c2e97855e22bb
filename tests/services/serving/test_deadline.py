"""What remains of a deadline is passed on."""

import contextvars
from collections.abc import Callable

import pytest

from services.serving import deadline
from services.serving.failures import Failure, Kind


def after(remaining: float | None, ask: Callable[[], float | None]) -> float | None:
    """Ask in a call of which so many seconds remain."""

    def call() -> float | None:
        deadline.accept(remaining, default_seconds=20)
        return ask()

    return contextvars.Context().run(call)


def test_outside_a_call_only_the_bound_counts() -> None:
    def ask() -> tuple[float | None, float | None]:
        return deadline.remaining_seconds(5), deadline.remaining_seconds(5, 2.5)

    assert contextvars.Context().run(ask) == (None, 2.5)


def test_the_margin_is_kept_back() -> None:
    passed_on = after(10, lambda: deadline.remaining_seconds(4_000))

    assert passed_on == pytest.approx(6, abs=0.5)


def test_the_smaller_of_bound_and_rest_is_passed_on() -> None:
    assert after(10, lambda: deadline.remaining_seconds(0, 3)) == 3
    assert after(2, lambda: deadline.remaining_seconds(0, 3)) == pytest.approx(2, abs=0.5)


@pytest.mark.parametrize("none", [None, 9.2e18])
def test_a_call_without_a_deadline_is_given_the_default(none: float | None) -> None:
    assert after(none, deadline.remaining_seconds) == pytest.approx(20, abs=0.5)


def test_less_than_the_margin_is_too_late() -> None:
    with pytest.raises(Failure) as caught:
        after(1, lambda: deadline.remaining_seconds(1_000))

    assert caught.value.kind is Kind.LATE


def test_a_deadline_that_has_passed_is_noticed_at_once() -> None:
    accept = contextvars.Context().run
    assert accept(lambda: deadline.accept(0.0, default_seconds=20)) is False
    assert accept(lambda: deadline.accept(0.1, default_seconds=20)) is True
