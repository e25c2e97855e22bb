"""Decisions that were carried out once are not carried out again."""

import hashlib
from collections.abc import Callable

import msgpack
from sqlalchemy import Connection, select

from services.profile.adapters.tables import answered_requests
from services.serving.failures import Failure, Kind
from services.storage.outages import Conflict
from services.storage.statements import insert_if_absent

Question = tuple[str | bool | bytes, ...]
"""Everything asked: the method and its parameters."""


def once(
    connection: Connection,
    request_id: str,
    question: Question,
    decide: Callable[[], str],
    *,
    now_micros: int,
) -> str:
    """Return what ``decide`` answers, or what it answered when it was asked the same before.

    Raises:
        Failure: of kind ``ALREADY_EXISTS``, when the id was used for another question.
        Conflict: when another writer is about to answer it.
    """
    digest = hashlib.sha256(msgpack.packb(question)).digest()
    query = select(answered_requests).where(answered_requests.c.request_id == request_id)
    before = connection.execute(query).one_or_none()
    if before is not None:
        if bytes(before.question) != digest:
            raise Failure(
                Kind.ALREADY_EXISTS,
                "REQUEST_ID_REUSED",
                "this request id was used for another request",
            )
        return str(before.answer)
    answer = decide()
    row = {
        "request_id": request_id,
        "question": digest,
        "answer": answer,
        "answered_micros": now_micros,
    }
    if not connection.execute(insert_if_absent(connection, answered_requests), [row]).rowcount:
        raise Conflict
    return answer
