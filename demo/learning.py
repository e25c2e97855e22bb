"""The learning side of the demo, through the commands an ML engineer uses."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from demo.layout import Layout, python
from demo.processes import DemoError

MODEL = "ofone"


@dataclass(frozen=True, slots=True)
class Source:
    """Where the purchases come from."""

    customer_count: int = 2_000
    """How many people live in the town."""
    raw: Path | None = None
    """A retailer's raw export, instead of a town."""
    mapping: Path | None = None
    """Which of its columns is which, where their names do not say so."""


def make_dataset(layout: Layout, source: Source) -> None:
    """Make the data set: a town of its own, or a retailer's export brought into form.

    Raises:
        DemoError: when the command fails.
    """
    command = ["simulate", "--customers", str(source.customer_count)]
    if source.raw is not None:
        command = ["import", str(source.raw)]
    if source.mapping is not None:
        command += ["--mapping", str(source.mapping)]
    _run(layout, *command, "--out", str(layout.dataset))


def fit_priors(layout: Layout) -> None:
    """Fit what is typical of the customers, for their traits.

    Raises:
        DemoError: when the command fails.
    """
    _run(layout, "priors", str(layout.dataset), "--out", str(layout.priors))


def training_command(layout: Layout) -> list[str]:
    """Return the command that trains and registers a challenger."""
    return python("-m", "ml", "train", str(layout.dataset), "--name", MODEL)


def learn_personas(layout: Layout) -> tuple[str, str]:
    """Return the personas of the data set, as ``profile`` takes them, and the question about them.

    Raises:
        DemoError: when the command fails.
    """
    folder = layout.folder / "personas"
    _run(layout, "personas", str(layout.dataset), "--only-learn", "--out", str(folder))
    personas, question = (
        (folder / f"{layout.dataset.name}-{name}").read_text(encoding="utf-8")
        for name in ("learned-personas.json", "persona-question.yaml")
    )
    return personas, question


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
