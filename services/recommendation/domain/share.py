"""Which customers the challenger answers: a fixed share of them, found without a list.

Source: Kohavi, Longbotham, Sommerfield, Henne, "Controlled experiments on the web: survey and
practical guide", 2009, section 4.1.2, "Hash and partition": whoever is asked again is answered by
the same model, in every process and after every restart.
"""

import hashlib
from dataclasses import dataclass

_PLACE_BYTES = 6
"""Few enough that a place is exact as a float."""
_PLACES = 2.0 ** (8 * _PLACE_BYTES)


@dataclass(frozen=True, slots=True)
class CustomerShare:
    """A share of the customers."""

    size: float
    """0 for nobody, 1 for every customer who is known; a larger share holds the smaller one."""
    salt: str
    """Another salt is another draw: customers of one trial are not those of the next."""

    def holds(self, customer_id: str) -> bool:
        """Return whether a customer is in the share; one who is not known, ``""``, never is."""
        return bool(customer_id) and place_of(customer_id, self.salt) < self.size


def place_of(customer_id: str, salt: str) -> float:
    """Return where a customer stands: 0 <= place < 1, as if drawn by chance, and for ever."""
    # A key of its own length: no salt and customer can be mistaken for another pair.
    key = hashlib.sha256(salt.encode()).digest()
    digest = hashlib.blake2b(customer_id.encode(), key=key, digest_size=_PLACE_BYTES).digest()
    return int.from_bytes(digest, "big") / _PLACES
