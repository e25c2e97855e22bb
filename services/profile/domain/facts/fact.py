"""What sources say of a person besides what happened: a key and a value, once for ever.

A fact belongs to the trace it was told of, as events do, and has an id of its source, so that it
counts once however often it is told.
"""

import hashlib
from typing import NamedTuple

import msgpack

from services.profile.domain.facts.keys import Value
from services.profile.domain.facts.sources import Basis
from services.profile.domain.history.events import CustomerId, Handle, Party, TraceId


class FactName(NamedTuple):
    """What makes a fact the same fact, for ever."""

    source: str
    fact_id: str


class Fact(NamedTuple):
    """What one source said of one person at one time."""

    source: str
    fact_id: str
    key: str
    value: Value
    observed_micros: int
    """When it was said or seen, in microseconds since 1970."""
    basis: Basis | None = None
    """On what ground; ``None`` for that of its source."""
    party: Party = Party.FIRST
    """As told; what the catalogue says of the source comes first."""

    @property
    def name(self) -> FactName:
        """Which fact it is."""
        return FactName(self.source, self.fact_id)


class ToldFact(NamedTuple):
    """A fact as its source told it, and of whom."""

    fact: Fact
    handle: Handle | None = None
    """Of whom; ``None`` where the source knows the name."""
    customer_id: CustomerId | None = None
    """The name, which may be a former one; ``None`` where there is a handle."""

    def content_digest(self) -> bytes:
        """Return a fingerprint of everything told, 32 bytes: equal exactly for equal content."""
        fact = self.fact
        content = (
            *(fact.source, fact.fact_id, fact.key, fact.value, fact.observed_micros),
            *(fact.basis and int(fact.basis), int(fact.party)),
            *(self.handle and self.handle.digest, self.customer_id),
        )
        return hashlib.sha256(msgpack.packb(content)).digest()


class StoredFact(NamedTuple):
    """A fact that was kept."""

    fact: Fact
    trace_id: TraceId
    """Of whom it was told."""
    stored_micros: int
