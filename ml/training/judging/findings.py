"""What was measured, written down for programs and for people; what hinders it is a sentence."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ml.evaluation.intervals import Estimate

Document = dict[str, Any]  # as json takes it


class ResultsError(Exception):
    """Results cannot be written; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What was written."""

    document: Path
    page: Path
    """The same for people, in Markdown."""
    pictures: tuple[Path, ...] = ()
    """At most one."""

    @property
    def told(self) -> str:
        """Return where they are, in words."""
        *first, last = map(str, (self.document, self.page, *self.pictures))
        return f"written to {', '.join(first)} and {last}"


def write_findings(
    folder: Path,
    stem: str,
    *,
    document: Document,
    page: str,
    draw: Callable[[Path], None] | None = None,
) -> Findings:
    """Write findings side by side.

    Args:
        folder: made where it is missing.
        stem: what the names of the files begin with.
        document: for programs.
        page: for people.
        draw: draws the picture ``<stem>.png``; ``None`` where there is none.

    Raises:
        ResultsError: when the disk is full or the folder may not be written.
    """
    pictures = () if draw is None else (folder / f"{stem}.png",)
    files = Findings(folder / f"{stem}.json", folder / f"{stem}.md", pictures)
    with writing(folder):
        files.document.write_text(text_of(document), encoding="utf-8")
        files.page.write_text(page, encoding="utf-8")
        if draw is not None:
            draw(*pictures)
    return files


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Make a folder and let the block write into it.

    Raises:
        ResultsError: when the disk is full or the folder may not be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        reason = error.strerror or error
        raise ResultsError(f"{folder}: the results cannot be written: {reason}") from error


def text_of(document: Document) -> str:
    """Return a document as it is written."""
    return json.dumps(document, indent=1) + "\n"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def intervals(estimates: Mapping[str, Estimate]) -> Document:
    """Return each estimate as ``[mean, low, high]``."""
    return {name: [each.mean, each.low, each.high] for name, each in estimates.items()}
