"""How regularly somebody comes, and when they are expected next."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.profile.domain.history.moments import SECONDS_PER_DAY, Days, day_gaps
from services.profile.domain.history.state import CustomerState
from services.profile.domain.traits.priors import Priors
from services.profile.domain.traits.rhythm import rhythm_of
from services.profile.domain.traits.trait import Trait, Unit
from services.profile.domain.traits.wording import ago, around, counted, every, percent


@dataclass(frozen=True, slots=True)
class VisitGaps:
    """The gaps between days with a purchase, summed up."""

    count: int = 0
    log_sum: float = 0.0
    """Of the logarithms of days."""
    log_square_sum: float = 0.0


def visit_gaps(days: Days) -> VisitGaps:
    """Return the gaps between these days, as sums that do not depend on the order of anything."""
    gaps = day_gaps(days)
    logs = [math.log(gap) for gap in gaps if gap > 1]  # of one day it is 0
    return VisitGaps(len(gaps), math.fsum(logs), math.fsum(each * each for each in logs))


def cadence_traits(state: CustomerState, now: datetime, priors: Priors) -> Iterator[Trait]:
    """Yield the rhythm of one who bought on two days at the least.

    - ``usual_gap_days``: median days between days with a purchase, own gaps shrunk to the typical
      one (``rhythm_of``).
    - ``next_visit``: the latest purchase plus the median of those gaps that last longer than the
      silence so far; absent when fewer than one gap in twenty lasts as long.
    """
    gaps = visit_gaps(state.days)
    if not gaps.count:
        return
    rhythm = rhythm_of(gaps.count, gaps.log_sum, gaps.log_square_sum, prior=priors.visits)
    usual = rhythm.usual_gap_days
    silence = (now.timestamp() - state.last_basket_seconds) / SECONDS_PER_DAY
    comes = f"Comes {every(usual)}; last here {ago(silence)}"
    gap = rhythm.expected_gap_days(silence)
    yield Trait(
        *("usual_gap_days", usual, Unit.DAYS, gaps.count),
        f"Comes {every(usual)}, as {counted(gaps.count, 'gap')} between visits say.",
    )
    if gap is None:
        over = percent(rhythm.elapsed(silence))
        yield Trait(
            *("overdue_share", rhythm.elapsed(silence), Unit.SHARE, gaps.count),
            f"{comes}, longer than {over} of the gaps last: not expected any more.",
        )
        return
    last = datetime.fromtimestamp(state.last_basket_seconds, now.tzinfo)
    expected = max(last + timedelta(days=gap), now)
    yield Trait(
        *("next_visit", expected, Unit.NONE, gaps.count),
        f"{comes}, expected again {around(expected, now)}.",
    )
