"""The deadline of the call at hand; Python does not pass it on by itself, so every hop does."""

import time
from contextvars import ContextVar

from services.serving.failures import Failure, Kind

_NEVER_SECONDS = 366 * 86_400.0
"""gRPC tells a call without deadline that some centuries remain."""

_current: ContextVar[float] = ContextVar("deadline")


def accept(remaining: float | None, *, default_seconds: float) -> bool:
    """Keep the deadline of this call.

    Args:
        remaining: Seconds that remain according to gRPC; huge or ``None`` when the caller set none.
        default_seconds: What a call without a deadline is given.

    Returns:
        Whether any time remains.
    """
    if remaining is None or remaining > _NEVER_SECONDS:
        remaining = default_seconds
    _current.set(time.monotonic() + remaining)
    return remaining > 0


def remaining_seconds(margin_ms: float = 0, at_most_seconds: float | None = None) -> float | None:
    """Return the timeout to pass on: what remains, less a margin to report the failure.

    Args:
        margin_ms: Kept back for this hop, in milliseconds.
        at_most_seconds: An upper bound, ``None`` for none.

    Returns:
        Seconds, ``None`` outside a call when there is no bound.

    Raises:
        Failure: of kind ``LATE``, when nothing remains.
    """
    deadline = _current.get(None)
    if deadline is None:
        return at_most_seconds
    remaining = deadline - time.monotonic() - margin_ms / 1_000
    if remaining <= 0:
        raise too_late()
    return remaining if at_most_seconds is None else min(remaining, at_most_seconds)


def too_late() -> Failure:
    """Return the failure for a call whose deadline has passed."""
    return Failure(Kind.LATE, "DEADLINE_PASSED", "the deadline passed before the work was done")
