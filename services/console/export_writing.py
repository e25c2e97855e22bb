"""An export of one customer as files: for programs line by line, for people as a page."""

import os
from collections.abc import Iterable
from io import StringIO
from pathlib import Path
from typing import TextIO

from google.protobuf.json_format import MessageToJson
from google.protobuf.message import Message
from rich.console import RenderableType

from services.console.terminal import Terminal

RECORDS_FILE = "profile.jsonl"
DECISIONS_FILE = "decisions.jsonl"
PAGE_FILE = "page.md"
PAGE_WIDTH = 110
"""Columns of the tables on the page: they fit a printed sheet across."""


class FolderTakenError(ValueError):
    """There is something in the folder already."""


def make_folder(folder: Path) -> None:
    """Make a folder that nobody else may read.

    Raises:
        FolderTakenError: when it exists and is not empty.
        OSError: when it cannot be made.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FolderTakenError(f"{folder} is not empty")


def write_lines(path: Path, messages: Iterable[Message]) -> int:
    """Write one message a line in the standard JSON form; return how many."""
    count = 0
    with _private(path) as file:
        for message in messages:
            line = MessageToJson(
                message, preserving_proto_field_name=True, ensure_ascii=False, indent=None
            )
            file.write(line + "\n")
            count += 1
    return count


def write_page(path: Path, title: str, parts: Iterable[tuple[str, RenderableType]]) -> None:
    """Write a Markdown page: a heading and what is to be read under it, part by part."""
    with _private(path) as file:
        file.write(f"# {title}\n")
        for heading, view in parts:
            file.write(f"\n## {heading}\n\n```text\n{_plain(view)}\n```\n")


def _plain(view: RenderableType) -> str:
    """Return a view as text, without what would end its block."""
    out = StringIO()
    Terminal(file=out, width=PAGE_WIDTH, force_terminal=False, color_system=None).print(view)
    lines = [line.rstrip() for line in out.getvalue().rstrip().splitlines()]
    return "\n".join(line.replace("```", "'''") for line in lines)


def _private(path: Path) -> TextIO:
    """Open a new file that only its owner may read."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    return os.fdopen(descriptor, "w", encoding="utf-8")
