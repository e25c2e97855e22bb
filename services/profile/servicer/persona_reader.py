"""Which personas a customer belongs to, now: told when it is asked, so it is never out of date."""

from collections.abc import Callable
from datetime import datetime

from services.profile.domain.history.state import CustomerState
from services.profile.domain.personas.membership import Membership, memberships
from services.profile.domain.personas.persona import PersonaCatalogue
from services.profile.ports.personas import PersonaRules, PersonaStore


class PersonaReader:
    """Reads customers by the personas of the moment; keeps them until they change."""

    def __init__(
        self, store: PersonaStore, rules: PersonaRules, clock: Callable[[], datetime]
    ) -> None:
        """Take where personas are kept, what reads their rules, and the clock."""
        self._store = store
        self._rules = rules
        self._clock = clock
        self._known: PersonaCatalogue | None = None

    def of(self, state: CustomerState, *, sensitive_allowed: bool) -> tuple[Membership, ...]:
        """Return how likely a customer in this state belongs to each persona, likeliest first.

        Args:
            state: of the customer.
            sensitive_allowed: whether sensitive personas are told too; else they are not even
                looked at.
        """
        self._known = catalogue = self._store.catalogue(self._known)
        if not sensitive_allowed:
            catalogue = catalogue.without_sensitive()
        if not catalogue.personas:
            return ()
        return memberships(catalogue, state, reading=self._rules.about, now=self._clock())
