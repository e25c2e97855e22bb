"""Every move of ``champion``, for ever: one finished MLflow run each, which nothing here rewrites.

The log lies where the registry lies, so whoever reaches one reaches the other. A row is begun
before the alias moves and finished after it; a row that never finished tells of a crash between.
Rows are in the order in which they were begun, whichever machine's clock ran ahead.
Who is champion is what the last finished row says. The alias shows it to people, and anybody may
move it on MLflow's page; where the two differ the alias is astray
(``docs/decisions/0043-the-log-says-who-is-champion.md``).
"""

import getpass
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ml.training.versions.registry import CHAMPION, PREVIOUS, RegisteredVersion, Registry

EXPERIMENT_SUFFIX = "-promotions"
NOBODY = ""
"""Stands for no version."""


@dataclass(frozen=True, slots=True)
class Move:
    """One move of ``champion``; versions are MLflow's numbers."""

    when: str
    """ISO 8601, UTC."""
    who: str
    source: str
    """The version that was champion; empty where there was none."""
    target: str
    """The version that became champion."""
    why: str
    is_complete: bool
    """Whether the alias was seen to move."""
    figures: Mapping[str, float] = field(default_factory=dict)
    """What the decision rested on."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Who is champion, and whom the alias names."""

    champion: RegisteredVersion | None
    """As the log says; ``None`` where nobody was ever promoted."""
    alias: RegisteredVersion | None
    """As the registry's page shows."""

    @property
    def is_astray(self) -> bool:
        """Return whether somebody moved the alias who writes no log."""
        return self.champion != self.alias


def move_champion(
    registry: Registry,
    target: RegisteredVersion,
    *,
    source: RegisteredVersion | None,
    why: str,
    figures: Mapping[str, float] | None = None,
) -> None:
    """Let ``champion`` name ``target`` and write the row.

    Args:
        registry: where both live.
        target: becomes champion.
        source: the champion until now.
        why: a sentence.
        figures: what the decision rests on.
    """
    tags = {
        "who": _who(),
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "from": source.number if source else NOBODY,
        "to": target.number,
        "why": why,
    }
    experiment = target.name + EXPERIMENT_SUFFIX
    title = f"{tags['from'] or 'nothing'} to {target.number}"
    with registry.run(experiment, run_name=title, tags=tags, in_order=True) as run_id:
        registry.log(run_id, metrics=figures)
        registry.set_alias(target.name, CHAMPION, target.number)


def replace_champion(
    registry: Registry,
    target: RegisteredVersion,
    *,
    source: RegisteredVersion | None,
    why: str,
    figures: Mapping[str, float] | None = None,
) -> None:
    """Promote ``target`` and keep the way back: ``previous`` names the champion until now."""
    if source is not None:
        registry.set_alias(target.name, PREVIOUS, source.number)
    move_champion(registry, target, source=source, why=why, figures=figures)


def standing(registry: Registry, name: str) -> Standing:
    """Return who is champion.

    Raises:
        RegistryError: when there is no model of that name, the champion's version was deleted, or
            MLflow is away.
    """
    alias = registry.version(name, CHAMPION)
    row = registry.last_finished_run(name + EXPERIMENT_SUFFIX)
    if row is None:
        return Standing(None, alias)
    number = row.tags.get("to", NOBODY)
    if alias is not None and alias.number == number:
        return Standing(alias, alias)
    return Standing(registry.numbered_version(name, number), alias)


def moves(registry: Registry, name: str) -> list[Move]:
    """Return every move of the model's champion, earliest first."""
    rows = registry.runs(name + EXPERIMENT_SUFFIX)
    return [
        Move(
            when=row.tags.get("when", ""),
            who=row.tags.get("who", ""),
            source=row.tags.get("from", NOBODY),
            target=row.tags.get("to", NOBODY),
            why=row.tags.get("why", ""),
            is_complete=row.is_finished,
            figures=row.metrics,
        )
        for row in rows
    ]


def _who() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user has no name
        return "unknown"
