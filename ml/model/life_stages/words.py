"""Evidence of a life stage in plain words, as a loyalty manager would say it."""

from ml.model.life_stages.finding import Evidence, LifeStage
from ml.model.life_stages.history import MONTHS, Kind

_MONTH_NAMES = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_OFTEN = {0: "never", 1: "once", 2: "twice"}


def month_name(month: int) -> str:
    """Return a month since January 1970 in words, such as ``March 2026``."""
    year, place = divmod(month, MONTHS)
    return f"{_MONTH_NAMES[place]} {1970 + year}"


def sentence(evidence: Evidence, stage: LifeStage) -> str:
    """Return one sign in words.

    Such as ``Baby 14 times since March 2026, never in the 11 months before`` or ``Wine once since
    March 2026, about 5 times would be usual``.
    """
    name = f"{evidence.name} visits" if evidence.kind is Kind.DAYPART else evidence.name
    since = f"{name} {_times(evidence.count)} since {month_name(stage.since_month)}"
    if evidence.count and not evidence.count_before:
        months = evidence.months_before
        before = f"the {months} months" if months > 1 else "the month"
        return f"{since}, never in {before} before"
    return f"{since}, {_about(evidence.usual_count)} would be usual"


def _times(count: int) -> str:
    return _OFTEN.get(count, f"{count} times")


def _about(count: float) -> str:
    rounded = round(count)
    return f"about {_times(rounded)}" if rounded else "hardly ever"
