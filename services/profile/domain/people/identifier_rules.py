"""How far each kind of identifier is trusted to tell that two traces are one person.

Source of the form: limits, priorities and blocked values per kind of identifier, as customer data
platforms declare them. The numbers are ours: set by hand, on the careful side, because a wrong
merge shows a stranger's purchases and a missed one only waits for the next link.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from services.profile.domain.people.identity import IdentifierKind


@dataclass(frozen=True, slots=True)
class KindRule:
    """What one kind of identifier may link."""

    strength: int
    """Of several identifiers an event belongs to the strongest; 0 is the strongest."""
    most_a_person: int
    """More than so many of this kind are no one person: nothing between them is merged."""
    most_partners: int
    """Seen together with more than so many different identifiers of one personal kind, it is
    shared: a card at the till, a tablet in the family. A shared identifier links nobody."""
    is_personal: bool
    """Whether it counts as a partner: one of these is a person's own, as a card or an address."""


RULES: Mapping[int, KindRule] = {
    IdentifierKind.LOYALTY_CARD: KindRule(0, 5, 3, is_personal=True),
    IdentifierKind.EMAIL: KindRule(1, 5, 3, is_personal=True),
    IdentifierKind.PHONE: KindRule(2, 5, 3, is_personal=True),
    IdentifierKind.SOCIAL_LOGIN: KindRule(3, 5, 2, is_personal=True),
    IdentifierKind.WIFI_LOGIN: KindRule(4, 5, 2, is_personal=True),
    IdentifierKind.APP_INSTALL: KindRule(5, 30, 2, is_personal=False),
    IdentifierKind.DEVICE: KindRule(6, 30, 1, is_personal=False),
    IdentifierKind.BROWSER: KindRule(7, 200, 1, is_personal=False),
}
"""By kind. A device that two cards were seen on is shared; a card may change its e-mail twice."""

UNKNOWN_KIND = KindRule(8, 1_000, 1_000, is_personal=False)
"""Of a name kept before kinds were kept with it."""

MOST_LINKS = 1_000
"""Seen together with more than so many others of any kind, an identifier is nobody's."""
MOST_CONNECTED = 1_000
"""More than so many identifiers that hang together are no one person, whatever their kinds."""


@dataclass(frozen=True, slots=True)
class LinkRules:
    """The rules that decide who is one person."""

    kinds: Mapping[int, KindRule]
    most_links: int = MOST_LINKS
    most_connected: int = MOST_CONNECTED

    def of(self, kind: int) -> KindRule:
        """Return the rule of a kind."""
        return self.kinds.get(kind, UNKNOWN_KIND)


LINK_RULES = LinkRules(RULES)
"""The rules in force."""
