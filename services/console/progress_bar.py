"""How far a file has been read, where somebody looks on."""

from rich.progress import (
    BarColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from services.console.session import Session


def progress_bar(session: Session) -> Progress:
    """Return a bar on the screen; nothing where complaints go into a file or a pipe."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    return Progress(
        *columns,
        TimeRemainingColumn(),
        console=session.errors,
        transient=True,
        disable=not session.errors.is_terminal,
    )
