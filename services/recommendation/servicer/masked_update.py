"""What an update changes: the fields its mask names, nothing else."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message

from services.serving.validation import Check

IDENTITY = ("name", "etag")
MAX_PATHS = 100

Written = TypeVar("Written", bound=Message)


@dataclass(frozen=True, slots=True)
class MaskedUpdate(Generic[Written]):
    """How messages of one kind are changed."""

    kind: type[Written]
    output_only: tuple[str, ...]
    """Fields that the service sets."""

    @property
    def changeable(self) -> tuple[str, ...]:
        """The fields that people may change."""
        fixed = self.output_only + IDENTITY
        return tuple(each.name for each in self.kind.DESCRIPTOR.fields if each.name not in fixed)

    def fields(self, mask: FieldMask, check: Check) -> tuple[str, ...]:
        """Return the fields that ``mask`` names; ``*`` names all that can be changed."""
        check.count("update_mask.paths", mask.paths, most=MAX_PATHS, least=1)
        changeable = self.changeable
        if list(mask.paths) == ["*"]:
            return changeable
        for place, path in enumerate(mask.paths[:MAX_PATHS]):
            where = f"update_mask.paths[{place}]"
            if path in self.output_only:
                check.fail(where, "OUTPUT_ONLY", f"{path} is set by the service")
            elif path in IDENTITY:
                check.fail(where, "IMMUTABLE", f"{path} cannot be changed")
            elif path not in changeable:
                known = ", ".join(changeable)
                check.fail(where, "UNKNOWN_FIELD", f"{path[:64]!r} is none of {known}")
        return tuple(mask.paths)

    def merged(self, stored: Written, update: Written, fields: tuple[str, ...]) -> Written:
        """Return ``stored`` with ``fields`` as they are in ``update``; an unset one is cleared."""
        result, changes = self.kind(), self.kind()
        result.CopyFrom(stored)
        changes.CopyFrom(update)
        for name in self.changeable:
            (result if name in fields else changes).ClearField(name)
        for name in self.output_only + IDENTITY:
            changes.ClearField(name)
        result.MergeFrom(changes)
        return result
