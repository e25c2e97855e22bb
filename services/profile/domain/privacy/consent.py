"""What the customer lets us do: statements, and which of them hold."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple


class Purpose(IntEnum):
    """What consent is asked for; the numbers are those of the contract."""

    PERSONALISATION = 1
    MARKETING_EMAIL = 2
    MARKETING_SMS = 3
    MARKETING_PUSH = 4
    PROFILING = 5
    SENSITIVE_INFERENCE = 6
    THIRD_PARTY_DATA = 7
    MARKETING_PHONE = 8
    MARKETING_POST = 9
    HOUSEHOLD_SHARING = 10


MARKETING = (
    *(Purpose.MARKETING_EMAIL, Purpose.MARKETING_SMS, Purpose.MARKETING_PUSH),
    *(Purpose.MARKETING_PHONE, Purpose.MARKETING_POST),
)
"""Purposes that nobody may assume."""


class Statement(NamedTuple):
    """A consent given or withheld.

    The order of the fields is the order in which statements prevail: the later one, at the same
    moment the refusal, and then, so that the order of arrival never matters, the source whose
    name comes last, and the text whose version does.
    """

    stated_micros: int
    denied: bool
    source: str
    text_version: str = ""
    """Of the text that the customer read; empty where the source did not say."""


Consents = Mapping[Purpose, Statement]
"""The statement that holds for each purpose; a purpose nobody spoke of is absent."""


def latest(statements: Iterable[tuple[Purpose, Statement]]) -> dict[Purpose, Statement]:
    """Return the statement that holds for each purpose, whatever the order they came in."""
    holding: dict[Purpose, Statement] = {}
    for purpose, statement in statements:
        holding[purpose] = max(holding.get(purpose, statement), statement)
    return holding


@dataclass(frozen=True, slots=True)
class ConsentPolicy:
    """What holds where nothing was said."""

    personalisation_default: bool
    """Whether an unspoken customer may be personalised; nothing else is allowed by default."""

    def allows(self, purpose: Purpose, consents: Consents) -> bool:
        """Return whether ``purpose`` is allowed."""
        statement = consents.get(purpose)
        if statement is None:
            return purpose is Purpose.PERSONALISATION and self.personalisation_default
        return not statement.denied

    def allows_conclusions(self, consents: Consents) -> bool:
        """Return whether it may be told what follows of a person from what they did.

        That is profiling, and as it is told to serve them, personalisation too.
        """
        needed = (Purpose.PERSONALISATION, Purpose.PROFILING)
        return all(self.allows(purpose, consents) for purpose in needed)

    def marketing(self, consents: Consents) -> tuple[Purpose, ...]:
        """Return the marketing purposes that are allowed."""
        return tuple(purpose for purpose in MARKETING if self.allows(purpose, consents))
