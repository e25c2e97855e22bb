"""Where everything is printed; what is printed cannot steer it."""

import re
from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""Characters that a terminal obeys instead of showing them, but for tab and end of line."""


class Terminal(Console):
    """A console that leaves control characters of the data out.

    A customer's words, or the name of a channel, may hold sequences that clear the screen, rename
    the window or hide text of whoever looks at them.
    """

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """Give what is to be written; control segments are rich's own and stay."""
        for text, style, control in super().render(renderable, options):
            yield Segment(text if control else _CONTROLS.sub("", text), style, control)
