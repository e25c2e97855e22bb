"""Random histories of identities: what is told, said and decided, in any order."""

import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from services.profile.domain.facts.fact import Fact, ToldFact
from services.profile.domain.history.events import CustomerId, Handle, Report
from services.profile.domain.people.decisions import Decision
from services.profile.domain.people.identifier_rules import KindRule, LinkRules
from services.profile.domain.people.identity import IdentifierKind
from services.profile.domain.privacy.consent import Purpose, Statement
from services.profile.ports.customers import ProfileStore
from services.profile.ports.identities import IdentityStore
from services.profile.ports.privacy import PrivacyStore
from services.serving.failures import Failure
from tests.services.profile.told import IDENTITY, NOW, bought, house, returned, told

CARD, EMAIL, DEVICE = IdentifierKind.LOYALTY_CARD, IdentifierKind.EMAIL, IdentifierKind.DEVICE
RULES = LinkRules(
    {
        CARD: KindRule(0, 2, 2, is_personal=True),
        EMAIL: KindRule(1, 2, 2, is_personal=True),
        DEVICE: KindRule(2, 4, 1, is_personal=False),
    },
    most_links=4,
    most_connected=9,
)
"""So narrow that a handful of identifiers meets every limit."""
KINDS = (CARD, CARD, CARD, EMAIL, EMAIL, EMAIL, DEVICE, DEVICE)

ERASED_SHARE = 0.05
RETURNED_SHARE = 0.1

Deed = Callable[[ProfileStore, IdentityStore, PrivacyStore], object]


@dataclass(slots=True)
class Life:
    """A history that goes on deed by deed; two stores that are told it must say the same."""

    number: int
    chance: random.Random
    handles: list[Handle] = field(default_factory=list)
    moment: int = NOW

    def __post_init__(self) -> None:
        kinds = self.chance.sample(KINDS, self.chance.randint(2, len(KINDS)))
        self.handles = [
            IDENTITY.handle(kind, f"{self.number}-{place}") for place, kind in enumerate(kinds)
        ]

    def deed(self, step: int) -> Deed:
        """Return something that happens."""
        self.moment += self.chance.randint(0, 1)
        told = (self._told, self._told, self._told, self._said, self._recorded)
        if self.chance.random() < ERASED_SHARE:
            return self._erased(step)
        decided = (self._joined, self._parted, self._parted, self._blocked)
        return self.chance.choice((*told, *decided))(step)

    def _told(self, step: int) -> Deed:
        reports = [self._report(f"{step}-{place}") for place in range(self.chance.randint(1, 3))]
        now = self.moment
        return lambda store, *_: store.ingest(reports, now_micros=now)

    def _report(self, name: str) -> Report:
        some = self.chance.sample(self.handles, min(len(self.handles), self.chance.randint(1, 3)))
        item, day = self.chance.choice(("tea", "milk", "rice")), self.chance.randint(0, 9)
        kind = returned if self.chance.random() < RETURNED_SHARE else bought
        event = kind(f"{self.number}-{name}", item, day=day)
        known = self._somebody() if self.chance.random() < 0.2 else None
        home = house("12 Elm Road") if name.endswith("0") else None
        return told(event, *some, customer=known, household=home)

    def _said(self, step: int) -> Deed:
        purpose = self.chance.choice((Purpose.PERSONALISATION, Purpose.MARKETING_SMS))
        statement = Statement(self.chance.randint(1, 3), self.chance.random() < 0.5, "app")
        name, now = self._somebody(), self.moment
        return lambda store, *_: store.state_consent(name, purpose, statement, now_micros=now)

    def _recorded(self, step: int) -> Deed:
        facts = [self._fact(f"{step}-{place}") for place in range(self.chance.randint(1, 3))]
        now = self.moment
        return lambda store, *_: store.record_facts(facts, now_micros=now)

    def _fact(self, name: str) -> ToldFact:
        number = self.chance.randint(0, 2)  # now and then an id that was told before
        size = float(self.chance.randint(1, 2))
        fact = Fact("crm", f"{self.number}-{name[:number]}", "household_size", size, NOW)
        if self.chance.random() < 0.2:
            return ToldFact(fact, customer_id=self._somebody())
        return ToldFact(fact, self.chance.choice(self.handles))

    def _joined(self, step: int) -> Deed:
        ends, decision, now = self._two(), self._decision(step), self.moment
        return lambda _, people, __: refusal(lambda: people.merge(ends, decision, now_micros=now))

    def _parted(self, step: int) -> Deed:
        ends, decision, now = self._two(), self._decision(step), self.moment
        return lambda _, people, __: refusal(lambda: people.unmerge(ends, decision, now_micros=now))

    def _blocked(self, step: int) -> Deed:
        handle, is_blocked = self.chance.choice(self.handles), self.chance.random() < 0.7
        decision, now = self._decision(step), self.moment
        return lambda _, people, __: people.block(
            handle, decision, is_blocked=is_blocked, now_micros=now
        )

    def _erased(self, step: int) -> Deed:
        name, request_id, now = self._somebody(), self._decision(step).request_id, self.moment
        return lambda _, __, privacy: (
            privacy.erase(name, request_id, is_rehearsal=False, now_micros=now) is None
        )

    def _somebody(self) -> CustomerId:
        return self.chance.choice(self.handles).customer_id

    def _two(self) -> tuple[CustomerId, CustomerId]:
        one, other = self.chance.sample(self.handles, 2)
        return one.customer_id, other.customer_id

    def _decision(self, step: int) -> Decision:
        name = uuid.uuid5(uuid.NAMESPACE_OID, f"{self.number}-{step}")
        return Decision("a test", "because", str(name))


def refusal(decide: Callable[[], object]) -> object:
    """Return what was decided, or the reason why not."""
    try:
        return decide()
    except Failure as failure:
        return failure.reason
