"""Identifiers become keyed hashes, and names of customers that are the same in any order.

A name is a keyed hash of an identifier under another label, so that neither leads to the other
without the key. A customer with several identifiers is called as the strongest of them is.
"""

import base64
import hmac
from collections.abc import Callable
from enum import IntEnum

from services.profile.domain.history.events import CustomerId, Handle

MIN_KEY_BYTES = 16
"""Shorter keys could be tried out."""

_NAME_CHARACTERS = 26  # 130 bits: no two customers of any brand will meet
_CODE_CHARACTERS = 16  # 80 bits: no two values that customers are compared by will meet


class IdentifierKind(IntEnum):
    """What kind of handle on a person; the numbers are those of the contract."""

    LOYALTY_CARD = 1
    EMAIL = 2
    PHONE = 3
    DEVICE = 4
    BROWSER = 5
    APP_INSTALL = 6
    SOCIAL_LOGIN = 7
    WIFI_LOGIN = 8
    HOUSEHOLD = 9
    """Of several people: it links nobody (``households.py``)."""


def normalise(kind: IdentifierKind, value: str) -> str:
    """Return the form in which two spellings of one identifier are equal; empty if none is left."""
    trimmed = value.strip()
    if kind is IdentifierKind.EMAIL:
        return trimmed.lower()
    if kind is IdentifierKind.PHONE:
        # Digits of every script: with some left out, numbers of several people would be one.
        digits = "".join(str(int(character)) for character in trimmed if character.isdecimal())
        return f"+{digits}" if digits and trimmed.startswith("+") else digits
    return trimmed


class IdentityKey:
    """The secret under which identifiers are hashed."""

    def __init__(
        self, key: bytes, is_nobodys: Callable[[IdentifierKind, str], bool] = lambda *_: False
    ) -> None:
        """Take the key, and which normalised values name nobody in particular.

        Raises:
            ValueError: when the key is too short to protect anything.
        """
        if len(key) < MIN_KEY_BYTES:
            raise ValueError(f"the key must have at least {MIN_KEY_BYTES} bytes")
        self._key = key
        self._is_nobodys = is_nobodys

    def handle(self, kind: IdentifierKind, value: str) -> Handle:
        """Return the handle of a normalised identifier."""
        identifier = f"{int(kind)}\x00{value}".encode()
        digest = hmac.digest(self._key, b"identifier\x00" + identifier, "sha256")
        name = hmac.digest(self._key, b"customer-name\x00" + identifier, "sha256")
        letters = base64.b32encode(name).decode().lower()[:_NAME_CHARACTERS]
        return Handle(
            int(kind),
            digest,
            CustomerId(letters),
            self._is_nobodys(kind, value),
            self.tombstone(digest),
        )

    def code(self, label: str, value: str) -> str:
        """Return what stands for a value where customers are compared: letters and digits.

        Codes are equal exactly when label and value are; under another label or key they differ.
        """
        digest = hmac.digest(self._key, f"linkage\x00{label}\x00{value}".encode(), "sha256")
        return base64.b32encode(digest).decode().lower()[:_CODE_CHARACTERS]

    def tombstone(self, digest: bytes) -> bytes:
        """Return what is left of an identifier, given as its hash, when its customer is erased.

        Nobody finds the customer by it; but who is told the identifier again knows it.
        """
        return hmac.digest(self._key, b"tombstone\x00" + digest, "sha256")
