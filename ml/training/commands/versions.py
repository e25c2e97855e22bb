"""What the commands about registered models do; light enough for a sidecar."""

import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ml.training.versions.mlflow_access import RegistryError
from ml.training.versions.promotion_log import Standing, moves, standing
from ml.training.versions.promotion_report import ReportFormat, promotion_report
from ml.training.versions.publish import Publisher, PublishError, watch
from ml.training.versions.publish_metrics import MetricsPage, show_astray, shown
from ml.training.versions.registry import Registry
from ml.training.versions.rollback import rollback as roll_back

KNOWN_ERRORS = (OSError, PublishError, RegistryError)
"""What is told as a sentence."""

WATCH_SECONDS = 10.0
"""Between two looks of ``publish --watch``."""

NEXT_STEP = (
    "the services follow when `publish` runs; a running `publish --watch` does it within "
    f"{WATCH_SECONDS:.0f} seconds"
)

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Tracking:
    """Which model in which MLflow."""

    uri: str
    name: str

    def open(self) -> Registry:
        """Return the registry, opened."""
        return Registry(self.uri)


@dataclass(frozen=True, slots=True)
class Watching:
    """How the alias is watched."""

    metrics: MetricsPage | None = None
    """Where the metrics are shown, if they are."""


def promote(tracking: Tracking, *, say: Say, overrule: str = "") -> bool:
    """Ask the gate; return whether the challenger is the champion now.

    Args:
        tracking: which model.
        say: takes a sentence.
        overrule: why lines that refuse are overruled; empty for they are not.
    """
    from ml.training.gate.promote import promote as ask_gate  # noqa: PLC0415  # publishing does without

    verdict = ask_gate(tracking.open(), tracking.name, overrule=overrule)
    width = max(len(each.name) for each in verdict.lines)
    for each in verdict.lines:
        say(f"{'ok' if each.passed else 'REFUSED':<8} {each.name:<{width}}  {each.sentence}")
    number = verdict.challenger.number
    if verdict.refusals and not verdict.moved:
        held = verdict.champion.number if verdict.champion else "nobody"
        say(f"{tracking.name} version {number} is not promoted; the champion is {held}")
        return False
    say(f"{tracking.name} version {number} is the champion; {NEXT_STEP}")
    return True


def rollback(tracking: Tracking, *, why: str, say: Say) -> None:
    """Go back to the champion before."""
    done = roll_back(tracking.open(), tracking.name, why=why)
    source = done.source.number if done.source else "nothing"
    say(f"the champion of {tracking.name} is version {done.target.number} again, was {source}")
    say(NEXT_STEP)


def report(tracking: Tracking, *, form: ReportFormat, say: Say) -> None:
    """Tell every move of the champion, or that there was none."""
    registry = tracking.open()
    told = moves(registry, tracking.name)
    where = Standing(None, None)
    if registry.is_registered(tracking.name):
        where = standing(registry, tracking.name)
    say(promotion_report(tracking.name, told, where, form))


def publish(
    tracking: Tracking,
    *,
    alias: str,
    model_folder: Path,
    watching: Watching | None,
    say: Say,
) -> None:
    """Publish once, or until SIGTERM or SIGINT where it is told how to keep ``watching``."""
    publisher = Publisher(tracking.open, name=tracking.name, alias=alias, model_folder=model_folder)
    if watching is None:
        published = publisher.publish()
        if published.astray:
            say(published.astray)
        state = "is now" if published.changed else "was already"
        say(f"{published.folder.name} {state} current in {model_folder}")
        return
    stop = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: stop.set())
    with shown(watching.metrics):
        watch(
            publisher.publish,
            say=say,
            stop=stop,
            period_seconds=WATCH_SECONDS,
            show_astray=show_astray,
        )
