"""Groups of customers, never so small that they single anybody out.

Source of the bound: k-anonymity, Sweeney, "k-Anonymity: A Model for Protecting Privacy", 2002. It
protects one answer; who compares many overlapping groups may still learn something, and every look
is logged.
"""

from collections.abc import Callable
from dataclasses import dataclass

from services.conditions.condition import Facts, Holds
from services.profile.domain.customer import CustomerRecord
from services.profile.domain.personas.membership import facts_of
from services.profile.domain.privacy.consent import ConsentPolicy, Purpose

LEAST_CUSTOMERS = 20
"""The least size where a deployment sets none: a figure of official statistics and panels."""
ROUNDED_TO = 10


@dataclass(frozen=True, slots=True)
class Segment:
    """Which customers."""

    rule: str
    """In CEL, checked."""
    marketing: Purpose | None = None
    """Only those who allow it."""


def belongs(
    record: CustomerRecord,
    segment: Segment,
    *,
    policy: ConsentPolicy,
    reading: Callable[[Facts], Holds],
    now_seconds: int,
) -> bool:
    """Return whether a customer is one of them, and may be looked at for that.

    Args:
        record: of the customer.
        segment: which.
        policy: what holds where nothing was said.
        reading: of rules.
        now_seconds: the moment, since 1970.
    """
    if not policy.allows_conclusions(record.consents):
        return False
    if segment.marketing and not policy.allows(segment.marketing, record.consents):
        return False
    return reading(facts_of(record.state, now_seconds))(segment.rule) is True


def rounded(count: int) -> int:
    """Return a count that does not tell whether one customer more or less is there."""
    return count // ROUNDED_TO * ROUNDED_TO
