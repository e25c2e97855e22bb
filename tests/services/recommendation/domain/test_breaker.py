"""A dependency that is away does not cost its timeout in every request."""

from services.recommendation.domain.breaker import Breaker


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def broken(clock: Clock) -> Breaker:
    breaker = Breaker(clock, failure_count=3, retry_seconds=1.0)
    for _ in range(3):
        assert breaker.allows()
        breaker.failed()
    return breaker


def test_a_few_failures_in_a_row_open_it() -> None:
    breaker = broken(Clock())
    assert not breaker.allows()


def test_failures_between_successes_do_not() -> None:
    breaker = Breaker(Clock(), failure_count=3)
    for _ in range(10):
        breaker.failed()
        breaker.failed()
        breaker.succeeded()
    assert breaker.allows()


def test_while_it_is_open_one_probe_a_second_goes_through() -> None:
    clock = Clock()
    breaker = broken(clock)
    clock.now = 1.0
    assert [breaker.allows() for _ in range(5)] == [True, False, False, False, False]
    breaker.failed()
    clock.now = 1.9
    assert not breaker.allows()
    clock.now = 2.0
    assert breaker.allows()


def test_a_probe_that_succeeds_closes_it() -> None:
    clock = Clock()
    breaker = broken(clock)
    clock.now = 1.0
    assert breaker.allows()
    breaker.succeeded()
    assert [breaker.allows() for _ in range(5)] == [True] * 5
