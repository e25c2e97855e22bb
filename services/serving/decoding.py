"""Requests that cannot be decoded are the caller's mistake; gRPC would call them INTERNAL.

gRPC answers before any handler runs when a deserializer raises; so ours returns a stand-in
instead, and the step around the handler refuses it by name.
"""

from collections.abc import Callable, Iterator
from typing import Any

from google.protobuf.message import DecodeError

from services.serving.failures import FieldViolation, invalid


class _Undecodable:
    """Stands for a request whose bytes are no message of its type."""

    __slots__ = ()


_UNDECODABLE = _Undecodable()


def tolerant(deserialize: Callable[[bytes], Any] | None) -> Callable[[bytes], Any] | None:
    """Return a deserializer that does not raise: gRPC would answer INTERNAL and log it."""
    if deserialize is None:
        return None

    def tolerant(serialized: bytes) -> Any:
        try:
            return deserialize(serialized)
        except (DecodeError, ValueError):
            return _UNDECODABLE

    return tolerant


def decoded(request: Any) -> Any:
    """Return ``request``.

    Raises:
        Failure: of kind ``INVALID``, when its bytes could not be decoded.
    """
    if request is _UNDECODABLE:
        rule = "is damaged, of another type, or holds text that is not UTF-8"
        raise invalid([FieldViolation("request", "UNDECODABLE", rule)])
    return request


def decoded_stream(requests: Iterator[Any]) -> Iterator[Any]:
    """Yield the requests, each checked by ``decoded``."""
    for request in requests:
        yield decoded(request)
