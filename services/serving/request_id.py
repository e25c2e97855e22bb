"""The id of the call at hand: taken from the caller, or made; it goes on to every next hop."""

import re
import secrets
from contextvars import ContextVar

KEY = "x-request-id"
_SANE = re.compile(r"[A-Za-z0-9._:/-]{1,64}")

_current: ContextVar[str] = ContextVar("request_id", default="")


def accept(sent: object) -> str:
    """Make ``sent`` the id of this call, or a new one where it is absent or odd; return it."""
    chosen = sent if isinstance(sent, str) and _SANE.fullmatch(sent) else secrets.token_hex(16)
    _current.set(chosen)
    return chosen


def current() -> str:
    """Return the id of the call at hand, the empty string outside a call."""
    return _current.get()
