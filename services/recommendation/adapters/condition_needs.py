"""What the conditions in use need now: telling it costs ``profile`` a second read."""

from services.recommendation.domain.condition import Needs, needs_of
from services.recommendation.ports.offers import OfferBook
from services.recommendation.ports.questions import QuestionBook


class ConditionNeeds:
    """Looks into the conditions in use, once for as long as they stay the same."""

    def __init__(self, offers: OfferBook, questions: QuestionBook) -> None:
        """Look into nothing yet."""
        self._offers = offers
        self._questions = questions
        self._seen: tuple[object, object, Needs] | None = None

    def __call__(self) -> Needs:
        """Return what a condition in use may ask for."""
        offers, questions = self._offers.active(), self._questions.by_id()
        seen = self._seen
        if seen is not None and seen[0] is offers and seen[1] is questions:
            return seen[2]
        sources = [each.audience for each in offers]
        sources += [each.audience for each in questions.values()]
        sources += [variant.condition for each in offers for variant in each.variants]
        needs = needs_of(sources)
        self._seen = offers, questions, needs
        return needs
