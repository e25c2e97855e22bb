"""What a night of retraining did, step by step: a page for people and a document for programs.

Both are written anew whenever a step begins or ends, so a night that was killed leaves a trail too:
its last step never ended.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

TRAIL_PAGE = "trail.md"
TRAIL_DOCUMENT = "trail.json"

Say = Callable[[str], None]
Clock = Callable[[], datetime]


class Outcome(StrEnum):
    """What became of a step, or of a night."""

    BEGUN = "begun"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(slots=True)
class Step:
    """One step."""

    name: str
    began: str
    """ISO 8601, UTC."""
    outcome: Outcome = Outcome.BEGUN
    ended: str = ""
    """ISO 8601, UTC; empty while it runs."""
    sentences: list[str] = field(default_factory=list)
    """What it said."""


def _now() -> datetime:
    return datetime.now(UTC)


class Trail:
    """The steps of one night, in a folder."""

    def __init__(self, folder: Path, title: str, *, clock: Clock = _now) -> None:
        """Begin a trail that takes the place of the last one; the folder is made."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._title = title
        self._clock = clock
        self.steps: list[Step] = []
        self._write()

    @property
    def outcome(self) -> Outcome:
        """Return what became of the night: what became of its last step."""
        return self.steps[-1].outcome if self.steps else Outcome.BEGUN

    @contextmanager
    def step(self, name: str, say: Say) -> Iterator[Say]:
        """Give a way to speak that the trail hears, while a step runs.

        A step that raises has failed; ``explain`` adds why.
        """
        step = Step(name, self._told())
        self.steps.append(step)
        self._write()

        def heard(sentence: str) -> None:
            step.sentences.append(sentence)
            say(sentence)

        outcome = Outcome.FAILED
        try:
            yield heard
            outcome = Outcome.DONE if step.outcome is Outcome.BEGUN else step.outcome
        finally:
            step.outcome, step.ended = outcome, self._told()
            self._write()

    def refuse(self) -> None:
        """Let the step that runs end as refused."""
        self.steps[-1].outcome = Outcome.REFUSED

    def explain(self, sentence: str) -> None:
        """Add why the last step ended as it did."""
        self.steps[-1].sentences.append(sentence)
        self._write()

    def page(self) -> str:
        """Return the trail as Markdown."""
        lines = [f"# {self._title}: {self.outcome}", ""]
        for each in self.steps:
            lines += [f"## {each.name}: {each.outcome}", ""]
            lines += [f"From {each.began} to {each.ended or 'an end nobody saw'}.", ""]
            if each.sentences:
                lines += ["```text", *each.sentences, "```", ""]
        return "\n".join(lines)

    def document(self) -> str:
        """Return the trail as JSON."""
        steps = [asdict(each) for each in self.steps]
        return json.dumps({"title": self._title, "outcome": self.outcome, "steps": steps}, indent=1)

    def _write(self) -> None:
        (self._folder / TRAIL_PAGE).write_text(self.page(), encoding="utf-8")
        (self._folder / TRAIL_DOCUMENT).write_text(self.document() + "\n", encoding="utf-8")

    def _told(self) -> str:
        return self._clock().isoformat(timespec="seconds")
