"""What is taken for granted of a customer: until they say otherwise, or their history does."""

from dataclasses import dataclass, field

from ml.model.life_stages.signs import SignTable
from services.profile.domain.facts.catalogue import Catalogue
from services.profile.domain.privacy.consent import ConsentPolicy
from services.profile.domain.traits import DEFAULT_PRIORS, Priors


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds of everybody of whom nothing is known."""

    consent: ConsentPolicy
    """What they allow until they speak."""
    catalogue: Catalogue
    """Who tells of them, and what may be told besides what they do."""
    priors: Priors = DEFAULT_PRIORS
    """What they are like until they buy."""
    signs: SignTable = field(default_factory=SignTable)
    """By what a stage of life is seen; an empty table sees none."""
