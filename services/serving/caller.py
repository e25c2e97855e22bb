"""Who calls: the name that the calling service gives itself, else its network address."""

import re
from contextvars import ContextVar

import grpc

KEY = "x-ofone-caller"
_SANE = re.compile(r"[A-Za-z0-9._:/-]{1,64}")

_current: ContextVar[str] = ContextVar("caller", default="")


def accept(sent: object, context: grpc.ServicerContext) -> str:
    """Make ``sent``, or the peer's address, the caller of this call; return it."""
    name = sent if isinstance(sent, str) and _SANE.fullmatch(sent) else context.peer()
    _current.set(name)
    return name


def current() -> str:
    """Return the caller of the call at hand, the empty string outside a call."""
    return _current.get()
