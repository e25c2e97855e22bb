"""The model at the moment of asking: what is popular depends on when now is.

A service has one present, that of its bundle. Whoever asks about visits of long ago must not say
what became popular later: of each day there is a generator whose popularity ends the day before.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ml.evaluation.question import Now
from ml.model.candidates import CandidateGenerator
from ml.training.artefacts.bundle_arrays import basket_counts, popularity
from ml.training.artefacts.next_basket import present_shares
from ml.training.artefacts.purchases import SECONDS_PER_DAY, Purchases
from ml.training.artefacts.related_items import store_popularity
from ml.training.lessons.windows import moment_seconds


@dataclass(frozen=True, slots=True)
class Present:
    """One moment.

    Attributes:
        candidates: with the bundle as it stood.
        now_seconds: the moment, seconds since 1970.
    """

    candidates: CandidateGenerator
    now_seconds: int


class Presents:
    """The moment of each customer."""

    __slots__ = ("_by_day", "_latest", "_purchases", "_visits")

    def __init__(self, candidates: CandidateGenerator, purchases: Purchases, now: Now) -> None:
        """Take the model, what it was counted from, and one moment for all or several.

        Where visits have moments of their own, model and purchases know the same items.
        """
        self._latest = Present(candidates, moment_seconds(now))
        self._visits = now if isinstance(now, Mapping) else {}
        self._purchases = purchases
        self._by_day: dict[int, CandidateGenerator] = {}

    def of(self, customer_id: str) -> Present:
        """Return the moment at which a customer is asked, that of all where no visit is known."""
        visit = self._visits.get(customer_id)
        if visit is None:
            return self._latest
        seconds = moment_seconds(visit)
        day = seconds // SECONDS_PER_DAY
        if day not in self._by_day:
            self._by_day[day] = self._on(day)
        return Present(self._by_day[day], seconds)

    def _on(self, day: int) -> CandidateGenerator:
        latest, until = self._latest.candidates, day * SECONDS_PER_DAY - 1
        if latest.bundle.vocabulary.item_ids != self._purchases.item_ids:
            raise ValueError("the model knows other items than the purchases it is asked beside")
        then = replace(
            latest.bundle,
            popularity=popularity(self._purchases, until),
            store_popularity=store_popularity(self._purchases, until),
            basket_counts=basket_counts(self._purchases, until),
            present_shares=present_shares(self._purchases, until),
        )
        return latest.when_popular(then)
