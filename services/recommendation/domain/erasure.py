"""Whom to forget, and which decisions that reaches."""

import math
from dataclasses import dataclass

IN_FLIGHT_SECONDS = 60
"""Longer than any request lives: what was read before an erasure may be decided on after it."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """Somebody whom ``profile`` has forgotten and this service has not confirmed to have."""

    erasure_id: str
    create_seconds: float
    """When it was asked for, since 1970, by the clock of ``profile``."""
    customer_ids: tuple[str, ...]
    """Every name the customer bore."""

    def until_seconds(self, now_seconds: float) -> int:
        """Return up to when decisions under these names tell of who is forgotten.

        Later ones are about somebody who came again, which is a new customer of the old name.

        Args:
            now_seconds: by the clock that decisions carry, since 1970.
        """
        return math.ceil(max(self.create_seconds, now_seconds)) + IN_FLIGHT_SECONDS
