"""Messages of a file, gathered into calls that stay within the services' limits."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from google.protobuf.message import Message

from services.console.rendering.refusals import Refusal
from services.serving.failures import FieldViolation

MAX_MESSAGES = 1_000
"""The limit of ``IngestEvents`` and ``UpsertItems``."""
MAX_BYTES = 4 * 1024 * 1024
"""Half of what a service receives at most, so that framing and one large message fit as well."""

AnyMessage = TypeVar("AnyMessage", bound=Message)


@dataclass(frozen=True, slots=True)
class Placed(Generic[AnyMessage]):
    """A message and the line of the file it was read from."""

    line: int
    message: AnyMessage


def in_batches(messages: Iterable[Placed[AnyMessage]]) -> Iterator[list[Placed[AnyMessage]]]:
    """Yield the messages in order, in batches that are not empty and not too large."""
    batch: list[Placed[AnyMessage]] = []
    size = 0
    for placed in messages:
        more = placed.message.ByteSize()
        if batch and (len(batch) == MAX_MESSAGES or size + more > MAX_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(placed)
        size += more
    if batch:
        yield batch


def place_violation(
    violation: FieldViolation, batch: Sequence[Placed[AnyMessage]], *, field: str
) -> Refusal:
    """Return a broken rule of a whole batch as one of the line it speaks of.

    Args:
        violation: Its field is such as ``items[3].price``.
        batch: What was sent.
        field: The list's name in the request.
    """
    match = re.fullmatch(rf"{field}\[(\d+)\]\.?(.*)", violation.field)
    if match is None or int(match[1]) >= len(batch):
        return Refusal(batch[0].line, violation)
    inner = FieldViolation(match[2], violation.rule, violation.message)
    return Refusal(batch[int(match[1])].line, inner)
