"""Single values as people write them; each is read by the field that is to hold it."""

import difflib
import math
import re
from collections.abc import Iterable

from google.protobuf.descriptor import EnumDescriptor, FieldDescriptor

_LIMITS = {
    FieldDescriptor.CPPTYPE_INT32: (-(2**31), 2**31 - 1),
    FieldDescriptor.CPPTYPE_INT64: (-(2**63), 2**63 - 1),
    FieldDescriptor.CPPTYPE_UINT32: (0, 2**32 - 1),
    FieldDescriptor.CPPTYPE_UINT64: (0, 2**64 - 1),
}


class ValueMistake(Exception):
    """A value that its field cannot hold."""

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(message)
        self.rule = rule
        """UPPER_SNAKE, such as ``NOT_A_NUMBER``."""
        self.message = message
        """A sentence for people."""


def read_value(field: FieldDescriptor, given: object) -> str | int | float:
    """Return what a text, number, flag or enumeration field is to hold.

    Raises:
        ValueMistake: when the field cannot hold it.
    """
    if field.enum_type is not None:
        return _enum_number(field.enum_type, given)
    if field.cpp_type == FieldDescriptor.CPPTYPE_STRING:
        return _text(given)
    if field.cpp_type == FieldDescriptor.CPPTYPE_BOOL:
        return _flag(given)
    if field.cpp_type in _LIMITS:
        return _whole_number(given, _LIMITS[field.cpp_type])
    return _number(given)


def similar(word: str, known: Iterable[str]) -> str:
    """Return what to say to a word that is not known: the nearest that is, or all of them."""
    known = list(known)
    near = difflib.get_close_matches(word, known, n=1)
    return f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"


def check_whole(text: str) -> None:
    """Check that a text has no half characters, which JSON and YAML can write and UTF-8 cannot.

    Raises:
        ValueMistake: when it has one.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueMistake("NOT_UTF8", "holds half of a character") from None


def _text(given: object) -> str:
    if not isinstance(given, str):
        raise ValueMistake("NOT_TEXT", f"must be text; put {given!s:.40} in quotes")
    check_whole(given)
    return given


def _flag(given: object) -> bool:
    if not isinstance(given, bool):
        raise ValueMistake("NOT_A_FLAG", f"must be true or false, is {given!r:.40}")
    return given


def _number(given: object) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise ValueMistake("NOT_A_NUMBER", f"must be a number, is {given!r:.40}")
    try:
        number = float(given)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise ValueMistake("NOT_FINITE", "must be a finite number")
    return number


def _whole_number(given: object, limits: tuple[int, int]) -> int:
    if isinstance(given, str) and re.fullmatch(r"-?\d{1,19}", given):
        given = int(given)  # how the standard JSON form writes 64 bits
    if isinstance(given, bool) or not isinstance(given, int):
        raise ValueMistake("NOT_A_WHOLE_NUMBER", f"must be a whole number, is {given!r:.40}")
    least, most = limits
    if not least <= given <= most:
        rule = "NEGATIVE" if given < 0 == least else "TOO_LARGE"
        raise ValueMistake(rule, f"must be between {least} and {most}")
    return given


def _enum_number(enumeration: EnumDescriptor, given: object) -> int:
    """Return the number of a value named in full or without its prefix, in any case."""
    prefix = enumeration.values[0].name.removesuffix("UNSPECIFIED")
    check_whole(str(given))
    word = str(given).upper().replace("-", "_")
    for name in (word, prefix + word):
        if name in enumeration.values_by_name:
            return int(enumeration.values_by_name[name].number)
    known = [value.name.removeprefix(prefix).lower() for value in enumeration.values[1:]]
    raise ValueMistake("UNKNOWN_VALUE", f"{given!s:.40} is not known; {similar(str(given), known)}")
