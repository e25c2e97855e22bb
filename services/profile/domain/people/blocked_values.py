"""Values of identifiers that name nobody in particular: what forms and tills send for "unknown"."""

import re
from collections.abc import Iterable, Mapping

from services.profile.domain.people.identity import IdentifierKind

_NOTHING = ("unknown", "none", "null", "undefined", "n/a", "test")
NOBODY: Mapping[IdentifierKind, tuple[str, ...]] = {
    kind: (*_NOTHING, *(f"{word}@*" for word in (*_NOTHING, "noreply", "no-reply")))
    if kind is IdentifierKind.EMAIL
    else _NOTHING
    for kind in IdentifierKind
}
"""What forms and tills send when they know nothing; ``*`` stands for anything."""


class BlockedValues:
    """Patterns of values that name nobody in particular."""

    def __init__(self, patterns: Mapping[IdentifierKind, Iterable[str]]) -> None:
        """Take patterns by kind; ``*`` stands for any characters, case does not count."""
        self._patterns = {
            kind: re.compile("|".join(map(_expression, each)), re.IGNORECASE)
            for kind, each in patterns.items()
            if each
        }

    def holds(self, kind: IdentifierKind, value: str) -> bool:
        """Return whether a normalised value names nobody: a pattern's, or zeros alone."""
        pattern = self._patterns.get(kind)
        if pattern is not None and pattern.fullmatch(value):
            return True
        return not value.strip("0-+ ")


def with_usual(listed: Mapping[str, object]) -> dict[IdentifierKind, tuple[str, ...]]:
    """Return the usual patterns and those of a list by the name of the kind.

    Raises:
        ValueError: when a name is no kind, or what it names is no list of texts.
    """
    patterns = dict(NOBODY)
    for name, each in listed.items():
        if name not in IdentifierKind.__members__:
            raise ValueError(
                f"{name} is no kind; there are {', '.join(IdentifierKind.__members__)}"
            )
        if not isinstance(each, list) or not all(isinstance(one, str) and one for one in each):
            raise ValueError(f"{name} must be a list of patterns")
        patterns[IdentifierKind[name]] += tuple(each)
    return patterns


def _expression(pattern: str) -> str:
    return ".*".join(re.escape(part) for part in pattern.split("*"))
