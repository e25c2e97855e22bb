"""What an update changes: the fields its mask names, nothing else."""

from google.protobuf.field_mask_pb2 import FieldMask
from ofone.recommendation.v1 import offer_pb2 as messages

from services.serving.validation import Check

OUTPUT_ONLY = ("state", "create_time", "update_time")
IDENTITY = ("name", "etag")
CHANGEABLE = tuple(
    field.name
    for field in messages.Offer.DESCRIPTOR.fields
    if field.name not in OUTPUT_ONLY + IDENTITY
)
MAX_PATHS = 100


def masked_fields(mask: FieldMask, check: Check) -> tuple[str, ...]:
    """Return the fields that ``mask`` names; ``*`` names all that can be changed."""
    check.count("update_mask.paths", mask.paths, most=MAX_PATHS, least=1)
    if list(mask.paths) == ["*"]:
        return CHANGEABLE
    for place, path in enumerate(mask.paths[:MAX_PATHS]):
        where = f"update_mask.paths[{place}]"
        if path in OUTPUT_ONLY:
            check.fail(where, "OUTPUT_ONLY", f"{path} is set by the service")
        elif path in IDENTITY:
            check.fail(where, "IMMUTABLE", f"{path} cannot be changed")
        elif path not in CHANGEABLE:
            known = ", ".join(CHANGEABLE)
            check.fail(where, "UNKNOWN_FIELD", f"{path[:64]!r} is none of {known}")
    return tuple(mask.paths)


def merged(
    stored: messages.Offer, update: messages.Offer, fields: tuple[str, ...]
) -> messages.Offer:
    """Return ``stored`` with ``fields`` as they are in ``update``; an unset one is cleared."""
    result = messages.Offer()
    result.CopyFrom(stored)
    changes = messages.Offer()
    changes.CopyFrom(update)
    for name in CHANGEABLE:
        if name in fields:
            result.ClearField(name)  # type: ignore[arg-type]  # one of its field names
        else:
            changes.ClearField(name)  # type: ignore[arg-type]
    for name in OUTPUT_ONLY + IDENTITY:
        changes.ClearField(name)  # type: ignore[arg-type]
    result.MergeFrom(changes)
    return result
