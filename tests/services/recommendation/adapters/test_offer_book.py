"""The offers in use, kept at hand."""

import dataclasses

import pytest
from sqlalchemy.exc import ProgrammingError

from services.recommendation.adapters.offer_book import CachedOfferBook
from services.recommendation.domain.offer import OfferState
from services.serving.failures import Failure, Kind
from tests.services.recommendation.builders import NOON, offer
from tests.services.recommendation.memory_stores import MemoryOfferStore

AWAY = Failure(Kind.UNAVAILABLE, "DATABASE_UNAVAILABLE", "the memory is away")
DENIED = ProgrammingError("select", {}, PermissionError("nobody may read offers"))


def store() -> MemoryOfferStore:
    return MemoryOfferStore(lambda: NOON)


def test_a_book_knows_what_its_store_holds_once_it_was_refreshed() -> None:
    offers = store()
    offers.create(offer("b"))
    offers.create(offer("a"))
    book = CachedOfferBook(offers)
    assert not book.loaded
    book.refresh()
    assert book.loaded
    assert [each.offer_id for each in book.active()] == ["a", "b"]


def test_a_book_follows_changes_and_forgets_what_was_archived() -> None:
    offers = store()
    book = CachedOfferBook(offers)
    stored = offers.create(offer("a"))
    book.refresh()
    stored = offers.replace(dataclasses.replace(stored.offer, weight=7), revision=stored.revision)
    book.refresh()
    assert [each.weight for each in book.active()] == [7]
    archived = dataclasses.replace(stored.offer, state=OfferState.ARCHIVED)
    offers.replace(archived, revision=stored.revision)
    book.refresh()
    assert list(book.active()) == []


@pytest.mark.parametrize("failure", [AWAY, DENIED])
def test_while_its_store_is_away_a_book_goes_on_with_what_it_knows(failure: Exception) -> None:
    offers = store()
    offers.create(offer("a"))
    book = CachedOfferBook(offers)
    book.refresh()
    offers.failure = failure
    book.refresh()
    assert len(book.active()) == 1
    offers.failure = None
    offers.create(offer("b"))
    book.refresh()
    assert len(book.active()) == 2


def test_a_book_that_never_reached_its_store_is_not_loaded() -> None:
    offers = store()
    offers.failure = AWAY
    book = CachedOfferBook(offers)
    book.refresh()
    assert not book.loaded


def test_a_book_sees_what_other_processes_write() -> None:
    offers = MemoryOfferStore(lambda: NOON)
    book = CachedOfferBook(offers)
    book.refresh()
    offers.create(offer("a"))
    assert list(book.active()) == []
    book.refresh()
    assert [each.offer_id for each in book.active()] == ["a"]
