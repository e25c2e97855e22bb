"""What conditions need is known without reading them again for every customer."""

from services.recommendation.adapters.condition_needs import ConditionNeeds
from services.recommendation.adapters.offer_book import CachedOfferBook
from services.recommendation.adapters.question_book import CachedQuestionBook
from services.recommendation.domain.condition import Needs
from tests.services.recommendation.builders import NOON, asked_about, offer
from tests.services.recommendation.memory_stores import MemoryOfferStore, MemoryQuestionStore


def test_needs_follow_what_is_written_and_are_looked_up_but_once() -> None:
    offers = MemoryOfferStore(lambda: NOON)
    book = CachedOfferBook(offers)
    needs = ConditionNeeds(book, CachedQuestionBook(MemoryQuestionStore(lambda: NOON)))
    book.refresh()
    assert needs() == Needs()
    offers.create(offer("a", audience="facts.garden"))
    book.refresh()
    found = needs()
    assert found == Needs(facts=True)
    book.refresh()
    assert needs() is found


def test_a_question_makes_known_what_its_audience_needs() -> None:
    questions = MemoryQuestionStore(lambda: NOON)
    book = CachedQuestionBook(questions)
    needs = ConditionNeeds(CachedOfferBook(MemoryOfferStore(lambda: NOON)), book)
    assert needs() == Needs()
    questions.create(asked_about("lawn", audience="facts.garden"))
    book.refresh()
    assert needs() == Needs(facts=True)
