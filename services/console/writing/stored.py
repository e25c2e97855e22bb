"""What the services hold already, and what becomes of it when a file says otherwise."""

from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

from ofone.profile.v1.persona_pb2 import Persona
from ofone.recommendation.v1.offer_pb2 import Offer
from ofone.recommendation.v1.question_pb2 import Question

from services.serving.failures import Failure, Kind

Resource = TypeVar("Resource", Offer, Persona, Question)
"""What people write in files, one by one."""
Answer = TypeVar("Answer")


class Outcome(StrEnum):
    """What became of a resource."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


def unless_missing(get: Callable[[], Answer]) -> Answer | None:
    """Return what ``get`` gives, ``None`` where there is no such resource.

    Raises:
        Failure: of any other kind.
    """
    try:
        return get()
    except Failure as failure:
        if failure.kind is Kind.NOT_FOUND:
            return None
        raise


def guarded(written: Resource, stored: Resource) -> Resource:
    """Return what is written with an etag: its own, else that of what was just read.

    So two people who write at once do not undo each other's work.
    """
    guarded = type(written)()
    guarded.CopyFrom(written)
    guarded.etag = written.etag or stored.etag
    return guarded
