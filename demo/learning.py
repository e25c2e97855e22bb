"""The learning side of the demo, through the commands an ML engineer uses."""

import subprocess
from pathlib import Path

from demo.layout import Layout, python
from demo.processes import DemoError

CUSTOMERS = 2_000
MODEL = "ofone"


def make_dataset(layout: Layout, raw: Path | None) -> None:
    """Make the data set: a town of its own, or a retailer's export brought into form.

    Raises:
        DemoError: when the command fails.
    """
    if raw is None:
        command = ("simulate", "--customers", str(CUSTOMERS), "--out", str(layout.dataset))
    else:
        command = ("import", str(raw), "--out", str(layout.dataset))
    _run(layout, *command)


def training_command(layout: Layout) -> list[str]:
    """Return the command that trains and registers a challenger."""
    return python("-m", "ml", "train", str(layout.dataset), "--name", MODEL)


def promote_and_publish(layout: Layout) -> None:
    """Let the gate make the challenger champion, and put it where the services watch.

    Raises:
        DemoError: when a command fails.
    """
    _run(layout, "promote", "--name", MODEL)
    _run(layout, "publish", "--name", MODEL, "--model-dir", str(layout.model))


def _run(layout: Layout, *arguments: str) -> None:
    command = python("-m", "ml", *arguments)
    code = subprocess.run(  # noqa: S603  # our own command
        command, env=layout.learning_environment(), check=False
    ).returncode
    if code != 0:
        raise DemoError(f"`python -m ml {' '.join(arguments)}` ended with code {code}")
