"""Where a listing goes on: page tokens of the service's three listings.

Anybody can write a token, so what it holds is checked like any other input.
"""

from services.embedding.domain.nearness import Neighbour
from services.serving.paging import Query, damaged_token, decode_token, encode_token
from services.serving.validation import OPAQUE

_LARGEST_SCORE = 3.4e38
"""About the largest float of 32 bits; a number that is none is not below it."""


def token_after_neighbour(last: Neighbour, query: Query) -> str:
    """Return the token of the page behind ``last``."""
    return encode_token([last.score, last.item_id], query=query)


def neighbour_of(token: str, query: Query) -> Neighbour | None:
    """Return the last item of the page before, ``None`` for the first page.

    Raises:
        Failure: of kind ``INVALID``, when the token is damaged or of another query.
    """
    match decode_token(token, query=query):
        case None:
            return None
        case [int() | float() as score, str() as item_id] if abs(score) <= _LARGEST_SCORE:
            return Neighbour(item_id, float(score))
        case _:
            raise damaged_token()


def token_after_id(last_id: str, query: Query) -> str:
    """Return the token of the page behind ``last_id``."""
    return encode_token([last_id], query=query)


def id_of(token: str, query: Query) -> str:
    """Return the last id of the page before, empty for the first page.

    Raises:
        Failure: of kind ``INVALID``, when the token is damaged or of another query.
    """
    match decode_token(token, query=query):
        case None:
            return ""
        case [str() as item_id] if OPAQUE.fullmatch(item_id):
            return item_id
        case _:
            raise damaged_token()
