"""Checks of incoming fields: bounded, finite, well-formed; every broken rule is named.

A check returns the cleaned value and notes what is wrong; ``Check.done`` raises once, with
everything that was found.
"""

import math
import re
from collections.abc import Sized
from dataclasses import dataclass, field

from services.serving.failures import FieldViolation, invalid

MAX_VIOLATIONS = 20
"""More broken rules than this are not listed: nobody reads them."""

SLUG = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
"""Ids that people choose: lower-case letters, digits, inner hyphens, 1 to 63 characters."""

OPAQUE = re.compile(r"[^/\x00-\x1f\x7f]{1,128}")
"""Ids that other systems choose: no slash, no control character, 1 to 128 characters."""

CONTROL = re.compile(r"[\x00-\x1f\x7f]")
"""Characters that steer a terminal or a database instead of being read."""


@dataclass(slots=True)
class Check:
    """Collects the broken rules of one request."""

    violations: list[FieldViolation] = field(default_factory=list)

    def fail(self, path: str, rule: str, message: str) -> None:
        """Note a broken rule at ``path``."""
        if len(self.violations) < MAX_VIOLATIONS:
            self.violations.append(FieldViolation(path, rule, message))

    def done(self) -> None:
        """Raise what was found.

        Raises:
            Failure: of kind ``INVALID``, when any rule was broken.
        """
        if self.violations:
            raise invalid(self.violations)

    def text(self, path: str, value: str, *, most: int, required: bool = False) -> str:
        """Check a string of at most ``most`` characters."""
        if required and not value:
            self.fail(path, "REQUIRED", "must not be empty")
        if len(value) > most:
            self.fail(path, "TOO_LONG", f"has {len(value)} characters, at most {most} are allowed")
        return value

    def line(self, path: str, value: str, *, most: int, required: bool = False) -> str:
        """Check a text for people on one line: at most ``most`` characters, none to control."""
        if CONTROL.search(value):
            self.fail(path, "MALFORMED", "must not hold control characters")
        return self.text(path, value, most=most, required=required)

    def slug(self, path: str, value: str) -> str:
        """Check an id that people choose."""
        if not SLUG.fullmatch(value):
            rule = "must be 1 to 63 lower-case letters, digits and inner hyphens"
            self.fail(path, "MALFORMED", rule)
        return value

    def resource_id(self, path: str, name: str, *, collection: str) -> str:
        """Check a resource name such as ``items/{item}`` and return the part behind the slash."""
        head, slash, resource_id = name.partition("/")
        if head != collection or not slash or not OPAQUE.fullmatch(resource_id):
            rule = "REQUIRED" if not name else "MALFORMED_NAME"
            form = f"{collection}/ and 1 to 128 characters without a slash"
            self.fail(path, rule, f"must be {form}" if name else f"must not be empty; give {form}")
            return ""
        return resource_id

    def opaque_id(self, path: str, value: str) -> str:
        """Check an id that another system chose."""
        if not OPAQUE.fullmatch(value):
            rule = "REQUIRED" if not value else "MALFORMED"
            form = "1 to 128 characters without slash or control character"
            self.fail(path, rule, f"must be {form}" if value else f"must not be empty; give {form}")
        return value

    def number(self, path: str, value: float, *, least: float, most: float) -> float:
        """Check a finite number within bounds, both inclusive."""
        if not math.isfinite(value):
            self.fail(path, "NOT_FINITE", "must be a finite number")
        elif value < least:
            rule = "NEGATIVE" if least == 0 else "TOO_SMALL"
            self.fail(path, rule, f"must be at least {least:g}, is {value:g}")
        elif value > most:
            self.fail(path, "TOO_LARGE", f"must be at most {most:g}, is {value:g}")
        return value

    def count(self, path: str, values: Sized, *, most: int, least: int = 0) -> None:
        """Check the length of a list."""
        if len(values) < least:
            rule = "REQUIRED" if least == 1 else "TOO_FEW"
            self.fail(path, rule, f"must have at least {_entries(least)}, has {len(values)}")
        if len(values) > most:
            self.fail(path, "TOO_MANY", f"must have at most {_entries(most)}, has {len(values)}")


def _entries(count: int) -> str:
    return f"{count} entry" if count == 1 else f"{count} entries"
