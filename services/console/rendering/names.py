"""What people call a resource: display names, the bare id where there is none."""

from collections.abc import Mapping


def called(name: str, display_names: Mapping[str, str]) -> str:
    """Return the display name of a resource, or its id when it has none.

    Args:
        name: Resource name, such as ``items/4711``; empty is answered with the empty string.
        display_names: From resource name to display name.
    """
    return display_names.get(name) or resource_id(name)


def resource_id(name: str) -> str:
    """Return the part behind the first slash, such as ``4711`` of ``items/4711``."""
    return name.partition("/")[2] or name
