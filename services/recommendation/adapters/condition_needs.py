"""What the conditions in use need now: telling it costs ``profile`` a second read."""

from dataclasses import dataclass

from services.recommendation.domain.condition import Needs, needs_of
from services.recommendation.ports.offers import OfferBook
from services.recommendation.ports.questions import QuestionBook


@dataclass(frozen=True, slots=True)
class ConditionNeeds:
    """Looks into the conditions in use."""

    offers: OfferBook
    questions: QuestionBook

    def __call__(self) -> Needs:
        """Return what a condition in use may ask for."""
        offers = self.offers.active()
        sources = [each.audience for each in offers]
        sources += [each.audience for each in self.questions.by_id().values()]
        sources += [variant.condition for each in offers for variant in each.variants]
        return needs_of(sources)
