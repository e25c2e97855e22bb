"""Whoever has to do with an erasure is shown, with how long it has waited for them."""

from collections.abc import Mapping

from prometheus_client import REGISTRY

from services.profile.adapters.erasure_watch import ErasureWatch
from services.profile.domain.history.events import MICROS
from services.profile.domain.privacy.erasure import Waiting
from services.serving.failures import Failure, Kind


class Receipts:
    """What waits, unless the database is away."""

    def __init__(self) -> None:
        self.found: Mapping[str, Waiting] = {}
        self.failure: Failure | None = None

    def waiting(self) -> Mapping[str, Waiting]:
        if self.failure is not None:
            raise self.failure
        return self.found


def shown(holder: str) -> tuple[float | None, float | None]:
    """Return how many wait, and the age of the oldest."""
    labels = {"holder": holder}
    count = REGISTRY.get_sample_value("ofone_profile_erasures_pending", labels)
    return count, REGISTRY.get_sample_value("ofone_profile_erasure_pending_age_seconds", labels)


def test_every_holder_is_shown_before_anything_waits() -> None:
    ErasureWatch(dict, ("till", "mail"), lambda: 100.0)
    assert shown("till") == shown("mail") == (0, 0)


def test_what_waits_is_shown_until_it_does_not() -> None:
    receipts = Receipts()
    watch = ErasureWatch(receipts.waiting, ("till", "mail"), lambda: 100.0)
    receipts.found = {"till": Waiting(2, 40 * MICROS), "a holder of last year": Waiting(1, 0)}
    watch.look()
    assert shown("till") == (2, 60)
    assert shown("mail") == (0, 0)
    assert shown("a holder of last year") == (1, 100)
    receipts.found = {}
    watch.look()
    assert shown("till") == shown("a holder of last year") == (0, 0)


def test_a_clock_that_lags_behind_shows_no_negative_age() -> None:
    watch = ErasureWatch(lambda: {"till": Waiting(1, 200 * MICROS)}, (), lambda: 100.0)
    watch.look()
    assert shown("till") == (1, 0)


def test_while_the_database_is_away_what_was_seen_stays_and_the_next_look_tries_again() -> None:
    receipts = Receipts()
    watch = ErasureWatch(receipts.waiting, ("till",), lambda: 100.0)
    receipts.found = {"till": Waiting(1, 0)}
    watch.look()
    receipts.found, receipts.failure = {}, Failure(Kind.UNAVAILABLE, "AWAY", "not at home")
    watch.look()
    assert shown("till") == (1, 100)
    receipts.failure = None
    watch.look()
    assert shown("till") == (0, 0)
