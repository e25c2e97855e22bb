"""Whether personas are needed now: telling them costs ``profile`` a second read."""

from dataclasses import dataclass

from services.recommendation.domain.condition import asks_for_personas
from services.recommendation.ports import OfferBook, QuestionBook


@dataclass(frozen=True, slots=True)
class PersonaNeed:
    """Looks into the conditions in use."""

    offers: OfferBook
    questions: QuestionBook

    def __call__(self) -> bool:
        """Return whether a condition in use may ask for a persona."""
        offers = self.offers.active()
        sources = [each.audience for each in offers]
        sources += [each.audience for each in self.questions.by_id().values()]
        sources += [variant.condition for each in offers for variant in each.variants]
        return asks_for_personas(sources)
