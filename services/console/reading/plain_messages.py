"""Messages as people write them in JSON or YAML.

The names of the fields are those of the contracts. Unlike the standard JSON form of protocol
buffers, values of enumerations may be short (``purchase``), resource names may be bare ids
(``4711`` instead of ``items/4711``), and every mistake in a message is found at once, each with
the path of its field.
"""

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from services.console.reading.moments import read_moment
from services.console.reading.plain_values import (
    ValueMistake,
    check_whole,
    read_value,
    similar,
)
from services.serving.failures import FieldViolation, invalid

AnyMessage = TypeVar("AnyMessage", bound=Message)

_COLLECTIONS = {
    "ofone.embedding.v1.Item.name": "items",
    "ofone.profile.v1.Event.customer": "customers",
    "ofone.profile.v1.Event.decision": "decisions",
    "ofone.profile.v1.Event.offer": "offers",
    "ofone.profile.v1.EventLine.item": "items",
    "ofone.profile.v1.Fact.customer": "customers",
    "ofone.profile.v1.Persona.name": "personas",
    "ofone.recommendation.v1.Offer.items": "items",
    "ofone.recommendation.v1.Offer.name": "offers",
    "ofone.recommendation.v1.Liking.item": "items",
    "ofone.recommendation.v1.Question.name": "questions",
    "ofone.profile.v1.Event.question": "questions",
}
"""Fields that hold resource names; an id cannot hold a slash, so a bare one is unmistakable."""


def read_message(kind: type[AnyMessage], value: object) -> AnyMessage:
    """Return the message of this kind that ``value`` describes.

    Args:
        kind: The class of the message.
        value: What a JSON or YAML parser made of it; should be a mapping. A field whose value is
            null is left unset.

    Raises:
        Failure: of kind ``INVALID``, with every mistake.
    """
    message = kind()
    reader = _Reader()
    reader.fill(message, value, "")
    if reader.violations:
        raise invalid(reader.violations)
    return message


def resource_name(collection: str, text: str) -> str:
    """Return the resource name for a name or a bare id; what is empty stays empty."""
    return text if "/" in text or not text else f"{collection}/{text}"


class _Reader:
    """Fills messages and notes mistakes."""

    def __init__(self) -> None:
        self.violations: list[FieldViolation] = []

    def fill(self, message: Message, value: object, path: str) -> None:
        """Set the fields of ``message`` from the mapping ``value``, which stands at ``path``."""
        if not isinstance(value, Mapping):
            self._fail(path, "NOT_AN_OBJECT", "must be an object with named fields")
            return
        for key, given in value.items():
            try:
                check_whole(str(key))
            except ValueMistake as mistake:
                self._fail(path, mistake.rule, f"the name of a field {mistake.message}")
                continue
            known = message.DESCRIPTOR.fields_by_name
            field = cast("FieldDescriptor | None", known.get(str(key)))
            place = f"{path}.{key}" if path else str(key)
            if field is None:
                hint = similar(str(key), known)
                self._fail(place, "UNKNOWN_FIELD", f"is not a field; {hint}")
            elif given is not None:
                self._check_alternatives(message, field, place)
                self._set(message, field, given, place=place)

    def _check_alternatives(self, message: Message, field: FieldDescriptor, place: str) -> None:
        group = field.containing_oneof
        other = message.WhichOneof(group.name) if group is not None else None
        if other:
            sentence = f"{other} is given too; only one of them may be"
            self._fail(place, "TWO_ALTERNATIVES", sentence)

    def _set(self, message: Message, field: FieldDescriptor, given: Any, *, place: str) -> None:
        if field.is_repeated:
            self._extend(getattr(message, field.name), field, given, place=place)
        elif field.message_type is None:
            for value in self._values(field, given, place):
                setattr(message, field.name, value)
        elif field.message_type.full_name == "google.protobuf.Timestamp":
            try:
                getattr(message, field.name).CopyFrom(read_moment(given))
            except ValueError as error:
                self._fail(place, "NOT_A_TIME", str(error))
        else:
            child = getattr(message, field.name)
            child.SetInParent()
            self.fill(child, given, place)

    def _extend(self, target: Any, field: FieldDescriptor, given: Any, *, place: str) -> None:
        if not isinstance(given, list):
            self._fail(place, "NOT_A_LIST", "must be a list")
            return
        for position, each in enumerate(given):
            spot = f"{place}[{position}]"
            if field.message_type is None:
                target.extend(self._values(field, each, spot))
            else:
                self.fill(target.add(), each, spot)

    def _values(self, field: FieldDescriptor, given: object, place: str) -> list[str | int | float]:
        """Return the value in a list, or note the mistake and return none."""
        try:
            value = read_value(field, given)
        except ValueMistake as mistake:
            self._fail(place, mistake.rule, mistake.message)
            return []
        collection = _COLLECTIONS.get(field.full_name)
        return [resource_name(collection, str(value)) if collection else value]

    def _fail(self, path: str, rule: str, message: str) -> None:
        self.violations.append(FieldViolation(path, rule, message))
