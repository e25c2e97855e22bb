"""Writes the items of a file: all of them, when none has a mistake."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from ofone.embedding.v1.embedding_service_pb2 import UpsertItemsRequest
from ofone.embedding.v1.embedding_service_pb2_grpc import EmbeddingServiceStub
from ofone.embedding.v1.item_pb2 import Item

from services.console.batches import Placed, in_batches, place_violation
from services.console.reading.plain_messages import read_message
from services.console.reading.records import Record, json_lines, yaml_records
from services.console.rendering.refusals import Refusal
from services.serving.failures import Failure

_YAML_SUFFIXES = {".yaml", ".yml"}


def write_items(
    stub: EmbeddingServiceStub, file: Path, *, validate_only: bool
) -> tuple[int, list[Refusal]]:
    """Write the items of ``file``: each batch is checked before the first is written.

    Args:
        stub: The catalogue's service, on a channel that raises ``Failure``.
        file: YAML when it is called so, else JSON lines.
        validate_only: Whether to check only.

    Returns:
        How many were written, or would be, and what was refused: where anything was, none.

    Raises:
        Failure: when the service did not refuse the items but failed.
    """
    if file.suffix in _YAML_SUFFIXES:
        items, refusals = _read(yaml_records(file.read_bytes()))
    else:
        with file.open("rb") as stream:
            items, refusals = _read(json_lines(stream))
    if refusals:
        return 0, refusals
    batches = list(in_batches(items))
    refusals = [each for batch in batches for each in _mistakes(stub, batch)]
    if refusals:
        return 0, refusals
    for batch in () if validate_only else batches:
        stub.UpsertItems(_request(batch, validate_only=False))
    return len(items), []


def _mistakes(stub: EmbeddingServiceStub, batch: Sequence[Placed[Item]]) -> list[Refusal]:
    """Return why the service would refuse a batch, each mistake at the line it came from."""
    try:
        stub.UpsertItems(_request(batch, validate_only=True))
    except Failure as failure:
        if not failure.violations:
            raise
        return [place_violation(each, batch, field="items") for each in failure.violations]
    return []


def _request(batch: Sequence[Placed[Item]], *, validate_only: bool) -> UpsertItemsRequest:
    items = [placed.message for placed in batch]
    return UpsertItemsRequest(items=items, validate_only=validate_only)


def _read(records: Iterable[Record]) -> tuple[list[Placed[Item]], list[Refusal]]:
    items: list[Placed[Item]] = []
    refusals: list[Refusal] = []
    for record in records:
        if record.mistake is not None:
            refusals.append(Refusal(record.line, record.mistake))
            continue
        try:
            items.append(Placed(record.line, read_message(Item, record.value)))
        except Failure as failure:
            refusals += [Refusal(record.line_of(each.field), each) for each in failure.violations]
    return items, refusals
