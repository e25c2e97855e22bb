"""The systems that tell of customers: who they are, and how far each is believed.

A source is catalogued by people; one that nobody catalogued is taken with the defaults of the
party it says it is. What another company told stays so, whatever the catalogue says of the system
that passed it on.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum

from services.profile.domain.history.events import Party


class Basis(IntEnum):
    """On what ground something is said of a person; the numbers are those of the contract.

    Smaller ones are believed before larger ones.
    """

    DECLARED = 1
    """The person said so."""
    OBSERVED = 2
    """It was seen in what they did."""
    BOUGHT_IN = 3
    """Another company says so."""


@dataclass(frozen=True, slots=True)
class Source:
    """A system that tells, or what is taken for granted of one that nobody knows."""

    name: str
    party: Party
    basis: Basis
    """Of what it tells without saying on what ground."""
    trust: float
    """0 to 1; decides only where the declared rules do not."""
    words: str
    """What people call it, such as ``the app``."""
    is_known: bool = True
    """Whether it stands in the catalogue."""


@dataclass(frozen=True, slots=True)
class KnownSources:
    """The catalogue of sources."""

    known: Mapping[str, Source]
    """By name."""
    unknown: Mapping[Party, Source]
    """For each party what is taken for granted of sources that are not known."""

    def of(self, name: str, party: Party) -> Source:
        """Return a source that says it is of ``party``."""
        found = self.known.get(name)
        if found is None:
            default = self.unknown[party]
            return Source(name, party, default.basis, default.trust, name, is_known=False)
        if party is Party.THIRD and found.party is not Party.THIRD:
            trust = min(found.trust, self.unknown[party].trust)
            return Source(name, party, Basis.BOUGHT_IN, trust, found.words)
        return found

    def unknown_parties(self, told: Iterable[tuple[str, Party]]) -> list[Party]:
        """Return the party of each source, as told, that the catalogue does not hold."""
        return [party for name, party in told if name not in self.known]
