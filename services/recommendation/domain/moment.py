"""The moment a decision is for."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Moment:
    """When, where and with what in the basket."""

    time: datetime
    """Aware, in the deployment's time zone: hours and weekdays are the customer's."""
    channel: str = ""
    """Such as ``store`` or ``email``; empty where it is not known."""
    store: str = ""
    """The store's id; empty where it is not known."""
    basket: tuple[str, ...] = ()
    """Ids of the items in the basket at hand."""

    @property
    def seconds(self) -> int:
        """The time in seconds since 1970."""
        return int(self.time.timestamp())
