"""Fetches what people call the items and offers that an answer speaks of.

A name is a courtesy: what is not known, or not reachable, is shown with its id instead.
"""

from collections.abc import Iterable, Sequence

from ofone.embedding.v1.embedding_service_pb2 import BatchGetItemsRequest
from ofone.embedding.v1.embedding_service_pb2_grpc import EmbeddingServiceStub
from ofone.recommendation.v1.offer_service_pb2 import GetOfferRequest
from ofone.recommendation.v1.offer_service_pb2_grpc import OfferServiceStub
from ofone.recommendation.v1.question_pb2 import Question
from ofone.recommendation.v1.question_service_pb2 import ListQuestionsRequest
from ofone.recommendation.v1.question_service_pb2_grpc import QuestionServiceStub

from services.console.paging import pages
from services.serving.failures import Failure, Kind

MOST_ITEMS = 1_000
"""The limit of ``BatchGetItems``."""


def item_display_names(stub: EmbeddingServiceStub, names: Iterable[str]) -> dict[str, str]:
    """Return the display names of the items that the catalogue knows.

    Args:
        stub: The catalogue's service, on a channel that raises ``Failure``.
        names: Item names, ``items/{item}``; repeated and empty ones are passed over.

    Returns:
        From item name to display name, without the items that are unknown, and empty when the
        catalogue does not answer.
    """
    wanted = sorted({name for name in names if name})
    found: dict[str, str] = {}
    try:
        for start in range(0, len(wanted), MOST_ITEMS):
            found |= _fetch(stub, wanted[start : start + MOST_ITEMS])
    except Failure:
        return found
    return found


def offer_display_names(stub: OfferServiceStub, names: Iterable[str]) -> dict[str, str]:
    """Return the display names of the offers that exist, archived ones too.

    Returns:
        From offer name to display name, and empty when the service does not answer.
    """
    found: dict[str, str] = {}
    for name in sorted({name for name in names if name}):
        try:
            found[name] = stub.GetOffer(GetOfferRequest(name=name)).offer.display_name
        except Failure as failure:
            if failure.kind is not Kind.NOT_FOUND:
                return found
    return found


def all_questions(stub: QuestionServiceStub) -> list[Question]:
    """Return all questions, by name.

    Raises:
        Failure: when the service does not answer.
    """
    found = pages(stub.ListQuestions, ListQuestionsRequest(page_size=1_000))
    return [each for page in found for each in page.questions]


def questions_by_name(stub: QuestionServiceStub) -> dict[str, Question]:
    """Return all questions by name, and none when the service does not answer."""
    try:
        return {each.name: each for each in all_questions(stub)}
    except Failure:
        return {}


def _fetch(stub: EmbeddingServiceStub, names: Sequence[str]) -> dict[str, str]:
    """Fetch a batch; when it holds an unknown name, fetch its halves."""
    try:
        response = stub.BatchGetItems(BatchGetItemsRequest(names=names))
    except Failure as failure:
        if failure.kind is not Kind.NOT_FOUND:
            raise
        middle = len(names) // 2
        return _fetch(stub, names[:middle]) | _fetch(stub, names[middle:]) if middle else {}
    return {item.name: item.display_name for item in response.items}
