"""Page tokens: where a listing goes on, bound to the query it came from."""

import base64
import binascii
import hashlib
import json
import math
import re

from services.serving.failures import Failure, FieldViolation, invalid

MAX_TOKEN_CHARACTERS = 4_096
_DIGEST_BYTES = 8
_MOST_INTEGER = 2**63 - 1
"""What a BIGINT holds."""
_SURROGATES = re.compile("[\ud800-\udfff]")
"""Halves of characters: JSON can spell them, UTF-8 cannot carry them."""

Query = tuple[object, ...]
"""What a token is bound to: the method's name and everything asked but the page."""


def page_size(asked: int, *, default: int, most: int) -> int:
    """Return the number of rows to answer: the default for 0, never more than ``most``.

    Raises:
        Failure: of kind ``INVALID``, when ``asked`` is negative.
    """
    if asked < 0:
        raise invalid([FieldViolation("page_size", "NEGATIVE", "must not be negative")])
    return min(asked or default, most)


def encode_token(position: list[str | int | float], *, query: Query) -> str:
    """Return an opaque token for ``position`` in the listing that ``query`` describes."""
    payload = json.dumps(position, separators=(",", ":"), ensure_ascii=False).encode()
    return base64.urlsafe_b64encode(_digest(query) + payload).decode().rstrip("=")


def decode_token(
    token: str, *, query: Query, field: str = "page_token"
) -> list[str | int | float] | None:
    """Return the position a token stands for, ``None`` for the empty token.

    Args:
        token: From an earlier answer.
        query: What it must belong to.
        field: Where it came from, for the failure.

    Raises:
        Failure: of kind ``INVALID``, when the token is damaged or of another query.
    """
    if not token:
        return None
    try:
        if len(token) > MAX_TOKEN_CHARACTERS:
            raise ValueError
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        position = json.loads(raw[_DIGEST_BYTES:])
    except (binascii.Error, ValueError, RecursionError):
        raise damaged_token(field) from None
    if raw[:_DIGEST_BYTES] != _digest(query):
        raise _refusal(field, "belongs to another query")
    if not isinstance(position, list) or not all(map(_storable, position)):
        raise damaged_token(field)
    return position


def damaged_token(field: str = "page_token") -> Failure:
    """Return the failure for a token whose position cannot be one of its listing."""
    return _refusal(field, "is damaged")


def _storable(value: object) -> bool:
    """Return whether a database may be asked for ``value``; our tokens hold nothing else."""
    match value:
        case bool():  # an int to Python, but not to a database
            return False
        case str():
            return "\0" not in value and not _SURROGATES.search(value)
        case int():
            return abs(value) <= _MOST_INTEGER
        case float():
            return math.isfinite(value)
        case _:
            return False


def _digest(query: Query) -> bytes:
    return hashlib.sha256(repr(query).encode()).digest()[:_DIGEST_BYTES]


def _refusal(field: str, why: str) -> Failure:
    return invalid([FieldViolation(field, "BAD_PAGE_TOKEN", f"the token {why}")])
